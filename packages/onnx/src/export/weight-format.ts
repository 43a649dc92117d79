import { f32ToF16 } from '@scalearn/core/files';
import type { OnnxEmitter, OnnxValue } from '@scalearn/core/graph';
import { elementTypes, type ModelConstant } from '../model.ts';

/** Values of a variable, or of a part of one. */
export interface Weight {
  /** Unique in the model. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Float32Array;
}

/** What a format writes with. */
export interface FormatEmitter extends OnnxEmitter {
  /** Stores values in the model under a name, once. `make` is called only the first time. */
  store(name: string, make: () => Omit<ModelConstant, 'name'>): OnnxValue;
}

/** How weights are stored in a model, and how nodes read them. */
export interface WeightFormat {
  /** Writes all values of a weight, f32, for nodes of any kind. */
  whole(emit: FormatEmitter, weight: Weight): OnnxValue;
  /** Writes rows of a table `[rows, width]` by their int64 ids. Absent or undefined: rows of the `whole`. */
  rows?(emit: FormatEmitter, table: Weight, ids: OnnxValue): OnnxValue | undefined;
  /** Writes `x · Wᵀ` for a weight `[out, in]`, x `[tokens, in]`. Absent or undefined: the product with the `whole`. */
  product?(emit: FormatEmitter, weight: Weight, x: OnnxValue): OnnxValue | undefined;
}

/** 32-bit floats, unchanged. */
export const f32: WeightFormat = {
  whole: (emit, { name, shape, values }) => emit.store(name, () => ({ type: 'f32', shape, data: values })),
};

/** Matrices as 16-bit floats. Vectors stay f32: they are small, and sensitive to precision. */
export const f16: WeightFormat = {
  whole: (emit, weight) => (isHalf(weight) ? widen(emit, half(emit, weight)) : f32.whole(emit, weight)),
  // Only the rows that are read are converted to f32.
  rows: (emit, table, ids) =>
    isHalf(table) ? widen(emit, emit.node('Gather', [half(emit, table), ids])) : undefined,
};

const largestHalf = 65_504;

/** Returns whether a weight is a matrix with values in the range of f16. */
const isHalf = ({ shape, values }: Weight): boolean =>
  shape.length > 1 && values.every((value) => Math.abs(value) <= largestHalf);

const half = (emit: FormatEmitter, { name, shape, values }: Weight): OnnxValue =>
  emit.store(`${name} f16`, () => ({ type: 'f16', shape, data: f32ToF16(values) }));

const widen = (emit: FormatEmitter, value: OnnxValue): OnnxValue =>
  emit.node('Cast', [value], { to: elementTypes.f32 });
