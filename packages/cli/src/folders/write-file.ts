import { chmod, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { asFolderError, FolderError, systemCode, UsageError } from '../errors.ts';
import { isTemporary, temporaryName } from './names.ts';
import { realPath } from './real-path.ts';

/** In milliseconds: what has not been touched for so long is not being written any more. */
const day = 86_400_000;

/**
 * Writes a file for the user. Where there is none, or a regular one, a reader, and the machine after a power cut, sees
 * the old content or the new one; a link stays, and what it leads to is replaced. A device or a pipe is written to.
 *
 * @returns whether there is now a file with that content, which a pipe is not
 * @throws FolderError; the old content then is as it was
 */
export async function writeOutput(path: string, content: Uint8Array | string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw new FolderError(`${path} is a folder; name a file`);
  if (!found || found.isFile()) {
    const real = await realPath(path);
    await writeFileAtomic(real, content);
    await removeTemporaries(dirname(real), day).catch(() => {});
    return true;
  }
  await writeFile(path, content).catch((error: unknown) => {
    throw asFolderError(error, `${path} could not be written`);
  });
  return false;
}

/**
 * Sees early to it that {@link writeOutput} may be used.
 *
 * @param overwrite whether a file that is there may be replaced; a pipe or a device never is
 * @throws UsageError for a file that may not be replaced, and for a folder
 */
export async function checkOutput(path: string, overwrite: boolean): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw new UsageError(`${path} is a folder; name a file with --out`);
  if (found?.isFile() && !overwrite)
    throw new UsageError(`${path} exists already; choose another --out, or replace it with --overwrite`);
}

/**
 * Replaces a file, or makes it, so that it is never seen half-written. What is new lies beside it under a name of its own
 * until it is whole.
 *
 * @param path of a regular file, or of none
 * @throws FolderError; the old content then is as it was
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, temporaryName());
  try {
    await mkdir(folder, { recursive: true });
    const mode = (await stat(path).catch(() => undefined))?.mode;
    await writeFileSynced(temporary, content, mode);
    // Permissions stay; the process may have taken some from the new file. Not every disk keeps them.
    if (mode !== undefined) await chmod(temporary, mode & 0o777).catch(() => {});
    await putInPlace(temporary, path, content);
    await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw asFolderError(error, `${path} could not be written`);
  }
}

/** Renames; a file that is mounted by itself can be written only where it is. */
async function putInPlace(temporary: string, path: string, content: Uint8Array | string): Promise<void> {
  try {
    await rename(temporary, path);
  } catch (error) {
    if (systemCode(error) !== 'EBUSY' || !(await stat(path)).isFile()) throw error;
    await writeFile(path, content, { flush: true });
    await rm(temporary, { force: true });
  }
}

/** Makes a file whose bytes are on the disk when this returns. */
export async function writeFileSynced(
  path: string,
  content: Uint8Array | string,
  mode?: number,
): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Puts a folder's names on the disk, where the system can do that: Windows cannot. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close().catch(() => {});
}

/**
 * Removes what killed processes left of files they had not written whole.
 *
 * @param age in milliseconds, of what is removed: 0 where nobody else may be writing in the folder
 */
export async function removeTemporaries(folder: string, age = 0): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const path of names.filter(isTemporary).map((name) => join(folder, name))) {
    const time = (await stat(path).catch(() => undefined))?.mtimeMs;
    if (time !== undefined && Date.now() - time >= age) await rm(path, { recursive: true, force: true });
  }
}
