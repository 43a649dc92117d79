import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ResultStore } from '@scalearn/cluster';
import { asFolderError } from '@scalearn/experiments/runs';

/**
 * Writes a result to a folder, which appears when it is complete.
 *
 * @throws StoreError; FolderError if something else lies there
 */
export async function downloadResult(store: ResultStore, key: string, folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const place = await mkdtemp(join(dirname(folder), '.download-'));
  try {
    await store.results.download(key, join(place, key));
    await rename(join(place, key), folder);
  } catch (error) {
    throw asFolderError(error, `the result ${key} could not be written to ${folder}`);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}
