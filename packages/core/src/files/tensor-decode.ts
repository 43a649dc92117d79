import { bf16ToF32, f16ToF32 } from '../half.ts';
import type { TensorInfo } from './dtype.ts';
import type { FailToRead } from './errors.ts';

/*
 * Converts the bytes of one tensor to typed arrays. Typed arrays serve as views, because the files are little-endian,
 * as is every machine that runs JavaScript engines today.
 */

/** The constructor of a typed array that views a buffer. */
interface ViewConstructor<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

/** Views bytes as elements. Copies them first if they are not aligned. */
function viewAs<T>(View: ViewConstructor<T>, bytes: Uint8Array): T {
  // Not slice(): for Node's Buffer, which is also a Uint8Array, it does not copy.
  const aligned = bytes.byteOffset % View.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes);
  return new View(aligned.buffer, aligned.byteOffset, aligned.byteLength / View.BYTES_PER_ELEMENT);
}

/**
 * Decodes an F32, F16, BF16 or F64 tensor to float32. F64 is rounded. Aligned F32 is not copied, so the result may
 * share memory with `bytes`.
 *
 * Other dtypes fail as `dtype`.
 */
export function decodeFloat32(entry: TensorInfo, bytes: Uint8Array, fail: FailToRead): Float32Array {
  switch (entry.dtype) {
    case 'F32':
      return viewAs(Float32Array, bytes);
    case 'F16':
      return f16ToF32(viewAs(Uint16Array, bytes));
    case 'BF16':
      return bf16ToF32(viewAs(Uint16Array, bytes));
    case 'F64':
      return Float32Array.from(viewAs(Float64Array, bytes));
    default:
      return wrongDtype(entry, fail, 'floating-point numbers (F32, F16, BF16, F64)');
  }
}

/**
 * Decodes an integer or BOOL tensor to int32. Aligned I32 is not copied. Other dtypes fail as `dtype`. Values that need
 * more than 32 bits fail as `value-range`.
 */
export function decodeInt32(entry: TensorInfo, bytes: Uint8Array, fail: FailToRead): Int32Array {
  switch (entry.dtype) {
    case 'I32':
      return viewAs(Int32Array, bytes);
    case 'I64':
      return narrow(entry, viewAs(BigInt64Array, bytes), fail);
    case 'U64':
      return narrow(entry, viewAs(BigUint64Array, bytes), fail);
    case 'U32':
      return narrow(entry, viewAs(Uint32Array, bytes), fail);
    case 'I16':
      return Int32Array.from(viewAs(Int16Array, bytes));
    case 'U16':
      return Int32Array.from(viewAs(Uint16Array, bytes));
    case 'I8':
      return Int32Array.from(viewAs(Int8Array, bytes));
    case 'U8':
    case 'BOOL':
      return Int32Array.from(bytes);
    default:
      return wrongDtype(entry, fail, 'integers (I8 to I64, U8 to U64, BOOL)');
  }
}

function narrow(entry: TensorInfo, values: ArrayLike<number | bigint>, fail: FailToRead): Int32Array {
  const result = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]); // rounded above 2^53, which is out of range anyway
    result[i] = value;
    if (result[i] === value) continue;
    fail(
      'value-range',
      `tensor ${JSON.stringify(entry.name)} holds ${value}, which does not fit 32 bits; read its bytes instead`,
    );
  }
  return result;
}

function wrongDtype({ name, dtype }: TensorInfo, fail: FailToRead, wanted: string): never {
  const what = `tensor ${JSON.stringify(name)} is ${dtype}`;
  return fail('dtype', `${what} and cannot be read as ${wanted}; read its bytes instead`);
}
