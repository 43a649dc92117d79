import type { Launch, WgslCall } from './kernel.ts';
import type { OnnxEmitter, OnnxValue } from './onnx.ts';
import type { Requirement } from './requirements.ts';
import type { DimValues } from './shape.ts';
import type { Node, Tensor, TensorType } from './tensor.ts';

export type NumericArray = Float64Array | Float32Array | Int32Array;

/** What an operation's reference loop sees: flat row-major arrays and sizes. */
export interface ReferenceCall<A> {
  readonly inputs: readonly NumericArray[];
  /** Zero-filled; to be written. */
  readonly outputs: readonly NumericArray[];
  readonly inputShapes: readonly (readonly number[])[];
  readonly outputShapes: readonly (readonly number[])[];
  readonly attributes: A;
  readonly dims: DimValues;
}

export interface GradientCall<A> {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly attributes: A;
  /** Gradient of the loss by each output; undefined where the loss does not depend on it. */
  readonly gradients: readonly (Tensor | undefined)[];
  /** Whether the gradient by each input is wanted. */
  readonly wanted: readonly boolean[];
}

/**
 * An operation, whole: shape rule, gradient, reference loop, ONNX form and WGSL kernels, in that order.
 */
export interface Operation<A = unknown> {
  readonly name: string;
  /** The shape rule: types of the outputs, or a ShapeError. */
  outputs(inputs: readonly Tensor[], attributes: A): readonly TensorType[];
  /** What it needs of a batch beside that. */
  requires?(inputs: readonly Tensor[], attributes: A): readonly Requirement[];
  /** Whether its result is its input's elements, in their order, under another shape. */
  readonly renames?: boolean;
  /** Gradients by the inputs, as graphs; undefined for inputs that are not wanted or have none. */
  gradient?(call: GradientCall<A>): readonly (Tensor | undefined)[];
  reference(call: ReferenceCall<A>): void;
  onnx(call: OnnxCall<A>): readonly (OnnxValue | undefined)[];
  /** WGSL kernels, in the order they run; absent where the WebGPU planner derives all it needs. */
  wgsl?(call: WgslCall<A>): readonly Launch[];
}

export interface OnnxCall<A> {
  readonly inputs: readonly OnnxValue[];
  readonly node: Node<A>;
  readonly attributes: A;
  readonly emit: OnnxEmitter;
}

/** Names an operation and lets TypeScript infer its attributes. */
export function defineOperation<A>(operation: Operation<A>): Operation<A> {
  return operation;
}
