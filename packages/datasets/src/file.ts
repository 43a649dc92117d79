import { checkPositiveInteger, MissingFileError, UnreadableFileError } from './errors.ts';
import { gunzip, isGzip } from './gunzip.ts';
import { sizeLimit } from './limits.ts';
import type { FileSource } from './source.ts';

/** A file that was found and decompressed. */
export interface DataFile {
  /** Path of the file, for messages. */
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Maximum size in bytes of the content if the format compresses it. Default: a multiple of the file's size. */
  readonly maxSize?: number | undefined;
}

/**
 * Reads `path`, or `path` with `.gz` appended if `path` does not exist.
 *
 * @param maxSize maximum size in bytes of the decompressed content
 */
export async function readFile(source: FileSource, path: string, maxSize?: number): Promise<DataFile> {
  if (maxSize !== undefined) checkPositiveInteger('maxFileSize', maxSize);
  const candidates = [path, `${path}.gz`];
  for (const candidate of candidates) {
    const bytes = await source.read(candidate);
    if (bytes === undefined) continue;
    // The first bytes decide, not the name: browsers decompress files that a server marks as compressed.
    if (source.isVerbatim && candidate.toLowerCase().endsWith('.gz') && !isGzip(bytes))
      throw new UnreadableFileError(
        candidate,
        'its name ends in .gz, but it is not a gzip file; compress it, or leave .gz out of its name',
      );
    const content = isGzip(bytes)
      ? await gunzip(candidate, bytes, sizeLimit(bytes.length, 'gzip', maxSize))
      : bytes;
    return { path: candidate, bytes: content, maxSize };
  }
  throw new MissingFileError(candidates, source.describe());
}
