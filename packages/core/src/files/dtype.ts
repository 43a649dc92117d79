/**
 * Bits per element of every dtype of the format (https://github.com/huggingface/safetensors).
 *
 * A header may contain all of them. `TensorReader` documents which ones it converts.
 */
export const DTYPE_BITS = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
} as const;

/** The name of an element type, as safetensors headers write it. */
export type Dtype = keyof typeof DTYPE_BITS;

export function isDtype(value: unknown): value is Dtype {
  return typeof value === 'string' && Object.hasOwn(DTYPE_BITS, value);
}

/** Describes one tensor of a file. */
export interface TensorInfo {
  /** Name of the tensor. */
  readonly name: string;
  /** Type of its elements. */
  readonly dtype: Dtype;
  /** Sizes of the dimensions; `[]` is a scalar. */
  readonly shape: readonly number[];
}

/** Returns whether a value is a size or a position: a whole number from 0. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
