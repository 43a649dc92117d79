import { type FailToRead, SafetensorsError } from '../errors.ts';
import type { RandomAccess } from '../random-access.ts';
import { decodeFloat32, decodeInt32 } from '../tensor-decode.ts';
import { findEntry, type TensorReader, tensorReader } from '../tensor-reader.ts';
import {
  headerLength,
  PREFIX_BYTES,
  parseHeader,
  type SafetensorsHeader,
  type TensorEntry,
} from './header.ts';

/** A safetensors file that is completely in memory: a synchronous `TensorReader`. */
export class Safetensors {
  readonly metadata: ReadonlyMap<string, string>;
  readonly entries: ReadonlyMap<string, TensorEntry>;
  readonly #bytes: Uint8Array;
  readonly #fail: FailToRead;

  constructor(header: SafetensorsHeader, bytes: Uint8Array, file: string) {
    this.metadata = header.metadata;
    this.entries = header.entries;
    this.#bytes = bytes;
    this.#fail = failToRead(file);
  }

  /** Returns a view of the tensor's bytes, little-endian, row-major. */
  bytes(name: string): Uint8Array {
    const { begin, end } = findEntry(this.entries, name, this.#fail);
    return this.#bytes.subarray(begin, end);
  }

  /** Returns an F32, F16, BF16 or F64 tensor as float32. An aligned F32 tensor is a view of the file's bytes. */
  float32(name: string): Float32Array {
    return decodeFloat32(findEntry(this.entries, name, this.#fail), this.bytes(name), this.#fail);
  }

  /** Returns an integer or BOOL tensor as int32. An aligned I32 tensor is a view of the file's bytes. */
  int32(name: string): Int32Array {
    return decodeInt32(findEntry(this.entries, name, this.#fail), this.bytes(name), this.#fail);
  }
}

/**
 * Reads a safetensors file that is completely in memory. It checks the whole header first. Tensors are decoded when
 * requested.
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
 * Opens a safetensors file of any size. It reads only the header. Each tensor is read when requested.
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

  const fail = failToRead(file);
  const read = async ({ name, begin, end }: TensorEntry): Promise<Uint8Array> => {
    const bytes = await source.read(begin, end);
    if (bytes.length === end - begin) return bytes;
    return fail(
      'truncated-data',
      `tensor ${JSON.stringify(name)} could not be read to its end; the file changed since it was opened`,
    );
  };
  return tensorReader({ ...header, read }, fail);
}

const failToRead =
  (file: string): FailToRead =>
  (reason, message) => {
    throw new SafetensorsError(reason, file, message);
  };
