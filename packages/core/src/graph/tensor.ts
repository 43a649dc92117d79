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

/** One output of one operation: a value that exists only when a device runs the graph. */
export interface Tensor extends TensorType {
  readonly node: Node;
  /** Which of the node's outputs this is. */
  readonly index: number;
}

/** One use of an operation. Nodes are never changed; a graph is what its outputs lead back to. */
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
 * What an operation needs of a batch beside what its shape rule sees. It is checked before every run and on every
 * device, as kernels check nothing.
 */
export type Requirement =
  /** Integers of `0 … below - 1`; an error calls them by `what` they are, and what there are `below` of. */
  | {
      readonly kind: 'index';
      readonly input: Tensor;
      readonly below: Dim;
      readonly what: string;
      readonly of: string;
    }
  /** Where sequences begin, and the end of the last: from 0 up to `end`, none of them empty. */
  | { readonly kind: 'boundaries'; readonly input: Tensor; readonly end: Dim }
  /** Two shapes with equally many elements. */
  | { readonly kind: 'sameSize'; readonly from: Shape; readonly to: Shape };

/** An intermediate array between the kernels of one operation. */
export interface Temporary {
  readonly temporary: string;
  readonly shape: Shape;
  readonly dtype: DType;
}

export type Value = Tensor | Temporary;

/** One use of a kernel, its types erased: what planners handle. */
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

/** What an operation derives its launches from. */
export interface WgslCall<I extends Tensors, A, O extends Tensors> {
  readonly attributes: A;
  readonly inputs: I;
  readonly outputs: O;
  /** Whether anything reads each output. */
  readonly used: Mapped<O, boolean>;
  readonly profile: KernelProfile;
}

/** What an operation's reference loop sees: inputs, and zero-filled outputs to be written. */
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
  /** Gradient of the loss by each output; of several, undefined where the loss does not depend on it. */
  readonly gradients: O extends readonly [Tensor] ? O : Mapped<O, Tensor | undefined>;
  /** Whether the gradient by each input is wanted. */
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
  /** For error messages and kernel labels; carries no meaning. */
  readonly label: string;
  readonly expression: Expression;
  /** The result's shape: what the inputs broadcast to, or larger. */
  readonly shape: Shape;
}

/** A mask of dropout: rows are all axes but the last. */
export interface MaskForm {
  readonly shape: Shape;
  readonly probability: number;
  /** The stream's number; see streamId. */
  readonly stream: number;
}

/** How some rows of a result are computed from the same rows of inputs; rows are the first axis. */
export interface RowWise<A> {
  /** Whether an input has these rows, of which each is needed by the same row of the result only. */
  readonly byRow: readonly boolean[];
  /** The attributes for another number of rows. */
  withRows(rows: Dim): A;
}

/** What an operation is, for those who plan graphs. */
export interface Traits<I extends Tensors, A, O extends Tensors> {
  /** A value that comes from outside the graph. */
  leaf?(attributes: A): LeafAttributes;
  /**
   * Where the elements of an output lie in the first input, if it holds them in one piece: the first one's place; `whole`
   * if the output is all elements of the input, in their order, under another shape.
   */
  alias?(node: Node<I, A, O>, output: number): number | 'whole' | undefined;
  /** An expression over the inputs, from which all else derives, and which can be computed where its result is used. */
  elementwise?(attributes: A): ElementwiseForm;
  /** A random mask, from the random state as the only input, which is computed where it is used and never stored. */
  mask?(attributes: A): MaskForm;
  /** Whether the result is rows of the first input by the integers in the second, which a host can do as well. */
  readonly lookup?: true;
  /** How rows can be computed apart; undefined where they mix. */
  rowWise?(node: Node<I, A, O>): RowWise<A> | undefined;
}

/**
 * An operation, whole: shape rule, gradient, reference loop, ONNX form and WGSL kernels, in that order.
 */
export interface Operation<
  I extends Tensors = readonly Tensor[],
  A = unknown,
  O extends Tensors = readonly Tensor[],
> extends Traits<I, A, O> {
  readonly name: string;
  /** The shape rule: types of the outputs, or a ShapeError. */
  outputs(inputs: I, attributes: A): Mapped<O, TensorType>;
  /** What it needs of a batch beside that. */
  requires?(inputs: I, attributes: A): readonly Requirement[];
  /** Gradients by the inputs, as graphs; undefined for inputs that are not wanted or have none. */
  gradient?(call: GradientCall<I, A, O>): Partial<Mapped<I, Tensor | undefined>>;
  reference(call: ReferenceCall<I, A, O>): void;
  onnx(call: OnnxCall<I, A, O>): Mapped<O, OnnxValue | undefined>;
  /** WGSL kernels, in the order they run; absent where the WebGPU planner derives all it needs. */
  wgsl?(call: WgslCall<I, A, O>): readonly Launch[];
}

/** Names an operation and lets TypeScript check it by its inputs, attributes and outputs. */
export function defineOperation<I extends Tensors, A = null, O extends Tensors = [y: Tensor]>(
  operation: Operation<I, A, O>,
): Operation<I, A, O> {
  return operation;
}

let nextId = 0;

/**
 * Applies an operation: checks the inputs by its shape rule and returns its outputs.
 *
 * @throws ShapeError if the inputs do not fit, or a result would have no elements
 */
export function applyAll<I extends Tensors, A, O extends readonly Tensor[]>(
  operation: Operation<I, A, O>,
  inputs: NoInfer<I>,
  attributes: NoInfer<A>,
): O {
  const outputs: Tensor[] = [];
  // A graph holds nodes of many operations; each is given back what it was applied to here, and checked against.
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
  // The shape rule gives the types of O's tensors, one for each.
  return outputs as readonly Tensor[] as O;
}

/** {@link applyAll} for operations with one output. */
export function apply<I extends Tensors, A>(
  operation: Operation<I, A, [y: Tensor]>,
  inputs: NoInfer<I>,
  attributes: NoInfer<A>,
): Tensor {
  return applyAll(operation, inputs, attributes)[0];
}
