import { createHash } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { StoreError } from '../errors.ts';
import { type Patience, patiently } from '../patience.ts';
import { type Blobs, contentOf } from './blobs.ts';

/** A file of a result or a checkpoint. */
export interface FileEntry {
  /** Path below the folder, with `/`. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 in lower-case hexadecimal digits. */
  readonly sha256: string;
}

/** Files by their path below a folder, with `/`. */
export type Files = Readonly<Record<string, Blob>>;

/** Path of a file that stays within its folder. */
const nameSchema: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.check(
    (name) => name.split('/').every((part) => part !== '' && !/^\.\.?$|[\\\0:]/.test(part)),
    'this path could leave its folder',
  ),
);

/** Checks an entry that was read. */
export const fileSchema: v.GenericSchema<unknown, FileEntry> = v.object({
  name: nameSchema,
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});

/** Largest text that is read into memory, in bytes: lists of files, records, logs. */
const largestText = 64 * 2 ** 20;

/** Reading and writing of blobs, repeated while the place is away or full. */
export class Access {
  readonly blobs: Blobs;
  readonly #patience: Patience;

  constructor(blobs: Blobs, patience: Patience = {}) {
    this.blobs = blobs;
    this.#patience = patience;
  }

  async putText(name: string, text: string): Promise<void> {
    const content = await contentOf(text);
    await this.patiently(() => this.blobs.put(name, content));
  }

  async putTextIfAbsent(name: string, text: string): Promise<boolean> {
    const content = await contentOf(text);
    return this.patiently(() => this.blobs.putIfAbsent(name, content));
  }

  /** @returns undefined if there is no such blob */
  async getText(name: string): Promise<string | undefined> {
    return this.patiently(async () => {
      const parts = await this.blobs.get(name);
      if (!parts) return undefined;
      const found: Uint8Array[] = [];
      let size = 0;
      for await (const part of parts) {
        size += part.length;
        if (size > largestText)
          throw new StoreError('damaged', `${this.blobs.where}: ${name} is larger than any such file`);
        found.push(part);
      }
      return Buffer.concat(found).toString();
    });
  }

  /** @throws StoreError `damaged` if the blob is not of this kind */
  async getJson<T>(name: string, schema: v.GenericSchema<unknown, T>): Promise<T | undefined> {
    const text = await this.getText(name);
    if (text === undefined) return undefined;
    try {
      return v.parse(schema, JSON.parse(text));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new StoreError('damaged', `${this.blobs.where}: ${name} is not understood: ${why}`, { cause });
    }
  }

  async list(prefix: string): Promise<string[]> {
    const names: string[] = [];
    for (let next: string | undefined, isFirst = true; isFirst || next !== undefined; isFirst = false) {
      const page = await this.patiently(() => this.blobs.list(prefix, next));
      names.push(...page.names);
      next = page.next;
    }
    return names;
  }

  async delete(names: readonly string[]): Promise<void> {
    for (const name of names) await this.patiently(() => this.blobs.delete(name));
  }

  /** Stores files. @returns what they are, ordered by name */
  async putFiles(prefix: string, files: Files): Promise<FileEntry[]> {
    const entries: FileEntry[] = [];
    for (const [name, blob] of Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (!v.is(nameSchema, name))
        throw new StoreError(
          'unsupported',
          `${JSON.stringify(name)} cannot be the name of a file of a result`,
        );
      const content = await contentOf(blob);
      await this.patiently(() => this.blobs.put(prefix + name, content));
      entries.push({ name, size: blob.size, sha256: content.sha256 });
    }
    return entries;
  }

  /**
   * Writes files to a folder, and checks that they are the ones that were stored.
   *
   * @throws StoreError `missing`, `damaged`
   */
  async getFiles(prefix: string, entries: readonly FileEntry[], folder: string): Promise<void> {
    for (const entry of entries) {
      const path = join(folder, entry.name);
      await mkdir(dirname(path), { recursive: true });
      await this.patiently(() => this.#getFile(prefix + entry.name, entry, path));
    }
  }

  async #getFile(name: string, { size, sha256 }: FileEntry, path: string): Promise<void> {
    const what = `${this.blobs.where}: ${name}`;
    const parts = await this.blobs.get(name);
    if (!parts) throw new StoreError('missing', `${what} is missing`);
    const temporary = `${path}.part`;
    const file = await open(temporary, 'w');
    const hash = createHash('sha256');
    let written = 0;
    try {
      for await (const part of parts) {
        written += part.length;
        if (written > size) break;
        hash.update(part);
        await file.appendFile(part);
      }
      await file.close();
      if (written !== size || hash.digest('hex') !== sha256)
        throw new StoreError('damaged', `${what} is not what was stored: its size or digest differs`);
      await rename(temporary, path);
    } finally {
      await file.close();
      await rm(temporary, { force: true });
    }
  }

  patiently<T>(work: () => Promise<T>): Promise<T> {
    return patiently(work, mayPass, this.#patience);
  }
}

const mayPass = (error: unknown): boolean =>
  error instanceof StoreError && (error.reason === 'away' || error.reason === 'full');

/** Returns the files below a folder. They are read when they are stored. */
export async function filesIn(folder: string): Promise<Files> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const files: Record<string, Blob> = {};
  for (const path of paths)
    files[path.slice(folder.length + 1).replaceAll('\\', '/')] = await openAsBlob(path);
  return files;
}

/** Calls a function for many keys, a few of them at once. */
export async function atOnce<T>(
  keys: readonly T[],
  work: (key: T) => Promise<unknown>,
  lanes = 32,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < keys.length) await work(keys[next++] as T);
  };
  await Promise.all(Array.from({ length: Math.min(lanes, keys.length) }, lane));
}
