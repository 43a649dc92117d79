import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { StoreError } from '../errors.ts';
import { type Blobs, type Content, changedError, type Page, pageSize, partsOf } from './blobs.ts';

/** Name of the file that holds a blob of {@link Blobs.putIfAbsent}; the blob's own name is then that of a folder. */
const onceName = '.once';

/** Milliseconds. A temporary file that was not modified for this long is no longer being written. */
const day = 86_400_000;

/** Makes a folder for files that other programs write beside the blobs of a store. */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
}

/**
 * A store in a folder, which may be shared through a network file system. It needs neither hard links nor locks.
 *
 * A blob is written beside its place under a temporary name, and renamed when it is on the disk. One that may be written
 * only once is a folder with one file: a folder cannot be renamed to the name of a folder that has content. This
 * is one step, also on NFS, and the content is complete before it. (Creating the file itself exclusively would
 * show it before its content.)
 */
export class FolderBlobs implements Blobs {
  readonly where: string;
  readonly folder: string;
  readonly #page: number;

  constructor(path: string, page: number = pageSize) {
    this.where = resolve(path);
    this.folder = this.where;
    this.#page = page;
  }

  async check(): Promise<void> {
    await this.#system(async () => {
      await mkdir(this.where, { recursive: true }).catch((cause: unknown) => {
        // Systems differ in the code for a file in the path.
        if (!['ENOTDIR', 'EEXIST', 'ENOENT'].includes(codeOf(cause) ?? '')) throw cause;
        const advice = 'a part of its path is a file, or no drive; name another folder';
        throw new StoreError('location', `the folder ${this.where} cannot be made: ${advice}`, { cause });
      });
      const probe = await this.#temporary(this.where);
      await mkdir(probe);
      await rmdir(probe);
    });
  }

  async put(name: string, content: Content): Promise<void> {
    await this.#write(name, content, async (temporary, path) => {
      await writeSynced(temporary, content);
      await rename(temporary, path);
    });
  }

  async putIfAbsent(name: string, content: Content): Promise<boolean> {
    if (await isThere(join(this.#path(name), onceName))) return false;
    return this.#write(name, content, async (temporary, path) => {
      await mkdir(temporary);
      await writeSynced(join(temporary, onceName), content);
      await syncFolder(temporary);
      try {
        await rename(temporary, path);
        return true;
      } catch (error) {
        // Systems differ in the code. Renaming to a place that has content fails on all of them.
        if (await isThere(join(path, onceName))) return false;
        throw error;
      }
    });
  }

  async get(name: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const path = this.#path(name);
    return this.#system(async () => {
      const found = await stat(path).catch(ignoreMissing);
      if (found === undefined) return undefined;
      return this.#parts(found.isDirectory() ? join(path, onceName) : path);
    });
  }

  async *#parts(path: string): AsyncIterable<Uint8Array> {
    try {
      yield* createReadStream(path) as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw this.#asStoreError(error);
    }
  }

  async list(prefix: string, next?: string): Promise<Page> {
    const found: string[] = [];
    await this.#system(() => this.#walk(prefix, next, found));
    const names = found.slice(0, this.#page);
    return { names, next: found.length > this.#page ? names.at(-1) : undefined };
  }

  /** Adds names in their order until there is one more than a page. */
  async #walk(prefix: string, after: string | undefined, found: string[]): Promise<void> {
    const folder = prefix === '' ? this.where : this.#path(prefix.slice(0, -1));
    const entries = (await readdir(folder, { withFileTypes: true }).catch(ignoreMissing)) ?? [];
    const places = entries.map((entry) => ({ entry, place: `${prefix}${entry.name}` }));
    // A folder is ordered by what its names begin with.
    const order = ({ entry, place }: (typeof places)[number]): string =>
      entry.isDirectory() ? `${place}/` : place;
    places.sort((a, b) => (order(a) < order(b) ? -1 : 1));
    for (const { entry, place } of places) {
      if (found.length > this.#page) return;
      if (entry.name.startsWith('.tmp-')) await removeIfOld(join(folder, entry.name));
      else if (entry.name === onceName) pushAfter(found, prefix.slice(0, -1), after);
      else if (entry.isFile()) pushAfter(found, place, after);
      else if (entry.isDirectory() && (after === undefined || `${place}/\uffff` > after))
        await this.#walk(`${place}/`, after, found);
    }
  }

  async delete(name: string): Promise<void> {
    const path = this.#path(name);
    await this.#system(async () => {
      await rm(path, { recursive: true, force: true });
      // Folders are no blobs: those that became empty go too.
      for (let folder = dirname(path); folder !== this.where; folder = dirname(folder))
        if (!(await rmdir(folder).then(isTrue, isFalse))) break;
    });
  }

  /** Creates the folder of a blob, and calls `write` with a temporary path in it. */
  async #write<T>(
    name: string,
    content: Content,
    write: (temporary: string, path: string) => Promise<T>,
  ): Promise<T> {
    const path = this.#path(name);
    return this.#system(async () => {
      for (let tries = 1; ; tries++) {
        const temporary = await this.#temporary(dirname(path));
        try {
          const result = await write(temporary, path);
          await syncFolder(dirname(path));
          return result;
        } catch (error) {
          // Another process may just have removed the empty folder.
          if (codeOf(error) !== 'ENOENT' || tries === 5) throw error;
        } finally {
          await rm(temporary, { recursive: true, force: true }).catch(() => {});
        }
      }
    }, content);
  }

  async #temporary(folder: string): Promise<string> {
    await mkdir(folder, { recursive: true });
    return join(folder, `.tmp-${randomUUID()}`);
  }

  #path(name: string): string {
    const parts = name.split('/');
    if (
      parts.some(
        (part) => part === '' || part === '.' || part === '..' || part === onceName || /[\\\0]/.test(part),
      )
    )
      throw new StoreError('missing', `${JSON.stringify(name)} cannot be the name of a file in a store`);
    return join(this.where, ...parts);
  }

  async #system<T>(work: () => Promise<T>, content?: Content): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#asStoreError(error, content);
    }
  }

  #asStoreError(error: unknown, content?: Content): unknown {
    const code = codeOf(error);
    const about = { cause: error };
    if (error instanceof StoreError || code === undefined) return changedError(error) ?? error;
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      const needed = content ? ` for ${content.blob.size} bytes` : '';
      return new StoreError('full', `there is no space left${needed} in ${this.where}; free some`, about);
    }
    if (['EACCES', 'EPERM', 'EROFS'].includes(code))
      return new StoreError('refused', `permission is denied in ${this.where}; check its owner`, about);
    if (code === 'ENOTDIR')
      return new StoreError('location', `a part of the path ${this.where} is a file; name a folder`, about);
    return new StoreError('away', `the folder ${this.where} cannot be used (${code}); check the disk`, about);
  }
}

