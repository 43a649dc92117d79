import { ParquetError } from './thrift.ts';
import { littleEndian } from './values.ts';

/** Window size in bytes that encoders use for content of any size. A larger window must not exceed the content. */
const usualWindow = 2 ** 23;

/**
 * Checks that bytes are one Zstandard frame (RFC 8878) whose content can have `size` bytes. The decompressor allocates
 * whatever the frame claims.
 *
 * @throws ParquetError
 */
export function checkZstdFrame(bytes: Uint8Array, size: number): void {
  const wrong = (): ParquetError => new ParquetError('the compressed data of a page are damaged');
  const flags = bytes[4] ?? 0;
  const [hasSize, isSingle, hasChecksum] = [flags >> 6, (flags >> 5) & 1, (flags >> 2) & 1];
  if (littleEndian(bytes, 0, 4) !== 0xfd2fb528 || (flags & 3) !== 0) throw wrong();
  const window = bytes[5] ?? 0;
  const sizeBytes = hasSize > 0 ? 2 ** hasSize : isSingle;
  let offset = isSingle ? 5 : 6;
  const claimed = littleEndian(bytes, offset, sizeBytes) + (hasSize === 1 ? 256 : 0);
  if (sizeBytes > 0 && claimed !== size) throw wrong();
  if (!isSingle && 2 ** (10 + (window >> 3)) * (1 + (window & 7) / 8) > Math.max(usualWindow, 2 * size))
    throw wrong();
  offset += sizeBytes;
  let plain = 0;
  for (let isLast = false; !isLast; ) {
    const header = littleEndian(bytes, offset, 3);
    if (Number.isNaN(header)) throw wrong();
    const type = (header >> 1) & 3;
    const length = header >> 3;
    // Block types: raw, RLE, compressed.
    if (type === 3) throw wrong();
    if (type < 2) plain += length;
    if (plain > size) throw wrong();
    offset += 3 + (type === 1 ? 1 : length);
    isLast = (header & 1) === 1;
  }
  if (offset + 4 * hasChecksum !== bytes.length) throw wrong();
}
