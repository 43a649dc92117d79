import { f32ToBf16, f32ToF16 } from '../half.ts';
import type { TensorWriteReason } from './errors.ts';
import { LONE_SURROGATE } from './safetensors/header.ts';

/** A tensor to write. `data` is row-major and has as many elements as `shape`. */
export interface TensorToWrite {
  /** Sizes of the dimensions. */
  readonly shape: readonly number[];
  /** Values, row-major. */
  readonly data: Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;
  /**
   * The dtype to store; by default the dtype of the data. Float32 data can be rounded to F16 or BF16. Int32 data can
   * be widened to I64.
   */
  readonly dtype?: 'F64' | 'F32' | 'F16' | 'BF16' | 'I64' | 'I32' | 'U8';
}

export type WrittenDtype = NonNullable<TensorToWrite['dtype']>;

/** Throws the error of the file's format. */
type Fail = (reason: TensorWriteReason, message: string) => never;

/** Returns the dtype to store a tensor as. Fails if its name, shape or dtype cannot be written. */
export function checkTensor(name: string, { shape, data, dtype }: TensorToWrite, fail: Fail): WrittenDtype {
  const who = `tensor ${JSON.stringify(name)}`;
  if (name === '__metadata__' || LONE_SURROGATE.test(name))
    fail('name', `${who} cannot be stored by that name`);
  const elements = shape.reduce((product, size) => product * size, 1);
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0) || elements !== data.length) {
    fail('shape', `${who} has ${data.length} elements, which its shape [${shape}] does not have`);
  }
  const storable = storableAs(data);
  if (dtype !== undefined && !storable.includes(dtype)) {
    fail(
      'dtype',
      `${who} of ${storable[0]} data cannot be stored as ${dtype}, only as ${storable.join(', ')}`,
    );
  }
  return dtype ?? storable[0];
}

/** Returns the dtypes that the data can be stored as, its own first. */
function storableAs(data: TensorToWrite['data']): readonly [WrittenDtype, ...WrittenDtype[]] {
  if (data instanceof Float32Array) return ['F32', 'F16', 'BF16'];
  if (data instanceof Float64Array) return ['F64'];
  if (data instanceof Int32Array) return ['I32', 'I64'];
  if (data instanceof BigInt64Array) return ['I64'];
  return ['U8'];
}

/** Returns a tensor's bytes, little-endian. They are a view of its data if no conversion is needed. */
export function encodeTensor({ data }: TensorToWrite, dtype: WrittenDtype): Uint8Array {
  const stored = convert(data, dtype);
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}

function convert(data: TensorToWrite['data'], dtype: WrittenDtype): ArrayBufferView {
  if (data instanceof Float32Array && dtype === 'F16') return f32ToF16(data);
  if (data instanceof Float32Array && dtype === 'BF16') return f32ToBf16(data);
  if (data instanceof Int32Array && dtype === 'I64') return BigInt64Array.from(data, BigInt);
  return data;
}
