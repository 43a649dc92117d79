import { SafetensorsError } from './errors.ts';
import { bf16ToF32, f16ToF32 } from './safetensors-half.ts';
import type { TensorEntry } from './safetensors-header.ts';

/*
 * Bytes of one tensor to typed arrays. The format is little-endian and so is every machine that runs JavaScript
 * engines today; typed arrays are used as views for that reason.
 */

/** Any typed array, as a constructor that views a buffer. */
interface ViewConstructor<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

/** A view of the bytes as elements; copies them first only where they are not aligned. */
function viewAs<T>(View: ViewConstructor<T>, bytes: Uint8Array): T {
  // Not slice(): that of Node's Buffer, which is a Uint8Array too, copies nothing.
  const aligned = bytes.byteOffset % View.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes);
  return new View(aligned.buffer, aligned.byteOffset, aligned.byteLength / View.BYTES_PER_ELEMENT);
}

/**
 * The elements of an F32, F16, BF16 or F64 tensor as float32; F64 is rounded. F32 is not copied where it is aligned,
 * so the result may share memory with `bytes`.
 *
 * @throws SafetensorsError `dtype` for every other dtype
 */
export function decodeFloat32(entry: TensorEntry, bytes: Uint8Array, file: string): Float32Array {
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
      throw wrongDtype(entry, file, 'floating-point numbers (F32, F16, BF16, F64)');
  }
}

/**
 * The elements of an integer or BOOL tensor as int32. I32 is not copied where it is aligned.
 *
 * @throws SafetensorsError `dtype` for other dtypes, `value-range` where a value needs more than 32 bits
 */
export function decodeInt32(entry: TensorEntry, bytes: Uint8Array, file: string): Int32Array {
  switch (entry.dtype) {
    case 'I32':
      return viewAs(Int32Array, bytes);
    case 'I64':
      return narrow(entry, viewAs(BigInt64Array, bytes), file);
    case 'U64':
      return narrow(entry, viewAs(BigUint64Array, bytes), file);
    case 'U32':
      return narrow(entry, viewAs(Uint32Array, bytes), file);
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
      throw wrongDtype(entry, file, 'integers (I8 to I64, U8 to U64, BOOL)');
  }
}

function narrow(entry: TensorEntry, values: ArrayLike<number | bigint>, file: string): Int32Array {
  const result = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]!); // rounded beyond 2^53, which is out of range all the same
    result[i] = value;
    if (result[i] === value) continue;
    throw new SafetensorsError(
      'value-range',
      file,
      `tensor ${JSON.stringify(entry.name)} holds ${value}, which does not fit 32 bits; read its bytes instead`,
    );
  }
  return result;
}

function wrongDtype(entry: TensorEntry, file: string, wanted: string): SafetensorsError {
  const what = `tensor ${JSON.stringify(entry.name)} is ${entry.dtype}`;
  return new SafetensorsError(
    'dtype',
    file,
    `${what} and cannot be read as ${wanted}; read its bytes instead`,
  );
}
