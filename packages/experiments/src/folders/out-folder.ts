import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { CheckpointStore, FileSet } from '@scalearn/core';
import { openSafetensors } from '@scalearn/core/files';
import { localFolder } from '@scalearn/encoders';
import { asFolderError, FolderError, systemCode } from '../errors.ts';
import { commitFiles, finishCommit } from './commit.ts';
import { takeLock } from './lock.ts';
import { checkpointName, innerLockName, isLeftover, runFileName, temporaryName } from './names.ts';
import { isFile, isFolder, realPath, statOf } from './paths.ts';
import { writeFileAtomic } from './write-file.ts';

/**
 * The output folder of a command. One process at a time holds it. If that process is killed, the folder has the old
 * content, the new content, or a state that the next owner completes.
 */
export class OutFolder {
  readonly path: string;
  readonly #release: () => Promise<void>;

  private constructor(path: string, release: () => Promise<void>) {
    this.path = path;
    this.#release = release;
  }

  /**
   * Locks the folder for this process and checks that it can be written, before any work is done.
   *
   * @param folder absolute; it need not exist
   * @throws FolderError if another process holds it, or if it cannot be written
   */
  static async open(folder: string): Promise<OutFolder> {
    // A symbolic link stays, and its target is replaced.
    const path = await realPath(folder);
    if ((await statOf(folder))?.isDirectory() === false)
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

  async state(): Promise<'nothing' | 'unfinished' | 'finished' | 'other'> {
    if (await isFile(join(this.path, checkpointName))) return 'unfinished';
    if (await isFile(join(this.path, runFileName))) return 'finished';
    if (!(await statOf(this.path))) return 'nothing';
    return (await readdir(this.path)).every(isLeftover) ? 'nothing' : 'other';
  }

  /**
   * Replaces the folder's content. Files that do not belong to a run stay.
   *
   * @param what is saved, for messages
   * @param removed names of files to remove, besides those of a run
   * @throws FolderError; the folder is then unchanged, or the next owner completes the new content
   */
  async replace(files: FileSet, what = 'the model', removed: readonly string[] = []): Promise<void> {
    try {
      await commitFiles(this.path, files, removed);
    } catch (error) {
      throw asFolderError(error, `${what} could not be saved in ${this.path}`);
    }
  }

  /** Removes files and folders by their names. @throws FolderError if one cannot be removed */
  async remove(names: readonly string[]): Promise<void> {
    try {
      for (const name of names) await rm(join(this.path, name), { recursive: true, force: true });
    } catch (error) {
      throw asFolderError(error, `${this.path} could not be emptied`);
    }
  }

  close(): Promise<void> {
    return this.#release();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Takes the lock of a folder. `runs/rte` is locked by `runs/.rte.lock`, because the folder need not exist. If it exists
 * and its parent cannot be written, as for a mounted disk, the lock file is inside it.
 */
async function lockFolder(path: string): Promise<() => Promise<void>> {
  try {
    return await takeLock(join(dirname(path), `.${basename(path)}.lock`), path);
  } catch (error) {
    const isParent = ['EACCES', 'EPERM', 'EROFS'].includes(systemCode((error as Error).cause) ?? '');
    if (isParent && (await isFolder(path))) return takeLock(join(path, innerLockName), path);
    throw error;
  }
}

/** Tries the operations that replacing the content of an existing folder needs. */
async function tryFolder(path: string): Promise<void> {
  if (!(await isFolder(path))) return;
  const inner = join(path, temporaryName());
  await mkdir(inner);
  await rm(inner, { recursive: true });
}

/** Stores checkpoints of a run in a file of its folder. */
export function checkpointFile(folder: string): CheckpointStore {
  const path = join(folder, checkpointName);
  return {
    async load() {
      try {
        return await readFile(path);
      } catch (error) {
        if (systemCode(error) === 'ENOENT') return undefined;
        throw asFolderError(error, `${path} could not be read`);
      }
    },
    save: (bytes) => writeFileAtomic(path, bytes),
  };
}

/**
 * Returns the note in the checkpoint of an unfinished run; undefined if it has none.
 *
 * @throws SafetensorsError if the checkpoint is damaged
 */
export async function checkpointNote(folder: string): Promise<string | undefined> {
  const source = await (await localFolder(folder)).source(checkpointName);
  return (await openSafetensors(source, join(folder, checkpointName))).metadata.get('note');
}
