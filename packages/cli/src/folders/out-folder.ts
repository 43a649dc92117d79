import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FileSet } from '@scalearn/core';
import { asFolderError, FolderError, systemCode } from '../errors.ts';
import { commitFiles, finishCommit } from './commit.ts';
import { takeLock } from './lock.ts';
import { checkpointName, innerLockName, isLeftover, temporaryName } from './names.ts';
import { realPath } from './real-path.ts';
import { runFileName } from './run-json.ts';

/**
 * The folder a command writes to: held by one process at a time, and replaced so that whoever is killed leaves the old
 * content, or the new one, or what the next owner puts in order.
 */
export class OutFolder {
  readonly path: string;
  readonly #release: () => Promise<void>;

  private constructor(path: string, release: () => Promise<void>) {
    this.path = path;
    this.#release = release;
  }

  /**
   * Locks the folder for this process, and sees to it that it can be written: that is found out before there is anything
   * to lose.
   *
   * @param folder absolute; it need not exist
   * @throws FolderError if another process has it, or it cannot be written
   */
  static async open(folder: string): Promise<OutFolder> {
    // A link stays, and what it leads to is replaced.
    const path = await realPath(folder);
    const info = await stat(folder).catch(() => undefined);
    if (info && !info.isDirectory())
      throw new FolderError(`${folder} is not a folder; choose another place for the output`);
    const release = await lockFolder(path);
    try {
      await finishCommit(path);
      await tryFolder(path);
    } catch (error) {
      await release();
      throw asFolderError(error, `${path} cannot be used for output`);
    }
    return new OutFolder(path, release);
  }

  /** What the folder holds. */
  async state(): Promise<'nothing' | 'unfinished' | 'finished' | 'other'> {
    if (await isFile(join(this.path, checkpointName))) return 'unfinished';
    if (await isFile(join(this.path, runFileName))) return 'finished';
    const info = await stat(this.path).catch(() => undefined);
    if (!info) return 'nothing';
    return (await readdir(this.path)).every(isLeftover) ? 'nothing' : 'other';
  }

  /**
   * Replaces the folder's content. Files in it that are not of a run stay.
   *
   * @param what is saved, for messages
   * @param removed names of files that go, besides those of a run
   * @throws FolderError; the folder then is as it was, or the next owner finds the new content in it
   */
  async replace(files: FileSet, what = 'the model', removed: readonly string[] = []): Promise<void> {
    try {
      await commitFiles(this.path, files, removed);
    } catch (error) {
      throw asFolderError(error, `${what} could not be saved in ${this.path}`);
    }
  }

  /** Removes files and folders by their names. @throws FolderError */
  async remove(names: readonly string[]): Promise<void> {
    try {
      for (const name of names) await rm(join(this.path, name), { recursive: true, force: true });
    } catch (error) {
      throw asFolderError(error, `${this.path} could not be emptied`);
    }
  }

  /** Gives the folder back. */
  close(): Promise<void> {
    return this.#release();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * `runs/rte` is locked by `runs/.rte.lock`: beside it, as it need not exist; by a file in it where it does and its parent
 * cannot be written, as that of a mounted disk.
 */
async function lockFolder(path: string): Promise<() => Promise<void>> {
  try {
    return await takeLock(join(dirname(path), `.${basename(path)}.lock`), path);
  } catch (error) {
    const isParent = ['EACCES', 'EPERM', 'EROFS'].includes(systemCode((error as Error).cause) ?? '');
    if (isParent && (await stat(path).catch(() => undefined))?.isDirectory())
      return takeLock(join(path, innerLockName), path);
    throw error;
  }
}

/** Tries what will be done to a folder that is there. */
async function tryFolder(path: string): Promise<void> {
  if (!(await stat(path).catch(() => undefined))?.isDirectory()) return;
  const inner = join(path, temporaryName());
  await mkdir(inner);
  await rm(inner, { recursive: true });
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}
