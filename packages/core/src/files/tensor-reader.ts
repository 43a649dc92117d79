import type { TensorInfo } from './dtype.ts';
import type { FailToRead } from './errors.ts';
import { decodeFloat32, decodeInt32 } from './tensor-decode.ts';

/** Reads named tensors from a file of any supported format, one at a time, when they are requested. */
export interface TensorReader {
  /** The strings of `__metadata__`; torch files have none. */
  readonly metadata: ReadonlyMap<string, string>;
  /** The tensors of the file, by name. */
  readonly entries: ReadonlyMap<string, TensorInfo>;
  /** Reads the bytes of a tensor, little-endian, row-major. */
  readBytes(name: string): Promise<Uint8Array>;
  /** Reads an F32, F16, BF16 or F64 tensor as float32. Other dtypes throw the file's error, reason `dtype`. */
  readFloat32(name: string): Promise<Float32Array>;
  /** Reads an integer or BOOL tensor as int32. Throws `dtype`, or `value-range` if a value does not fit. */
  readInt32(name: string): Promise<Int32Array>;
}

/** Creates a reader of tensors. `read` reads the bytes of one. */
export function tensorReader<Entry extends TensorInfo>(
  file: {
    readonly metadata: ReadonlyMap<string, string>;
    readonly entries: ReadonlyMap<string, Entry>;
    read(entry: Entry): Promise<Uint8Array>;
  },
  fail: FailToRead,
): TensorReader {
  const { metadata, entries } = file;
  const as = async <T>(
    name: string,
    decode: (entry: Entry, bytes: Uint8Array, fail: FailToRead) => T,
  ): Promise<T> => {
    const entry = findEntry(entries, name, fail);
    return decode(entry, await file.read(entry), fail);
  };
  return {
    metadata,
    entries,
    readBytes: (name) => as(name, (_entry, bytes) => bytes),
    readFloat32: (name) => as(name, decodeFloat32),
    readInt32: (name) => as(name, decodeInt32),
  };
}

export function findEntry<Entry extends TensorInfo>(
  entries: ReadonlyMap<string, Entry>,
  name: string,
  fail: FailToRead,
): Entry {
  const entry = entries.get(name);
  if (entry) return entry;
  return fail(
    'unknown-tensor',
    `there is no tensor ${JSON.stringify(name)} among the ${entries.size} in this file; see \`entries\``,
  );
}
