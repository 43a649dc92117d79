import { ParquetError } from './thrift.ts';

/**
 * Maximum padding in values after the last bit-packed group. The format pads to whole groups; some writers pad more.
 */
const mostPadding = 1024;

/**
 * Walks through whole numbers of `width` bits in parquet's RLE/bit-packed hybrid encoding. Throws `ParquetError` unless
 * the bytes from `start` to `end` hold `count` of them.
 *
 * @param visit called with every value and the number of its repetitions
 */
export function walkRuns(
  bytes: Uint8Array,
  start: number,
  end: number,
  width: number,
  count: number,
  visit: (value: number, times: number) => void,
): void {
  if (width > 32 || end > bytes.length) throw new ParquetError('a page is cut short');
  let offset = start;
  for (let left = count; left > 0; ) {
    const header = varint(bytes, offset, end);
    offset = header.end;
    if (header.value % 2 === 0) {
      const times = header.value / 2;
      const size = Math.ceil(width / 8);
      if (times > left || offset + size > end) throw new ParquetError('a run of values is too long');
      if (times > 0) visit(littleEndian(bytes, offset, size), times);
      offset += size;
      left -= times;
    } else {
      const groups = (header.value - 1) / 2;
      if (groups * 8 > left + mostPadding) throw new ParquetError('a run of values is too long');
      const values = Math.min(left, groups * 8);
      // The last group may be cut after its last value.
      if (offset + Math.ceil((values * width) / 8) > end) throw new ParquetError('a page is cut short');
      unpack(bytes, offset, width, values, visit);
      offset = Math.min(end, offset + groups * width);
      left -= values;
    }
  }
}

function unpack(
  bytes: Uint8Array,
  start: number,
  width: number,
  count: number,
  visit: (value: number, times: number) => void,
): void {
  if (width === 0) {
    visit(0, count);
    return;
  }
  let [offset, held, bits] = [start, 0, 0];
  const limit = 2 ** width;
  for (let i = 0; i < count; i++) {
    // At most 39 bits, which a double holds exactly.
    for (; bits < width; bits += 8) held += bytes[offset++]! * 2 ** bits;
    visit(held % limit, 1);
    held = Math.floor(held / limit);
    bits -= width;
  }
}

/** The values of a page of differences, and where they end. */
export interface DeltaValues {
  /** The values modulo 2^32, if requested. Lengths are smaller. */
  readonly values: Int32Array;
  readonly end: number;
}

/**
 * Walks through whole numbers stored as differences (DELTA_BINARY_PACKED). Throws `ParquetError` unless the bytes from
 * `start` hold `count` of them.
 */
export function walkDeltas(bytes: Uint8Array, start: number, count: number): DeltaValues {
  let offset = start;
  const next = (): number => {
    const read = varint(bytes, offset, bytes.length);
    offset = read.end;
    return read.value;
  };
  const [blockSize, miniblocks, total] = [next(), next(), next()];
  const size = blockSize / miniblocks;
  if (blockSize > 65_536 || miniblocks > 512 || size % 32 !== 0 || !(size > 0) || total !== count)
    throw new ParquetError('a page of differences cannot be right');
  const values = new Int32Array(count);
  let value = zigzag(next());
  if (count > 0) values[0] = value;
  for (let i = 1; i < count; ) {
    const least = zigzag(next());
    const widths = bytes.subarray(offset, offset + miniblocks);
    offset += miniblocks;
    if (widths.length < miniblocks) throw new ParquetError('a page is cut short');
    for (const width of widths) {
      if (i >= count) break;
      const end = offset + (size * width) / 8;
      if (width > 64 || end > bytes.length) throw new ParquetError('a page is cut short');
      const last = Math.min(count, i + size);
      for (let bit = 0; i < last; i++, bit += width) {
        value = (value + least + bitsAt(bytes, offset, bit, width)) | 0;
        values[i] = value;
      }
      offset = end;
    }
  }
  return { values, end: offset };
}

/** Returns the lowest 32 of `width` bits as a signed number. */
function bitsAt(bytes: Uint8Array, start: number, bit: number, width: number): number {
  let value = 0;
  for (let i = 0; i < Math.min(width, 32); i++) {
    const at = bit + i;
    value |= ((bytes[start + (at >> 3)]! >> (at & 7)) & 1) << i;
  }
  return value;
}

/** Returns the lowest 32 bits of a zigzag number as a signed number. */
function zigzag(folded: number): number {
  return Number(BigInt.asIntN(32, folded % 2 === 1 ? -((BigInt(folded) + 1n) / 2n) : BigInt(folded) / 2n));
}

/** Reads a varint. Bits above the lowest 53 are lost; no caller needs them. */
function varint(bytes: Uint8Array, start: number, end: number): { value: number; end: number } {
  let value = 0n;
  for (let i = 0; i < 10 && start + i < end; i++) {
    const byte = bytes[start + i]!;
    value |= BigInt(byte & 127) << BigInt(7 * i);
    if (byte < 128) return { value: Number(BigInt.asUintN(53, value)), end: start + i + 1 };
  }
  throw new ParquetError('a page is cut short');
}

function littleEndian(bytes: Uint8Array, offset: number, size: number): number {
  let value = 0;
  for (let i = 0; i < size; i++) value += bytes[offset + i]! * 2 ** (8 * i);
  return value;
}
