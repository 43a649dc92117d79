import { ByteWriter } from '../byte-writer.ts';
import { DIRECTORY_END, DIRECTORY_ENTRY, LOCAL_HEADER } from './zip.ts';

/** 1 January 1980, the first date of the zip format. A fixed date makes the bytes depend only on the contents. */
const FIRST_DAY = 0x0021;
/** The flag for UTF-8 names. */
const FLAGS = 0x0800;
const VERSION = 20;

/** Encodes a zip archive without compression. It must have fewer than 2^16 files and 2^32 bytes. */
export function writeZip(files: readonly (readonly [name: string, content: Uint8Array])[]): Uint8Array {
  const archive = new ByteWriter();
  const directory = new ByteWriter();
  for (const [name, content] of files) {
    const position = archive.length;
    const nameBytes = new TextEncoder().encode(name);
    const header = new ByteWriter()
      .u16(VERSION, FLAGS, 0, 0, FIRST_DAY)
      .u32(crc32(content), content.length, content.length)
      .u16(nameBytes.length, 0)
      .finish();
    archive.u32(LOCAL_HEADER).bytes(header).bytes(nameBytes).bytes(content);
    directory.u32(DIRECTORY_ENTRY).u16(VERSION).bytes(header).u16(0, 0, 0).u32(0, position).bytes(nameBytes);
  }
  const position = archive.length;
  archive.bytes(directory.finish());
  return archive
    .u32(DIRECTORY_END)
    .u16(0, 0, files.length, files.length)
    .u32(directory.length, position)
    .u16(0)
    .finish();
}

/** The CRC-32 table of zip archives: the remainder for every byte. */
const remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++)
    remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
  return remainder;
});

export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  // The index is below 256, the length of the table.
  for (const byte of bytes) crc = (crc >>> 8) ^ (remainders[(crc ^ byte) & 0xff] as number);
  return ~crc >>> 0;
}
