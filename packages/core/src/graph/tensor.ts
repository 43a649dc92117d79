import { present } from '../elements.ts';
import { ShapeError } from '../errors.ts';
import type { Groups, KernelInputs, KernelOutputs, KernelProfile, Size } from './kernel.ts';
import type { OnnxEmitter, OnnxValue } from './onnx.ts';
import type { Expression } from './scalar.ts';
import { type Dim, type DimValues, type Shape, showShape } from './shape.ts';
import type { DeviceTensor, DType } from './storage.ts';
import type { Mapped } from './tuple.ts';
import type { Values } from './values.ts';

export type { DType };

export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** One output of one node. Its values exist only while a device runs the graph. */
export interface Tensor extends TensorType {
  readonly node: Node;
  /** Index of this output among the node's outputs. */
  readonly index: number;
}

/** One use of an operation. Nodes are immutable. A graph consists of all nodes that its outputs depend on. */
export interface Node<
  I extends Tensors = readonly Tensor[],
  A = unknown,
  O extends Tensors = readonly Tensor[],
> {
  readonly id: number;
  readonly operation: Operation<I, A, O>;
  readonly inputs: I;
  readonly attributes: A;
  readonly outputs: O;
}

/** Attributes of the leaves: values that come from outside the graph. */
export type LeafAttributes =
  | { readonly kind: 'input'; readonly name: string; readonly type: TensorType }
  | { readonly kind: 'variable'; readonly storage: DeviceTensor; readonly type: TensorType };

/**
 * The inputs or outputs of an operation as a tuple, e.g. `[x: Tensor, weight: Tensor, bias?: Tensor]`; inputs at the end
 * may be absent. `readonly Tensor[]` for any number of them.
 */
export type Tensors = readonly (Tensor | undefined)[];

/**
 * A condition on batches that an operation's shape rule cannot check. It is checked before every run on every device,
 * because kernels check nothing.
 */
export type Requirement =
  /** Integers in `0 … below - 1`. Errors use `what` (their name) and `of` (the things that there are `below` of). */
  | {
      readonly kind: 'index';
      readonly input: Tensor;
      readonly below: Dim;
      readonly what: string;
      readonly of: string;
    }
  /** The start of each sequence and the end of the last one: from 0 to `end`, strictly ascending. */
  | { readonly kind: 'boundaries'; readonly input: Tensor; readonly end: Dim }
  /** Two shapes with the same number of elements. */
  | { readonly kind: 'sameSize'; readonly from: Shape; readonly to: Shape };

/** An intermediate array between the kernels of one operation. */
export interface Temporary {
  readonly temporary: string;
  readonly shape: Shape;
  readonly dtype: DType;
}

export type Value = Tensor | Temporary;

/** One use of a kernel, with its types erased for planners. */
export interface Launch {
  readonly name: string;
  readonly inputs: Readonly<Record<string, Value | undefined>>;
  readonly inputKinds: KernelInputs;
  readonly outputs: Readonly<Record<string, Value>>;
  readonly outputKinds: KernelOutputs;
  readonly sizes: Readonly<Record<string, Size>>;
  readonly groups: (dims: DimValues) => Groups;
  readonly workgroup: number;
  readonly subgroups: boolean;
  readonly functions: readonly string[];
  readonly declarations: string;
  readonly cleared: readonly string[];
  readonly body: (names: Readonly<Record<string, unknown>>) => string;
}

/** The arguments from which an operation derives its launches. */
export interface WgslCall<I extends Tensors, A, O extends Tensors> {
  readonly attributes: A;
  readonly inputs: I;
  readonly outputs: O;
  /** For each output, whether anything reads it. */
  readonly used: Mapped<O, boolean>;
  readonly profile: KernelProfile;
}

/** The arguments of a reference loop: inputs, and zero-filled outputs to write. */
export interface ReferenceCall<I extends Tensors, A, O extends Tensors> {
  readonly inputs: Mapped<I, Values>;
  readonly outputs: Mapped<O, Values>;
  readonly attributes: A;
  readonly dims: DimValues;
}

export interface GradientCall<I extends Tensors, A, O extends Tensors> {
  readonly inputs: I;
  readonly outputs: O;
  readonly attributes: A;
  /** Gradient of the loss for each output; with several outputs, undefined if the loss does not depend on one. */
  readonly gradients: O extends readonly [Tensor] ? O : Mapped<O, Tensor | undefined>;
  /** For each input, whether its gradient is needed. */
  readonly wanted: Mapped<I, boolean>;
}

export interface OnnxCall<I extends Tensors, A, O extends Tensors> {
  readonly inputs: Mapped<I, OnnxValue>;
  readonly node: Node<I, A, O>;
  readonly attributes: A;
  readonly emit: OnnxEmitter;
}

