import { MalformedRowError, UnreadableFileError } from '../errors.ts';
import type { DataFile } from '../file.ts';

const LINE_FEED = 0x0a;
const decoder = new TextDecoder('utf-8', { fatal: true });
/** Number of bytes searched at once for the invalid one. */
const PART = 2 ** 16;

/**
 * Decodes a file in UTF-8, or in UTF-16 if it begins with a byte order mark. The mark is removed.
 *
 * @param linesBefore lines of the file before these bytes, for messages
 * @throws MalformedRowError, which names the line, or UnreadableFileError
 */
export function decodeText({ path, bytes }: DataFile, linesBefore = 0): string {
  if (isUtf16(bytes, path)) {
    const text = decodeUtf16(bytes, path);
    const nul = text.indexOf('\0');
    if (nul >= 0) throw noText(path, text.slice(0, nul).split('\n').length);
    return text;
  }
  const nul = bytes.indexOf(0);
  if (nul >= 0)
    throw noText(path, linesBefore + 1 + bytes.subarray(0, nul).filter((byte) => byte === LINE_FEED).length);
  return decodeUtf8(bytes, path, linesBefore);
}

function noText(path: string, line: number): MalformedRowError {
  const what =
    'there is a NUL character: the file is not text, or is UTF-16 without a byte order mark. Save the file as UTF-8.';
  return new MalformedRowError(path, line, what);
}

function decodeUtf8(bytes: Uint8Array, path: string, linesBefore: number): string {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    const line = firstBadLine(bytes);
    if (line === undefined) throw tooLarge(path, error);
    throw new MalformedRowError(
      path,
      linesBefore + line,
      'the text is not valid UTF-8. Save the file as UTF-8.',
    );
  }
}

/** Returns whether a file begins with a mark of UTF-16. @throws UnreadableFileError for UTF-32 */
export function isUtf16([first, second, third, fourth]: Uint8Array, path: string): boolean {
  const isLittle = first === 0xff && second === 0xfe;
  const isUtf32 =
    (isLittle && third === 0 && fourth === 0) ||
    (first === 0 && second === 0 && third === 0xfe && fourth === 0xff);
  if (isUtf32) throw new UnreadableFileError(path, 'it is in UTF-32; save it as UTF-8');
  return isLittle || (first === 0xfe && second === 0xff);
}

function decodeUtf16(bytes: Uint8Array, path: string): string {
  const encoding = bytes[0] === 0xff ? 'utf-16le' : 'utf-16be';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    throw new UnreadableFileError(path, 'it is too large, or not valid UTF-16; save it as UTF-8', error);
  }
}

/** Returns the first invalid line, from 1. A line feed is never part of another character. */
function firstBadLine(bytes: Uint8Array): number | undefined {
  const isGood = (start: number, end: number): boolean => {
    try {
      decoder.decode(bytes.subarray(start, end));
      return true;
    } catch {
      return false;
    }
  };
  const endOfLine = (from: number): number => {
    const found = bytes.indexOf(LINE_FEED, from);
    return found < 0 ? bytes.length : found;
  };
  let line = 1;
  for (let start = 0; start < bytes.length; ) {
    const end = Math.min(bytes.length, endOfLine(start + PART) + 1);
    if (!isGood(start, end)) {
      for (let from = start; from < end; line++) {
        const to = endOfLine(from);
        if (!isGood(from, to)) return line;
        from = to + 1;
      }
      return line;
    }
    for (let from = endOfLine(start); from < end; from = endOfLine(from + 1)) line += 1;
    start = end;
  }
  return undefined;
}

function tooLarge(path: string, error: unknown): UnreadableFileError {
  return new UnreadableFileError(path, 'it is too large; split it into several', error);
}
