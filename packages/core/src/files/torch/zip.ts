import { at } from '../../elements.ts';
import type { TorchFail } from '../errors.ts';
import type { RandomAccess } from '../random-access.ts';
import { ByteCursor } from './cursor.ts';

/** An uncompressed file in a zip archive. */
export interface ZipEntry {
  readonly name: string;
  /** Position of the local header, which the file's bytes follow. */
  readonly position: number;
  readonly size: number;
}

export const LOCAL_HEADER = 0x04034b50;
export const DIRECTORY_ENTRY = 0x02014b50;
export const DIRECTORY_END = 0x06054b50;
const DIRECTORY_END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const LONGEST_COMMENT = 0xffff;
/** Largest directory accepted. Directories of models have kilobytes. */
const MAX_DIRECTORY_BYTES = 2 ** 24;

/**
 * Reads the directory of a zip archive that torch wrote: one disk, entries without compression or encryption, with or
 * without 64-bit records.
 */
export async function readZipDirectory(
  source: RandomAccess,
  fail: TorchFail,
): Promise<ReadonlyMap<string, ZipEntry>> {
  const { count, size, position } = await findDirectory(source, fail);
  if (position + size > source.size) return fail('malformed', 'the directory of the archive lies outside it');
  if (size > MAX_DIRECTORY_BYTES) return fail('too-large', `the directory of the archive has ${size} bytes`);
  const cursor = new ByteCursor(await source.read(position, position + size), fail);
  const entries = new Map<string, ZipEntry>();
  while (!cursor.atEnd) {
    const entry = readEntry(cursor, fail);
    if (entries.has(entry.name)) fail('malformed', `the archive lists ${JSON.stringify(entry.name)} twice`);
    if (entry.position + entry.size > position)
      fail('malformed', `${JSON.stringify(entry.name)} reaches outside the archive`);
    entries.set(entry.name, entry);
  }
  if (entries.size !== count) fail('malformed', `the archive lists ${entries.size} files, not ${count}`);
  return entries;
}

interface Directory {
  readonly count: number;
  readonly size: number;
  readonly position: number;
}

async function findDirectory(source: RandomAccess, fail: TorchFail): Promise<Directory> {
  const begin = Math.max(0, source.size - END_BYTES - LONGEST_COMMENT - LOCATOR_BYTES);
  const tail = await source.read(begin, source.size);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  // The record is at the end of the file, before a comment. Its last field is the comment's length.
  for (let end = tail.length - END_BYTES; end >= 0; end--) {
    if (view.getUint32(end, true) !== DIRECTORY_END) continue;
    if (end + END_BYTES + view.getUint16(end + 20, true) !== tail.length) continue;
    const cursor = new ByteCursor(tail.subarray(end + 4), fail);
    const disks = cursor.u32();
    const counts = [cursor.u16(), cursor.u16()];
    const [size, position] = [cursor.u32(), cursor.u32()];
    if (counts[0] === 0xffff || size === 0xffffffff || position === 0xffffffff)
      return findDirectory64(source, tail.subarray(0, end), fail);
    if (disks !== 0 || counts[0] !== counts[1]) fail('unsupported', 'the archive is one of several parts');
    return { count: at(counts, 0), size, position };
  }
  return fail(
    'malformed',
    'the archive has no directory at its end; it was cut off, download or save it again',
  );
}

/** @param before the bytes before the end record; the last of them locate the 64-bit record */
async function findDirectory64(
  source: RandomAccess,
  before: Uint8Array,
  fail: TorchFail,
): Promise<Directory> {
  const missing = (): never => fail('malformed', 'the archive has no 64-bit directory where it must be');
  const locator = new ByteCursor(before.subarray(Math.max(0, before.length - LOCATOR_BYTES)), fail);
  if (before.length < LOCATOR_BYTES || locator.u32() !== LOCATOR_64) return missing();
  locator.u32();
  const begin = locator.u64();
  if (begin + 56 > source.size) return missing();
  const cursor = new ByteCursor(await source.read(begin, begin + 56), fail);
  if (cursor.u32() !== DIRECTORY_END_64) return missing();
  cursor.take(12);
  const disks = [cursor.u32(), cursor.u32()];
  const counts = [cursor.u64(), cursor.u64()];
  if (disks.some((disk) => disk !== 0) || counts[0] !== counts[1])
    fail('unsupported', 'the archive is one of several parts');
  return { count: at(counts, 0), size: cursor.u64(), position: cursor.u64() };
}

function readEntry(cursor: ByteCursor, fail: TorchFail): ZipEntry {
  if (cursor.u32() !== DIRECTORY_ENTRY) fail('malformed', 'the directory of the archive is damaged');
  cursor.take(4); // versions
  const flags = cursor.u16();
  const method = cursor.u16();
  cursor.take(8); // time, checksum
  const stored = cursor.u32();
  const size = cursor.u32();
  const lengths = { name: cursor.u16(), extra: cursor.u16(), comment: cursor.u16() };
  cursor.take(8); // disk, attributes
  const position = cursor.u32();
  const name = cursor.text(lengths.name);
  const wide = wideFields(new ByteCursor(cursor.take(lengths.extra), fail), fail);
  cursor.take(lengths.comment);
  const who = JSON.stringify(name);
  if (flags & 1) fail('unsupported', `${who} is encrypted`);
  if (method !== 0) fail('unsupported', `${who} is compressed, which torch never does; save it again`);
  // The wide fields hold the values that do not fit in the narrow fields, in this order.
  const actual = (narrow: number): number => (narrow === 0xffffffff && !wide.atEnd ? wide.u64() : narrow);
  const sizes = [actual(size), actual(stored)];
  if (sizes[0] !== sizes[1]) fail('malformed', `${who} has two sizes`);
  return { name, size: at(sizes, 0), position: actual(position) };
}

/** Returns the 64-bit fields of a directory entry (extra field 1). */
function wideFields(extra: ByteCursor, fail: TorchFail): ByteCursor {
  while (!extra.atEnd) {
    const id = extra.u16();
    const content = extra.take(extra.u16());
    if (id === 1) return new ByteCursor(content, fail);
  }
  return new ByteCursor(new Uint8Array(0), fail);
}

/** Returns the position of an entry's bytes, after its local header. Checks that the header belongs to the entry. */
export async function dataPosition(
  source: RandomAccess,
  { name, position, size }: ZipEntry,
  fail: TorchFail,
): Promise<number> {
  const expected = new TextEncoder().encode(name);
  const end = Math.min(position + 30 + expected.length, source.size);
  const cursor = new ByteCursor(await source.read(position, end), fail);
  const damaged = (): never =>
    fail('malformed', `${JSON.stringify(name)} is not at the position that the archive gives`);
  if (cursor.u32() !== LOCAL_HEADER) return damaged();
  cursor.take(22);
  if (cursor.u16() !== expected.length) return damaged();
  const extra = cursor.u16();
  if (cursor.text(expected.length) !== name) return damaged();
  const begin = position + 30 + expected.length + extra;
  return begin + size > source.size ? damaged() : begin;
}
