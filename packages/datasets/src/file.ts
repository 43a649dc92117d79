import { MissingFileError, UnreadableFileError } from './errors.ts';
import type { FileSource } from './source.ts';

/** A file that was found, decompressed. */
export interface DataFile {
  /** The path it was found at, for messages. */
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Reads `path` or, if there is none, `path` with `.gz`. */
export async function readFile(source: FileSource, path: string): Promise<DataFile> {
  const candidates = [path, `${path}.gz`];
  for (const candidate of candidates) {
    const bytes = await source.read(candidate);
    if (bytes !== undefined) return { path: candidate, bytes: await decompressed(candidate, bytes) };
  }
  throw new MissingFileError(candidates, source.describe());
}

/** The first bytes decide, not the name: browsers decompress what a server marks as compressed. */
async function decompressed(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (error) {
    throw new UnreadableFileError(path, 'its gzip data is damaged or cut short; fetch the file again', error);
  }
}