/** An elementwise operation: an expression over its inputs, which broadcast. */
export interface ElementwiseForm {
  /** Label for error messages and kernels. It does not affect the result. */
  readonly label: string;
  readonly expression: Expression;
  /** The result's shape: the broadcast shape of the inputs, or a larger one. */
  readonly shape: Shape;
}

/** A dropout mask. Its rows are all axes except the last. */
export interface MaskForm {
  readonly shape: Shape;
  readonly probability: number;
  /** Number of the random stream; see streamId. */
  readonly stream: number;
}

/** Describes an operation that computes each row of its result from the same row of its inputs. Axis 0 is the rows. */
export interface RowWise<A> {
  /** For each input, whether it has these rows, each needed only by the same row of the result. */
  readonly byRow: readonly boolean[];
  /** Returns the attributes for another number of rows. */
  withRows(rows: Dim): A;
}

/** Properties of an operation that planners use. */
export interface Traits<I extends Tensors, A, O extends Tensors> {
  /** Attributes of a value that comes from outside the graph; absent for computed values. */
  leaf?(attributes: A): LeafAttributes;
  /**
   * Returns the position of an output in the first input, if the input contains it contiguously: the index of its first
   * element, or `whole` if the output has all elements of the input in the same order, in another shape.
   */
  alias?(node: Node<I, A, O>, output: number): number | 'whole' | undefined;
  /** Returns the expression of an elementwise operation. All forms derive from it. It can be computed at each use. */
  elementwise?(attributes: A): ElementwiseForm;
  /** Returns a random mask. Its only input is the random state. It is computed at each use and never stored. */
  mask?(attributes: A): MaskForm;
  /** Whether the result consists of rows of the first input, selected by the second. A host can also compute that. */
  readonly lookup?: true;
  /** Returns how to compute rows independently; undefined if a row depends on others. */
  rowWise?(node: Node<I, A, O>): RowWise<A> | undefined;
}

/**
 * A complete operation: shape rule, gradient, reference loop, ONNX form and WGSL kernels, in that order.
 */
export interface Operation<
  I extends Tensors = readonly Tensor[],
  A = unknown,
  O extends Tensors = readonly Tensor[],
> extends Traits<I, A, O> {
  readonly name: string;
  /** The shape rule. Returns the types of the outputs. @throws ShapeError if the inputs do not fit */
  outputs(inputs: I, attributes: A): Mapped<O, TensorType>;
  /** Returns further requirements on a batch. */
  requires?(inputs: I, attributes: A): readonly Requirement[];
  /** Builds the gradient for each input; undefined for inputs that do not need or have one. */
  gradient?(call: GradientCall<I, A, O>): Partial<Mapped<I, Tensor | undefined>>;
  reference(call: ReferenceCall<I, A, O>): void;
  onnx(call: OnnxCall<I, A, O>): Mapped<O, OnnxValue | undefined>;
  /** Returns the WGSL kernels in execution order; absent if the WebGPU planner derives them. */
  wgsl?(call: WgslCall<I, A, O>): readonly Launch[];
}

/** Defines an operation. TypeScript checks it against the types of its inputs, attributes and outputs. */
export function defineOperation<I extends Tensors, A = null, O extends Tensors = [y: Tensor]>(
  operation: Operation<I, A, O>,
): Operation<I, A, O> {
  return operation;
}

let nextId = 0;

/**
 * Applies an operation: checks the inputs with its shape rule and returns its outputs.
 *
 * @throws ShapeError if the inputs do not fit, or a result would have no elements
 */
export function applyAll<I extends Tensors, A, O extends readonly Tensor[]>(
  operation: Operation<I, A, O>,
  inputs: NoInfer<I>,
  attributes: NoInfer<A>,
): O {
  const outputs: Tensor[] = [];
  // A graph holds nodes of many operations. Each operation gets back only inputs and attributes it was applied to here.
  const node: Node = {
    id: nextId++,
    operation: operation as Operation,
    inputs: present(inputs),
    attributes,
    outputs,
  };
  for (const [index, type] of operation.outputs(inputs, attributes).entries()) {
    if (type.shape.some((dim) => typeof dim === 'number' && !(Number.isInteger(dim) && dim > 0)))
      throw new ShapeError(
        `'${operation.name}' cannot make ${showShape(type.shape)}: sizes are whole numbers from 1`,
      );
    outputs.push({ ...type, node, index });
  }
  // The shape rule returns one type for each tensor of O.
  return outputs as readonly Tensor[] as O;
}

/** Applies an operation with one output; see {@link applyAll}. */
export function apply<I extends Tensors, A>(
  operation: Operation<I, A, [y: Tensor]>,
  inputs: NoInfer<I>,
  attributes: NoInfer<A>,
): Tensor {
  return applyAll(operation, inputs, attributes)[0];
}
