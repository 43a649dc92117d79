import { SafetensorsError } from './errors.ts';
import { decodeFloat32, decodeInt32 } from './safetensors-decode.ts';
import {
  headerLength,
  PREFIX_BYTES,
  parseHeader,
  type SafetensorsHeader,
  type TensorEntry,
} from './safetensors-header.ts';
import type { RandomAccess } from './safetensors-source.ts';

/** Named tensors that are read one at a time, when they are asked for. */
export interface TensorReader {
  /** The strings of `__metadata__`. */
  readonly metadata: ReadonlyMap<string, string>;
  /** What there is, by name. */
  readonly entries: ReadonlyMap<string, TensorEntry>;
  /** The bytes of a tensor, little-endian, row-major. */
  readBytes(name: string): Promise<Uint8Array>;
  /** An F32, F16, BF16 or F64 tensor as float32. Other dtypes throw `SafetensorsError` `dtype`. */
  readFloat32(name: string): Promise<Float32Array>;
  /** An integer or BOOL tensor as int32. Throws `dtype`, or `value-range` where a value does not fit. */
  readInt32(name: string): Promise<Int32Array>;
}

/** A whole safetensors file in memory: `TensorReader` without the waiting. */
export class Safetensors {
  readonly metadata: ReadonlyMap<string, string>;
  readonly entries: ReadonlyMap<string, TensorEntry>;
  readonly #bytes: Uint8Array;
  readonly #file: string;

  constructor(header: SafetensorsHeader, bytes: Uint8Array, file: string) {
    this.metadata = header.metadata;
    this.entries = header.entries;
    this.#bytes = bytes;
    this.#file = file;
  }

  /** A view of the tensor's bytes, little-endian, row-major. */
  bytes(name: string): Uint8Array {
    const { begin, end } = findEntry(this.entries, name, this.#file);
    return this.#bytes.subarray(begin, end);
  }

  /** An F32, F16, BF16 or F64 tensor as float32; an aligned F32 tensor is a view of the file's bytes. */
  float32(name: string): Float32Array {
    return decodeFloat32(findEntry(this.entries, name, this.#file), this.bytes(name), this.#file);
  }

  /** An integer or BOOL tensor as int32; an aligned I32 tensor is a view of the file's bytes. */
  int32(name: string): Int32Array {
    return decodeInt32(findEntry(this.entries, name, this.#file), this.bytes(name), this.#file);
  }
}

/**
 * Reads a safetensors file that is wholly in memory. The header is checked completely first; tensors are decoded when
 * they are asked for.
 *
 * @param file what to call the file in errors
 * @throws SafetensorsError with the reason, for anything the format forbids
 */
export function parseSafetensors(bytes: Uint8Array, file = 'safetensors file'): Safetensors {
  const length = headerLength(bytes.subarray(0, PREFIX_BYTES), bytes.length, file);
  const header = bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + length);
  return new Safetensors(parseHeader(header, bytes.length, file), bytes, file);
}

/**
 * Opens a safetensors file of any size: only its header is read now, each tensor when it is asked for.
 *
 * @param file what to call the file in errors
 * @throws SafetensorsError with the reason, for anything the format forbids
 */
export async function openSafetensors(
  source: RandomAccess,
  file = 'safetensors file',
): Promise<TensorReader> {
  const prefix = await source.read(0, Math.min(PREFIX_BYTES, source.size));
  const dataStart = PREFIX_BYTES + headerLength(prefix, source.size, file);
  const header = parseHeader(await source.read(PREFIX_BYTES, dataStart), source.size, file);

  const read = async <T>(name: string, decode: (entry: TensorEntry, bytes: Uint8Array) => T): Promise<T> => {
    const entry = findEntry(header.entries, name, file);
    const bytes = await source.read(entry.begin, entry.end);
    if (bytes.length === entry.end - entry.begin) return decode(entry, bytes);
    throw new SafetensorsError(
      'truncated-data',
      file,
      `tensor ${JSON.stringify(name)} could not be read to its end; the file changed since it was opened`,
    );
  };
  return {
    ...header,
    readBytes: (name) => read(name, (_entry, bytes) => bytes),
    readFloat32: (name) => read(name, (entry, bytes) => decodeFloat32(entry, bytes, file)),
    readInt32: (name) => read(name, (entry, bytes) => decodeInt32(entry, bytes, file)),
  };
}

function findEntry(entries: ReadonlyMap<string, TensorEntry>, name: string, file: string): TensorEntry {
  const entry = entries.get(name);
  if (entry) return entry;
  throw new SafetensorsError(
    'unknown-tensor',
    file,
    `there is no tensor ${JSON.stringify(name)} among the ${entries.size} in this file; see \`entries\``,
  );
}
