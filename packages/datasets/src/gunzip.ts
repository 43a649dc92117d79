import { UnreadableFileError } from './errors.ts';
import { howToRaise } from './limits.ts';

/** Size in bytes of the parts passed to the decompressor, so that a failing stream has not read the whole file. */
const PART = 2 ** 16;
/** Minimum size in bytes of a member: a header, the shortest content and its checksum. */
const shortestMember = 20;
/** Maximum number of false member starts. One in 2^29 bytes looks like the start of a member. */
const mostMisled = 20;

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Decompresses a gzip file. All members are read if several files were concatenated (`cat a.gz b.gz`).
 *
 * @param most maximum size in bytes of the content
 * @throws UnreadableFileError if the data is damaged, is followed by other bytes, or has more content
 */
export async function gunzip(
  path: string,
  bytes: Uint8Array<ArrayBuffer>,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let left = most;
  let misled = 0;
  const read = async (start: number, end: number): Promise<boolean> => {
    const found = await inflate(bytes.subarray(start, end), left);
    if (found === 'too large')
      throw new UnreadableFileError(
        path,
        (words) => `its content has more than ${most} bytes${howToRaise(words)}`,
      );
    if (found === 'damaged') return false;
    for (const part of found) left -= part.length;
    parts.push(...found);
    return true;
  };
  for (let start = 0; start < bytes.length; ) {
    if (await read(start, bytes.length)) break;
    // The decompressor does not report where a member ends, only that something follows it.
    let next = nextMember(bytes, start + shortestMember);
    while (next !== undefined && !(await read(start, next))) {
      misled += 1;
      next = misled < mostMisled ? nextMember(bytes, next + 1) : undefined;
    }
    if (next === undefined)
      throw new UnreadableFileError(
        path,
        'its gzip data is damaged, cut short, or followed by something else; fetch the file again',
      );
    start = next;
  }
  return joined(parts, most - left);
}

/** Returns where the next member header may start: the magic number, the only method, and known flags. */
function nextMember(bytes: Uint8Array, from: number): number | undefined {
  for (let at = bytes.indexOf(0x1f, from); at >= 0; at = bytes.indexOf(0x1f, at + 1))
    if (bytes[at + 1] === 0x8b && bytes[at + 2] === 8 && (bytes[at + 3]! & 0xe0) === 0) return at;
  return undefined;
}

async function inflate(
  bytes: Uint8Array<ArrayBuffer>,
  most: number,
): Promise<Uint8Array<ArrayBuffer>[] | 'damaged' | 'too large'> {
  let offset = 0;
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (offset >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(offset, offset + PART));
      offset += PART;
    },
  });
  const reader = source.pipeThrough(new DecompressionStream('gzip')).getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      size += value!.length;
      if (size > most) {
        await reader.cancel();
        return 'too large';
      }
      parts.push(value!);
    }
    return parts;
  } catch {
    return 'damaged';
  }
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(size);
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
