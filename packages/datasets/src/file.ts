import { checkPositiveInteger, MissingFileError, UnreadableFileError } from './errors.ts';
import { gunzip, isGzip } from './gunzip.ts';
import { sizeLimit } from './limits.ts';
import type { FileSource } from './source.ts';

/** A file that was found, decompressed. */
export interface DataFile {
  /** The path it was found at, for messages. */
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes that its content may have where it is compressed inside; by default a multiple of its size. */
  readonly maxSize?: number | undefined;
}

/**
 * Reads `path` or, if there is none, `path` with `.gz`.
 *
 * @param maxSize bytes that its content may have once it is decompressed
 */
export async function readFile(source: FileSource, path: string, maxSize?: number): Promise<DataFile> {
  if (maxSize !== undefined) checkPositiveInteger('maxFileSize', maxSize);
  const candidates = [path, `${path}.gz`];
  for (const candidate of candidates) {
    const bytes = await source.read(candidate);
    if (bytes === undefined) continue;
    // The first bytes decide, not the name: browsers decompress what a server marks as compressed.
    if (source.isVerbatim && candidate.toLowerCase().endsWith('.gz') && !isGzip(bytes))
      throw new UnreadableFileError(
        candidate,
        'its name ends in .gz, and it is no gzip file; compress it, or leave .gz out of its name',
      );
    const content = isGzip(bytes)
      ? await gunzip(candidate, bytes, sizeLimit(bytes.length, 'gzip', maxSize))
      : bytes;
    return { path: candidate, bytes: content, maxSize };
  }
  throw new MissingFileError(candidates, source.describe());
}
