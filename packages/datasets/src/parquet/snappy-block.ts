import { ParquetError } from './thrift.ts';
import { littleEndian } from './values.ts';

/**
 * Checks that bytes are a Snappy block (`format_description.txt` of google/snappy) whose content has `size` bytes. The
 * decompressor reads a length of 2^31 or more as negative, moves backward and never ends.
 *
 * @throws ParquetError
 */
export function checkSnappyBlock(bytes: Uint8Array, size: number): void {
  const wrong = (): ParquetError => new ParquetError('the compressed data of a page are damaged');
  let at = 0;
  let claimed = 0;
  for (let shift = 1; ; shift *= 128) {
    const byte = bytes[at++];
    if (byte === undefined || at > 5) throw wrong();
    claimed += (byte & 127) * shift;
    if (byte < 128) break;
  }
  if (claimed !== size) throw wrong();
  let written = 0;
  while (at < bytes.length) {
    const tag = bytes[at++] as number;
    const high = tag >> 2;
    if ((tag & 3) === 0) {
      // A literal. Its length is in the tag, or in the one to four bytes after it.
      const lengthBytes = Math.max(0, high - 59);
      const length = (lengthBytes === 0 ? high : littleEndian(bytes, at, lengthBytes)) + 1;
      at += lengthBytes + length;
      written += length;
    } else {
      // A copy of bytes written `offset` bytes before.
      const offsetBytes = [0, 1, 2, 4][tag & 3] as number;
      const offset = littleEndian(bytes, at, offsetBytes) + (offsetBytes === 1 ? (tag >> 5) * 256 : 0);
      if (!(offset > 0 && offset <= written)) throw wrong();
      at += offsetBytes;
      written += offsetBytes === 1 ? (high & 7) + 4 : high + 1;
    }
    // NaN if bytes of a length or an offset are missing.
    if (!(at <= bytes.length && written <= size)) throw wrong();
  }
  if (written !== size) throw wrong();
}
