import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ResultStore } from '@scalearn/cluster';
import { asFolderError, temporaryName } from '@scalearn/experiments/runs';

/**
 * Writes a result to a folder, which appears when it is complete.
 *
 * @param scratch folder on the same disk, for what is not complete yet
 * @throws StoreError; FolderError if something else lies there
 */
export async function downloadResult(
  store: ResultStore,
  key: string,
  { folder, scratch }: { readonly folder: string; readonly scratch: string },
): Promise<void> {
  const partial = join(scratch, temporaryName());
  try {
    await mkdir(dirname(folder), { recursive: true });
    await store.results.download(key, partial);
    await rename(partial, folder);
  } catch (error) {
    throw asFolderError(error, `the result ${key} could not be written to ${folder}`);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}
