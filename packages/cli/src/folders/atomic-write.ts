import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { asFolderError } from '../errors.ts';

/**
 * Replaces a file so that a reader, and the machine after a power cut, sees the old content or the new one. The
 * temporary file's name is fixed: what a killed process left is overwritten by the next one. Callers see to it that
 * only one process writes at a time.
 *
 * @throws FolderError; the old content then is as it was
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFileSynced(temporary, content);
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw asFolderError(error, `${path} could not be written`);
  }
}

/** Writes a file whose bytes are on the disk when this returns. */
export async function writeFileSynced(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'w');
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
  await folder?.close();
}
