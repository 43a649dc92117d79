/**
 * A value of Thrift's compact protocol, which encodes the metadata of parquet files. Whole numbers up to 2^53 are
 * numbers, larger ones are bigints.
 */
export type ThriftValue = number | bigint | boolean | Uint8Array | readonly ThriftValue[] | ThriftStruct;

/** Fields by field number. */
export type ThriftStruct = ReadonlyMap<number, ThriftValue>;

/** An invalid parquet file. The reader of the file adds which file it is. */
export class ParquetError extends Error {}

/** Maximum nesting of structures. Those of parquet have six levels. */
const deepest = 32;

/**
 * Reads one structure. Lengths that the bytes cannot hold are refused, so the work is bounded by the number of bytes.
 *
 * @returns the fields, and where the structure ends
 * @throws ParquetError
 */
export function readStruct(bytes: Uint8Array, offset: number): { fields: ThriftStruct; end: number } {
  const reader = new ThriftReader(bytes, offset);
  const fields = reader.struct(0);
  return { fields, end: reader.offset };
}

class ThriftReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  offset: number;

  constructor(bytes: Uint8Array, offset: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.offset = offset;
  }

  struct(depth: number): ThriftStruct {
    if (depth > deepest) throw new ParquetError('its structures are too deep');
    const fields = new Map<number, ThriftValue>();
    let id = 0;
    for (;;) {
      const byte = this.#byte();
      const type = byte & 15;
      if (type === 0) return fields;
      id = byte >> 4 === 0 ? Number(this.#whole(3)) : id + (byte >> 4);
      fields.set(id, this.#value(type, depth));
    }
  }

  #value(type: number, depth: number): ThriftValue {
    switch (type) {
      case 1:
        return true;
      case 2:
        return false;
      case 3:
        return (this.#byte() << 24) >> 24;
      case 4:
      case 5:
        return this.#whole(5);
      case 6:
        return this.#whole(10);
      case 7:
        return this.#view.getFloat64(this.#skip(8), true);
      case 8: {
        const length = this.#varint(5);
        const start = this.#skip(Number(length));
        return this.#bytes.subarray(start, this.offset);
      }
      case 9:
        return this.#list(depth);
      case 12:
        return this.struct(depth + 1);
      default:
        throw new ParquetError(`it has a field of the unknown type ${type}`);
    }
  }

  #list(depth: number): readonly ThriftValue[] {
    const byte = this.#byte();
    const type = byte & 15;
    const size = byte >> 4 === 15 ? Number(this.#varint(5)) : byte >> 4;
    // Every element takes at least one byte.
    if (size > this.#bytes.length - this.offset) throw cutShort();
    const isTruth = type === 1 || type === 2;
    const values: ThriftValue[] = [];
    for (let i = 0; i < size; i++) values.push(isTruth ? this.#byte() === 1 : this.#value(type, depth + 1));
    return values;
  }

  /** Reads a zigzag number of at most `most` bytes. Five bytes hold 32 bits. */
  #whole(most: number): number | bigint {
    const folded = this.#varint(most);
    const value = folded & 1n ? -(folded >> 1n) - 1n : folded >> 1n;
    const plain = Number(value);
    return Number.isSafeInteger(plain) ? plain : value;
  }

  #varint(most: number): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) break;
      if (shift >= BigInt(7 * (most - 1))) throw new ParquetError('it has a number that does not end');
    }
    if (value >= (most <= 5 ? 2n ** 32n : 2n ** 64n))
      throw new ParquetError('it has a number that is too large');
    return value;
  }

  #byte(): number {
    return this.#bytes[this.#skip(1)]!;
  }

  /** Skips bytes and returns where they begin. */
  #skip(length: number): number {
    const start = this.offset;
    if (length > this.#bytes.length - start) throw cutShort();
    this.offset += length;
    return start;
  }
}

const cutShort = (): ParquetError => new ParquetError('it is cut short');

/** Checks a number claimed by the file: a whole number between 0 and `most`. */
export function whole(value: unknown, what: string, most: number = Number.MAX_SAFE_INTEGER): number {
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 && number <= most)
    return number;
  throw new ParquetError(`${what} cannot be right`);
}
