import { ParquetError, type ThriftStruct, type ThriftValue } from './thrift.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Decodes a text in UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Returns a field that must be a structure. Throws `ParquetError` for any other. */
export function structAt(struct: ThriftStruct, field: number, what: string): ThriftStruct {
  return asStruct(struct.get(field), what);
}

/** Returns a field that must be a text, or undefined if it `mayLack`. */
export function textAt(struct: ThriftStruct, field: number, what: string): string {
  const value = struct.get(field);
  if (!(value instanceof Uint8Array)) throw new ParquetError(`${what} is missing`);
  try {
    return decodeUtf8(value);
  } catch {
    throw new ParquetError(`${what} is not valid UTF-8`);
  }
}

/** Returns a field that must be a list of structures. */
export function structsAt(struct: ThriftStruct, field: number, what: string): readonly ThriftStruct[] {
  return listAt(struct, field, what).map((value) => asStruct(value, what));
}

export function listAt(struct: ThriftStruct, field: number, what: string): readonly ThriftValue[] {
  const value = struct.get(field);
  if (!isList(value)) throw new ParquetError(`${what} cannot be right`);
  return value;
}

function asStruct(value: ThriftValue | undefined, what: string): ThriftStruct {
  if (isStruct(value)) return value;
  throw new ParquetError(`${what} cannot be right`);
}

const isList = (value: ThriftValue | undefined): value is readonly ThriftValue[] => Array.isArray(value);
const isStruct = (value: ThriftValue | undefined): value is ThriftStruct => value instanceof Map;

/** Reads a little-endian number of some bytes. Returns NaN if bytes are missing. */
export function littleEndian(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) value += (bytes[at + i] ?? Number.NaN) * 2 ** (8 * i);
  return value;
}
