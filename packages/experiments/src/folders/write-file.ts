import { chmod, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { asFolderError, FolderError, systemCode, UsageError } from '../errors.ts';
import { isTemporary, temporaryName } from './names.ts';
import { realPath, statOf } from './paths.ts';

/** Milliseconds. A temporary file that was not modified for this long is no longer being written. */
const day = 86_400_000;

/**
 * Writes a file for the user. A regular file is replaced atomically: readers see the old content or the new one, also
 * after a power failure. A link stays, and its target is replaced. A device or a pipe is written to directly.
 *
 * @returns whether a file with that content now exists, which is false for a pipe
 * @throws FolderError; the old content is then unchanged
 */
export async function writeOutput(path: string, content: Uint8Array | string): Promise<boolean> {
  const found = await statOf(path);
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
 * Checks early that {@link writeOutput} can be used.
 *
 * @param overwrite whether an existing file may be replaced; a pipe or a device is never replaced
 * @throws UsageError for a file that may not be replaced, and for a folder
 */
export async function checkOutput(path: string, overwrite: boolean): Promise<void> {
  const found = await statOf(path);
  if (found?.isDirectory()) throw new UsageError(`${path} is a folder; name a file with --out`);
  if (found?.isFile() && !overwrite)
    throw new UsageError(`${path} exists already; choose another --out, or replace it with --overwrite`);
}

/**
 * Replaces or creates a file, so that it is never seen half-written. The new content is in a temporary file beside it
 * until it is complete.
 *
 * @param path of a regular file, or of a file that does not exist
 * @throws FolderError; the old content is then unchanged
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, temporaryName());
  try {
    await mkdir(folder, { recursive: true });
    const mode = (await statOf(path))?.mode;
    await writeFileSynced(temporary, content, mode);
    // Keeps the permissions: the umask may have removed some from the new file. Not every file system stores them.
    if (mode !== undefined) await chmod(temporary, mode & 0o777).catch(() => {});
    await putInPlace(temporary, path, content);
    await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw asFolderError(error, `${path} could not be written`);
  }
}

/** Renames a file. A file that is a mount point cannot be replaced, so its content is written in place. */
async function putInPlace(temporary: string, path: string, content: Uint8Array | string): Promise<void> {
  try {
    await rename(temporary, path);
  } catch (error) {
    if (systemCode(error) !== 'EBUSY' || !(await stat(path)).isFile()) throw error;
    await writeFile(path, content, { flush: true });
    await rm(temporary, { force: true });
  }
}

/** Creates a file and returns when its bytes are on the disk. */
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

/** Writes a folder's entries to the disk, if the system can do that; Windows cannot. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close().catch(() => {});
}

/**
 * Removes incomplete files that killed processes left behind.
 *
 * @param age in milliseconds of the files to remove: 0 if no other process can be writing in the folder
 */
export async function removeTemporaries(folder: string, age = 0): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const path of names.filter(isTemporary).map((name) => join(folder, name))) {
    const time = (await statOf(path))?.mtimeMs;
    if (time !== undefined && Date.now() - time >= age) await rm(path, { recursive: true, force: true });
  }
}
