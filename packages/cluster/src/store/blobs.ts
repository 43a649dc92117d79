import { createHash } from 'node:crypto';
import { StoreError } from '../errors.ts';

/** Bytes to store, with their digest. */
export interface Content {
  /** The bytes. A blob of a file is read when it is sent, so that it may be larger than memory. */
  readonly blob: Blob;
  /** SHA-256 in lower-case hexadecimal digits. */
  readonly sha256: string;
}

/** A part of a list of names. */
export interface Page {
  /** At most 1,000 names. */
  readonly names: readonly string[];
  /** What to give to get the next page; undefined if this is the last one. */
  readonly next: string | undefined;
}

/**
 * A place for blobs with names such as `key/result.json`. A blob that is not complete is never seen.
 * Every method throws a StoreError; those of the reasons `away` and `full` may pass.
 */
export interface Blobs {
  /** The place, for messages. */
  readonly where: string;
  /** Absolute path of the folder that it is; undefined for a bucket. */
  readonly folder?: string | undefined;
  /** Checks once that the place can be used, and that it keeps the promise of {@link putIfAbsent}. */
  check(): Promise<void>;
  /** Writes a blob, or replaces it. */
  put(name: string, content: Content): Promise<void>;
  /** Writes a blob unless there is one of that name. @returns whether this call wrote it */
  putIfAbsent(name: string, content: Content): Promise<boolean>;
  /** Reads a blob. @returns its bytes in parts; undefined if there is no such blob */
  get(name: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Lists names in order. @param prefix beginning of the names, up to and including a `/`, or empty */
  list(prefix: string, next?: string): Promise<Page>;
  /** Does nothing if there is no such blob. */
  delete(name: string): Promise<void>;
}

/** Most names of a {@link Page}, unless tests ask for fewer. */
export const pageSize = 1000;

/** Returns a blob's bytes with their digest. */
export async function contentOf(bytes: Blob | string): Promise<Content> {
  const blob = typeof bytes === 'string' ? new Blob([bytes]) : bytes;
  const hash = createHash('sha256');
  for await (const part of partsOf(blob)) hash.update(part);
  return { blob, sha256: hash.digest('hex') };
}

/** Returns the bytes of a blob in parts. */
export const partsOf = (blob: Blob): AsyncIterable<Uint8Array> =>
  blob.stream() as ReadableStream<Uint8Array> & AsyncIterable<Uint8Array>;

/** Returns the error of a file that was replaced while it was read; undefined for every other error. */
export function changedError(error: unknown): StoreError | undefined {
  for (let each = error; each instanceof Error; each = each.cause)
    if (each.name === 'NotReadableError')
      return new StoreError('damaged', 'a file changed while it was stored; store it again', {
        cause: error,
      });
  return undefined;
}
