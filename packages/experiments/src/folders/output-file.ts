import { chmod, copyFile, type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { asFolderError, FolderError, systemCode } from '../errors.ts';
import { temporaryName } from './names.ts';
import { isFile, realPath, statOf } from './paths.ts';
import { removeTemporaries, syncFolder } from './write-file.ts';

/** Milliseconds. A temporary file that was not modified for this long is no longer being written. */
const day = 86_400_000;

/**
 * A file for the user that is written in parts. A regular file appears when it is complete, as with `writeOutput`; until
 * then its content is in a temporary file beside it. A device or a pipe is written to directly.
 */
export class OutputFile {
  readonly #name: string;
  readonly #handle: FileHandle;
  /** Where the content is until it is complete, and its place then; undefined for a device or a pipe. */
  readonly #places: { readonly temporary: string; readonly path: string } | undefined;
  #isOpen = true;

  private constructor(name: string, handle: FileHandle, places?: { temporary: string; path: string }) {
    this.#name = name;
    this.#handle = handle;
    this.#places = places;
  }

  /** @throws FolderError if it cannot be written */
  static async open(name: string): Promise<OutputFile> {
    const found = await statOf(name);
    if (found?.isDirectory()) throw new FolderError(`${name} is a folder; name a file`);
    return said(name, async () => {
      if (found && !found.isFile()) return new OutputFile(name, await open(name, 'w'));
      const path = await realPath(name);
      const temporary = join(dirname(path), temporaryName());
      await mkdir(dirname(path), { recursive: true });
      return new OutputFile(name, await open(temporary, 'wx', found?.mode), { temporary, path });
    });
  }

  async write(text: string): Promise<void> {
    await said(this.#name, () => this.#handle.writeFile(text));
  }

  /**
   * Puts the complete file in its place.
   *
   * @returns whether a file with that content now exists, which is false for a pipe
   */
  async finish(): Promise<boolean> {
    const places = this.#places;
    await said(this.#name, async () => {
      if (places) await this.#handle.sync();
      await this.#close();
      if (places) await putInPlace(places.temporary, places.path);
    });
    if (!places) return false;
    await syncFolder(dirname(places.path));
    await removeTemporaries(dirname(places.path), day).catch(() => {});
    return true;
  }

  async #close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#handle.close();
  }

  /** Removes what was written of a file that is not complete. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close().catch(() => {});
    if (this.#places) await rm(this.#places.temporary, { force: true }).catch(() => {});
  }
}

/** Renames a file. A file that is a mount point cannot be replaced, so the content is copied into it. */
async function putInPlace(temporary: string, path: string): Promise<void> {
  const mode = (await statOf(path))?.mode;
  if (mode !== undefined) await chmod(temporary, mode & 0o777).catch(() => {});
  try {
    await rename(temporary, path);
  } catch (error) {
    if (systemCode(error) !== 'EBUSY' || !(await isFile(path))) throw error;
    await copyFile(temporary, path);
  }
}

async function said<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asFolderError(error, `${name} could not be written`);
  }
}
