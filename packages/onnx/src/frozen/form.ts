import type { WeightStorage } from '@scalearn/core';
import type { OnnxEmitter, OnnxValue } from '@scalearn/core/graph';

/** An array that holds a part of a weight in a session's memory. */
export interface FrozenPart {
  /** Its own name among the parts of a weight. */
  readonly name: string;
  readonly type: 'i8' | 'i16' | 'f32';
  readonly shape: readonly number[];
  readonly data: Int8Array | Int16Array | Float32Array;
}

/** The product `x · W (+ bias)`, or `x · Wᵀ (+ bias)`, with a frozen weight W `[rows, width]`. */
export interface FrozenProduct {
  /** `[tokens, rows]`, or `[tokens, width]` if W is transposed. */
  readonly x: OnnxValue;
  /** `[width]`, or `[rows]` if W is transposed; undefined if there is none. */
  readonly bias: OnnxValue | undefined;
  readonly transposed: boolean;
}

/** Returns the ONNX input of a part of a weight. */
export type PartOf = (name: string) => OnnxValue;

/**
 * How the f32 values of a frozen matrix `[rows, width]` are kept in fewer bits, and how nodes read them: its first part
 * has whole numbers, its second one a scale for each row.
 */
export interface FrozenForm {
  readonly storage: WeightStorage;
  /** Makes the arrays. @param label of the weight, for errors */
  encode(values: Float32Array, shape: readonly number[], label: string): readonly FrozenPart[];
  /** Writes all values as f32. */
  whole(emit: OnnxEmitter, part: PartOf): OnnxValue;
  /** Writes rows by their ids, f32. */
  rows(emit: OnnxEmitter, part: PartOf, ids: OnnxValue): OnnxValue;
  /** Writes a product. Absent: the product with the `whole`. */
  product?(emit: OnnxEmitter, part: PartOf, product: FrozenProduct): OnnxValue;
}
