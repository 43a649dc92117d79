import { ByteWriter } from '../byte-writer.ts';
import { DTYPE_BITS } from '../dtype.ts';
import { SafetensorsError, type SafetensorsReason } from '../errors.ts';
import { checkTensor, encodeTensor, type TensorToWrite } from '../tensor-to-write.ts';
import { LONE_SURROGATE, PREFIX_BYTES } from './header.ts';

/**
 * Encodes tensors as the bytes of a safetensors file. The bytes depend only on the contents, not on the order of
 * `tensors`. Larger dtypes come first, so that every tensor is aligned. Names ascend within a dtype. The header is
 * padded with spaces to a multiple of 8 bytes, as in the Python library.
 *
 * @throws SafetensorsError `name`, `duplicate-name`, `shape`, `dtype` or `metadata`
 */
export function writeSafetensors(
  tensors: Iterable<readonly [name: string, tensor: TensorToWrite]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const sorted = [...tensors].map(([name, tensor]) => ({
    name,
    tensor,
    dtype: checkTensor(name, tensor, fail),
  }));
  sorted.sort(
    (a, b) =>
      DTYPE_BITS[b.dtype] - DTYPE_BITS[a.dtype] || compare(a.dtype, b.dtype) || compare(a.name, b.name),
  );
  const header = new Map<string, unknown>();
  if (Object.keys(metadata).length > 0) header.set('__metadata__', checkMetadata(metadata));
  const parts: Uint8Array[] = [];
  let position = 0;
  for (const { name, tensor, dtype } of sorted) {
    if (header.has(name)) fail('duplicate-name', `the tensor ${JSON.stringify(name)} is given twice`);
    const bytes = encodeTensor(tensor, dtype);
    const end = position + bytes.length;
    header.set(name, { dtype, shape: tensor.shape, data_offsets: [position, end] });
    parts.push(bytes);
    position = end;
  }
  return new ByteWriter().bytes(encodeHeader(header), ...parts).finish();
}

/** Writes the header key by key. An object would move numeric names to the front and lose `__proto__`. */
function encodeHeader(header: ReadonlyMap<string, unknown>): Uint8Array {
  const fields = [...header].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  const json = new TextEncoder().encode(`{${fields.join(',')}}`);
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(PREFIX_BYTES + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, PREFIX_BYTES);
  return bytes;
}

function checkMetadata(metadata: Readonly<Record<string, string>>): Record<string, string> {
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== 'string' || LONE_SURROGATE.test(key + value)) {
      fail('metadata', `the metadata value of ${JSON.stringify(key)} is not a string`);
    }
  }
  return Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => compare(a, b)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function fail(reason: SafetensorsReason, message: string): never {
  throw new SafetensorsError(reason, 'safetensors file to be written', message);
}
