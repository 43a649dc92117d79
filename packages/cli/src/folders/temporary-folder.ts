import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asFolderError } from '@scalearn/experiments/runs';

/**
 * Makes a folder for the time of the work, and removes it with what lies in it.
 *
 * @param work gets its absolute path
 * @throws FolderError if the system has no place for it
 */
export async function withTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'scalearn-')).catch((error: unknown) => {
    throw asFolderError(error, 'a temporary folder could not be made');
  });
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
