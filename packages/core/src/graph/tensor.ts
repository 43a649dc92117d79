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
  /** Sizes of the dimensions, fixed or symbolic. */
  readonly shape: Shape;
  /** The type of the elements. */
  readonly dtype: DType;
}

/** One output of one node. Its values exist only while a device runs the graph. */
export interface Tensor extends TensorType {
  /** The node that computes it. */
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
  /** Number of the node; later nodes have larger ones. */
  readonly id: number;
  /** The operation. */
  readonly operation: Operation<I, A, O>;
  /** The tensors that the operation is applied to. */
  readonly inputs: I;
  /** The attributes that the operation is applied with. */
  readonly attributes: A;
  /** The results. */
  readonly outputs: O;
}

/** Attributes of the leaves: values that come from outside the graph. */
export type LeafAttributes =
  | { readonly kind: 'input'; readonly name: string; readonly type: TensorType }
  | {
      readonly kind: 'variable';
      readonly storage: DeviceTensor;
      /** Whether the values must keep their precision where weights are stored in fewer bits. */
      readonly isExact: boolean;
      readonly type: TensorType;
    };

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
  /** Name for errors and labels. */
  readonly temporary: string;
  /** Its shape. */
  readonly shape: Shape;
  /** The type of its elements. */
  readonly dtype: DType;
}

export type Value = Tensor | Temporary;

/** One use of a kernel, with its types erased for planners. */
export interface Launch {
  /** Name for labels and errors. */
  readonly name: string;
  /** Inputs by name; undefined for absent ones. */
  readonly inputs: Readonly<Record<string, Value | undefined>>;
  /** How the text reads each input. */
  readonly inputKinds: KernelInputs;
  /** Outputs by name. */
  readonly outputs: Readonly<Record<string, Value>>;
  /** How the text writes each output. */
  readonly outputKinds: KernelOutputs;
  /** Sizes by name. */
  readonly sizes: Readonly<Record<string, Size>>;
  /** Floating-point operations, 0 where they are not counted. */
  readonly flops: Size;
  /** Returns the number of workgroups along each axis. */
  readonly groups: (dims: DimValues) => Groups;
  /** Number of invocations in a workgroup. */
  readonly workgroup: number;
  /** Whether the text needs the `subgroups` extension. */
  readonly subgroups: boolean;
  /** Whether the text needs the `f16` extension. */
  readonly halves: boolean;
  /** Functions of the device's library that the text calls. */
  readonly functions: readonly string[];
  /** Module-scope text. */
  readonly declarations: string;
  /** Names of outputs to set to zero before the kernel runs. */
  readonly cleared: readonly string[];
  /** Returns the text of the body, given accessors by name. */
  readonly body: (names: Readonly<Record<string, unknown>>) => string;
}

type NodeParts<I extends Tensors, A, O extends Tensors> = Pick<
  Node<I, A, O>,
  'inputs' | 'outputs' | 'attributes'
>;

/** The arguments from which an operation derives its launches. */
export interface WgslCall<I extends Tensors, A, O extends Tensors> extends NodeParts<I, A, O> {
  /** For each output, whether anything reads it. */
  readonly used: Mapped<O, boolean>;
  /** The kernel variants to use. */
  readonly profile: KernelProfile;
}

/** The arguments of a reference loop: inputs, and zero-filled outputs to write. */
export interface ReferenceCall<I extends Tensors, A, O extends Tensors> {
  /** Values of the inputs. */
  readonly inputs: Mapped<I, Values>;
  /** Zero-filled values of the outputs. */
  readonly outputs: Mapped<O, Values>;
  /** Attributes of the node. */
  readonly attributes: A;
  /** Values of the symbolic dimensions. */
  readonly dims: DimValues;
}

export interface GradientCall<I extends Tensors, A, O extends Tensors> extends NodeParts<I, A, O> {
  /** Gradient of the loss for each output; with several outputs, undefined if the loss does not depend on one. */
  readonly gradients: O extends readonly [Tensor] ? O : Mapped<O, Tensor | undefined>;
  /** For each input, whether its gradient is needed. */
  readonly wanted: Mapped<I, boolean>;
}

export interface OnnxCall<I extends Tensors, A, O extends Tensors> {
  /** Names of the inputs. */
  readonly inputs: Mapped<I, OnnxValue>;
  /** The node, for shapes. */
  readonly node: Node<I, A, O>;
  /** Attributes of the node. */
  readonly attributes: A;
  /** Receives the ONNX nodes. */
  readonly emit: OnnxEmitter;
}

/** An elementwise operation: an expression over its inputs, which broadcast. */
export interface ElementwiseForm {
  /** Label for error messages and kernels. It does not affect the result. */
  readonly label: string;
  /** The expression of one element. */
  readonly expression: Expression;
  /** The result's shape: the broadcast shape of the inputs, or a larger one. */
  readonly shape: Shape;
}

/** A dropout mask. Its rows are all axes except the last. */
export interface MaskForm {
  /** Shape of the mask. */
  readonly shape: Shape;
  /** Probability of 0; other elements are `1/(1-p)`. */
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
  /**
   * Returns the expression of an elementwise operation; absent for others. All forms derive from it. It can be
   * computed at each use.
   */
  elementwise?(attributes: A): ElementwiseForm;
  /** Returns a random mask. Its only input is the random state. It is computed at each use and never stored. */
  mask?(attributes: A): MaskForm;
  /**
   * Whether the result consists of rows of the first input, selected by the second; absent if not. A host can also
   * compute that.
   */
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
  /** Name for errors and labels. */
  readonly name: string;
  /** The shape rule. Returns the types of the outputs. @throws ShapeError if the inputs do not fit */
  outputs(inputs: I, attributes: A): Mapped<O, TensorType>;
  /** Returns further requirements on a batch; absent if there are none. */
  requires?(inputs: I, attributes: A): readonly Requirement[];
  /** Builds the gradient for each input; undefined for inputs that do not need or have one. */
  gradient?(call: GradientCall<I, A, O>): Partial<Mapped<I, Tensor | undefined>>;
  /** Computes the outputs in plain loops. */
  reference(call: ReferenceCall<I, A, O>): void;
  /** Emits ONNX nodes. Returns the name of each output; undefined for one that only other devices use. */
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
