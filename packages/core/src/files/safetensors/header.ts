import { DTYPE_BITS, isCount, isDtype, type TensorInfo } from '../dtype.ts';
import { SafetensorsError, type SafetensorsReason } from '../errors.ts';
import { DuplicateKeyError, isObject, parseStrictJson } from '../json.ts';
import { shown } from '../shown.ts';

/** One tensor of a safetensors file: its type, its shape and the position of its bytes. */
export interface TensorEntry extends TensorInfo {
  /** First byte of the data, counted from the start of the file. */
  readonly begin: number;
  /** One past the last byte of the data, counted from the start of the file. */
  readonly end: number;
}

export interface SafetensorsHeader {
  /** The strings of `__metadata__`; empty if there are none. */
  readonly metadata: ReadonlyMap<string, string>;
  /** The tensors by name, in the order of the header. The order of the data may differ. */
  readonly entries: ReadonlyMap<string, TensorEntry>;
}

/** Bytes of the length field before the header. */
export const PREFIX_BYTES = 8;
/** The format's own limit. It keeps a false length from causing a huge allocation. */
const MAX_HEADER_BYTES = 100_000_000;

/** Matches strings that UTF-8 cannot encode. Such names would change when written and read. */
export const LONE_SURROGATE: RegExp = /\p{Surrogate}/u;

/**
 * Returns the length in bytes of the header, which follows the first 8 bytes of a file.
 *
 * @param prefix the first 8 bytes of the file, or all bytes of a shorter file
 * @param size bytes in the whole file
 * @throws SafetensorsError `header-too-short` or `header-too-long`
 */
export function headerLength(prefix: Uint8Array, size: number, file: string): number {
  if (prefix.length < PREFIX_BYTES || size < PREFIX_BYTES) {
    throw new SafetensorsError(
      'header-too-short',
      file,
      `${size} bytes are too few for a safetensors file; it is empty or was cut off, download or save it again`,
    );
  }
  const view = new DataView(prefix.buffer, prefix.byteOffset, PREFIX_BYTES);
  const length = Number(view.getBigUint64(0, true));
  if (length > Math.min(MAX_HEADER_BYTES, size - PREFIX_BYTES)) {
    throw new SafetensorsError(
      'header-too-long',
      file,
      `the header claims ${length} bytes in a file of ${size}; this is not a safetensors file, or it was cut off`,
    );
  }
  return length;
}

/**
 * Checks a header completely: names, dtypes, shapes, and that the tensors' ranges cover the data without a gap, overlap
 * or remainder. It allocates no memory for tensors.
 *
 * @param header the bytes between the length field and the data
 * @param size bytes in the whole file
 * @throws SafetensorsError for the first fault found
 */
export function parseHeader(header: Uint8Array, size: number, file: string): SafetensorsHeader {
  const fail = (reason: SafetensorsReason, message: string, cause?: unknown): never => {
    throw new SafetensorsError(reason, file, message, { cause });
  };
  const root = headerObject(header, fail);
  const dataStart = PREFIX_BYTES + header.length;
  let metadata = new Map<string, string>();
  const entries = new Map<string, TensorEntry>();
  for (const [name, value] of Object.entries(root)) {
    if (LONE_SURROGATE.test(name)) fail('name', `the name ${JSON.stringify(name)} is not Unicode text`);
    if (name === '__metadata__') metadata = readMetadata(value, fail);
    else entries.set(name, readEntry(name, value, dataStart, fail));
  }
  checkLayout([...entries.values()], dataStart, size, fail);
  return { metadata, entries };
}

type Fail = (reason: SafetensorsReason, message: string, cause?: unknown) => never;

function headerObject(header: Uint8Array, fail: Fail): Record<string, unknown> {
  let text = '';
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header);
  } catch (cause) {
    fail('header-not-utf8', 'the header is not UTF-8 text; the file is damaged', cause);
  }
  let root: unknown;
  try {
    root = parseStrictJson(text);
  } catch (cause) {
    if (!(cause instanceof DuplicateKeyError)) {
      fail('header-not-json', 'the header is not JSON; the file is damaged or not a safetensors file', cause);
    } else if (cause.depth === 1) {
      fail('duplicate-name', `the tensor ${JSON.stringify(cause.key)} is listed twice`, cause);
    } else {
      fail('entry', `in the entry of a tensor, ${cause.message}`, cause);
    }
  }
  if (!isObject(root) || !text.startsWith('{')) {
    return fail('header-not-object', 'the header is not a JSON object that starts at its first byte');
  }
  return root;
}

function readMetadata(value: unknown, fail: Fail): Map<string, string> {
  if (!isObject(value)) return fail('metadata', '__metadata__ is not an object');
  const metadata = new Map<string, string>();
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string' || LONE_SURROGATE.test(key + text)) {
      return fail('metadata', `the value of ${JSON.stringify(key)} in __metadata__ is not a string`);
    }
    metadata.set(key, text);
  }
  return metadata;
}

function readEntry(name: string, value: unknown, dataStart: number, fail: Fail): TensorEntry {
  const who = `tensor ${shown(name, 200)}`;
  if (!isObject(value)) return fail('entry', `the entry of ${who} is not an object`);
  for (const field of ['dtype', 'shape', 'data_offsets']) {
    if (!Object.hasOwn(value, field)) return fail('entry', `the entry of ${who} has no ${field}`);
  }
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDtype(dtype)) return fail('dtype', `${who} has the unknown dtype ${shown(dtype)}`);
  if (!Array.isArray(shape) || !shape.every(isCount)) {
    return fail('shape', `the shape of ${who} is not a list of non-negative whole numbers`);
  }
  let bits: number = DTYPE_BITS[dtype];
  for (const size of shape) {
    bits *= size;
    // Checked at every step, because the product is rounded above 2^53 and a later zero would hide that.
    if (bits > Number.MAX_SAFE_INTEGER) return fail('shape', `${who} of shape [${shape}] is too large`);
  }
  const [begin, end] = Array.isArray(offsets) && offsets.length === 2 ? offsets : [];
  if (!isCount(begin) || !isCount(end) || begin > end) {
    return fail('offsets', `data_offsets of ${who} are not two non-negative whole numbers in order`);
  }
  if (bits !== (end - begin) * 8) {
    return fail(
      'shape',
      `${who} of ${dtype} and shape [${shape}] does not fill its ${end - begin} bytes exactly`,
    );
  }
  return { name, dtype, shape, begin: dataStart + begin, end: dataStart + end };
}

function checkLayout(entries: TensorEntry[], dataStart: number, size: number, fail: Fail): void {
  let position = dataStart;
  for (const { name, begin, end } of entries.sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== position) {
      const what = begin < position ? 'overlaps another one' : 'leaves a hole before it';
      fail('offsets', `the range of tensor ${JSON.stringify(name)} ${what}`);
    }
    position = end;
  }
  if (position > size) {
    fail(
      'truncated-data',
      `${position - size} bytes are missing at the end; download or save the file again`,
    );
  }
  if (position < size) fail('extra-data', `${size - position} bytes follow the last tensor`);
}