/** Writes a new file, and returns when its bytes are on the disk. @throws StoreError if they are not those expected */
async function writeSynced(path: string, { blob, sha256 }: Content): Promise<void> {
  const file = await open(path, 'wx');
  const hash = createHash('sha256');
  try {
    for await (const part of partsOf(blob)) {
      hash.update(part);
      await writeAll(file, part);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  if (hash.digest('hex') !== sha256)
    throw new StoreError('damaged', `${path} changed while it was copied; try again`);
}

async function writeAll(file: FileHandle, part: Uint8Array): Promise<void> {
  for (let done = 0; done < part.length; ) done += (await file.write(part, done)).bytesWritten;
}

/** Writes a folder's entries to the disk, if the system can do that; Windows cannot. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close().catch(() => {});
}

async function removeIfOld(path: string): Promise<void> {
  const found = await stat(path).catch(ignoreMissing);
  if (found && Date.now() - found.mtimeMs > day) await rm(path, { recursive: true, force: true });
}

function pushAfter(found: string[], name: string, after: string | undefined): void {
  if (after === undefined || name > after) found.push(name);
}

const isThere = async (path: string): Promise<boolean> =>
  (await stat(path).catch(ignoreMissing)) !== undefined;
const isTrue = (): boolean => true;
const isFalse = (): boolean => false;

function ignoreMissing(error: unknown): undefined {
  if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
  throw error;
}

function codeOf(error: unknown): string | undefined {
  const { code, syscall } = (error ?? {}) as Readonly<Record<string, unknown>>;
  return typeof code === 'string' && syscall !== undefined ? code : undefined;
}
