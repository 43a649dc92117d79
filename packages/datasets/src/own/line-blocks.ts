import { MalformedRowError } from '../errors.ts';
import { isUtf16 } from './decode-text.ts';

/** Whole lines of a file. */
export interface LineBlock {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Line feeds of the file before the block. */
  readonly linesBefore: number;
  /** Whether it is the end of the file. */
  readonly isLast: boolean;
}

/** Bytes from which a block is complete at its last line. */
const usualBlock = 2 ** 18;
/** Most bytes of a line, and most characters of a row. */
export const longestRow: number = 2 ** 26;
const lineFeed = 0x0a;

/**
 * Divides a file into blocks of whole lines. A part of the file is read only when its block is asked for. A file in
 * UTF-16 is one block, because its lines end otherwise.
 *
 * @param path for messages
 * @param usual bytes from which a block is complete at its last line
 * @throws MalformedRowError for a line of more than 64 MiB
 */
export async function* lineBlocks(
  source: AsyncIterable<Uint8Array>,
  path: string,
  usual: number = usualBlock,
): AsyncGenerator<LineBlock, void, undefined> {
  let parts: Uint8Array[] = [];
  let size = 0;
  let linesBefore = 0;
  let isWhole: boolean | undefined;
  for await (const part of source) {
    if (part.length === 0) continue;
    parts.push(part);
    size += part.length;
    if (size < Math.max(usual, 4)) continue;
    isWhole ??= isUtf16(joined(parts, size), path);
    if (isWhole) continue;
    const end = part.lastIndexOf(lineFeed) + 1;
    if (end === 0) {
      if (size > longestRow) throw tooLong(path, linesBefore);
      continue;
    }
    const bytes = joined([...parts.slice(0, -1), part.subarray(0, end)], size - part.length + end);
    yield { bytes, linesBefore, isLast: false };
    for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) linesBefore += 1;
    parts = end < part.length ? [part.subarray(end)] : [];
    size = part.length - end;
  }
  yield { bytes: joined(parts, size), linesBefore, isLast: true };
}

/** Returns the error for a row that does not fit into memory. */
export function tooLong(path: string, linesBefore: number): MalformedRowError {
  return new MalformedRowError(
    path,
    linesBefore + 1,
    ({ say }) =>
      `the row is longer than 64 MiB. Check that the file has line ends${say('quote', 'none', ' and that quotation marks are closed; if they are characters like others, ')}.`,
  );
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
