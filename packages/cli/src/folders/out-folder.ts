import { mkdir, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import type { FileSet } from '@scalearn/core';
import { asFolderError, FolderError } from '../errors.ts';
import { syncFolder, writeFileSynced } from './atomic-write.ts';
import { checkpointName } from './checkpoint-file.ts';
import { takeLock } from './lock.ts';
import { filesOfRun, runFileName } from './run-json.ts';

/**
 * The folder a command writes to. Its new content is written whole into a sibling, which then takes its place in two
 * renames; an owner that finds it between the two finishes or undoes what the killed process began.
 */
export class OutFolder {
  readonly path: string;
  readonly #release: () => Promise<void>;

  private constructor(path: string, release: () => Promise<void>) {
    this.path = path;
    this.#release = release;
  }

  /**
   * Locks the folder for this process.
   *
   * @param folder absolute; it need not exist
   * @throws FolderError if another process has it, or its parent cannot be written
   */
  static async open(folder: string): Promise<OutFolder> {
    // A link stays, and what it leads to is replaced.
    const path = await realpath(folder).catch(() => folder);
    const parent = dirname(path);
    await mkdir(parent, { recursive: true }).catch((error: unknown) => {
      throw asFolderError(error, `the folder ${parent} could not be made`);
    });
    const release = await takeLock(sibling(path, 'lock'), path);
    try {
      await settle(path);
    } catch (error) {
      await release();
      throw asFolderError(error, `${path} could not be put in order`);
    }
    return new OutFolder(path, release);
  }

  /** What the folder holds. */
  async state(): Promise<'nothing' | 'unfinished' | 'finished' | 'other'> {
    if (await isFile(join(this.path, checkpointName))) return 'unfinished';
    if (await isFile(join(this.path, runFileName))) return 'finished';
    const info = await stat(this.path).catch(() => undefined);
    if (!info) return 'nothing';
    return info.isDirectory() && (await entries(this.path)).length === 0 ? 'nothing' : 'other';
  }

  /**
   * Replaces the folder's content. Files in it that are not of a run stay.
   *
   * @param what is saved, for messages
   * @throws FolderError; the folder then is as it was
   */
  async replace(files: FileSet, what = 'the model'): Promise<void> {
    const next = sibling(this.path, 'new');
    const previous = sibling(this.path, 'old');
    try {
      await writeFolder(next, files);
      if (await isFolder(this.path)) await rename(this.path, previous);
      await rename(next, this.path);
      await syncFolder(dirname(this.path));
    } catch (error) {
      await settle(this.path).catch(() => {});
      throw asFolderError(error, `${what} could not be saved in ${this.path}`);
    }
    await settle(this.path);
  }

  /** Gives the folder back. */
  close(): Promise<void> {
    return this.#release();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Puts away what a process that was killed, or failed, left beside the folder. */
async function settle(path: string): Promise<void> {
  const next = sibling(path, 'new');
  const previous = sibling(path, 'old');
  // The old content is only moved when the new is whole.
  if ((await isFolder(previous)) && !(await isFolder(path)))
    await rename((await isFolder(next)) ? next : previous, path);
  await rm(next, { recursive: true, force: true });
  if (!(await isFolder(previous))) return;
  await keepForeignFiles(previous, path);
  await rm(previous, { recursive: true, force: true });
}

/** Moves what a run did not write, a log perhaps, from its old folder to the new one. */
async function keepForeignFiles(from: string, to: string): Promise<void> {
  const ours = new Set((await filesOfRun(from)).map((file) => file.split('/', 1)[0]));
  const present = new Set(await entries(to));
  for (const name of await entries(from)) {
    const known = ours.has(name) || name === runFileName || name.startsWith(checkpointName);
    if (!known && !present.has(name)) await rename(join(from, name), join(to, name));
  }
}

async function writeFolder(folder: string, files: FileSet): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const made = new Set<string>();
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    if (!path.startsWith(`${folder}${sep}`))
      throw new FolderError(`the file ${name} would lie outside of ${folder}`);
    await mkdir(dirname(path), { recursive: true });
    await writeFileSynced(path, content);
    made.add(dirname(path));
  }
  for (const each of made) await syncFolder(each);
}

/** `runs/rte` and `lock` give `runs/.rte.lock`: on the same disk, and out of sight. */
function sibling(path: string, what: 'lock' | 'new' | 'old'): string {
  return join(dirname(path), `.${basename(path)}.${what}`);
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

async function entries(path: string): Promise<string[]> {
  return readdir(path).catch(() => []);
}
