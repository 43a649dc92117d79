import { MalformedRowError, UnreadableFileError } from '../errors.ts';
import type { DataFile } from '../file.ts';

const LINE_FEED = 0x0a;
const decoder = new TextDecoder('utf-8', { fatal: true });

/** The text of a file in UTF-8, a byte order mark left out. Throws `MalformedRowError` that names the line. */
export function decodeText({ path, bytes }: DataFile): string {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    const line = firstBadLine(bytes);
    if (line === undefined)
      throw new UnreadableFileError(path, 'it is too large; split it into several', error);
    throw new MalformedRowError(path, line, 'the text is not valid UTF-8. Save the file as UTF-8.');
  }
}

/** From 1. A line feed is never part of another character. */
function firstBadLine(bytes: Uint8Array): number | undefined {
  for (let line = 1, start = 0; start < bytes.length; line++) {
    const found = bytes.indexOf(LINE_FEED, start);
    const end = found < 0 ? bytes.length : found;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    start = end + 1;
  }
  return undefined;
}
