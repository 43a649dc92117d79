import { resolve } from 'node:path';
import type { FileSet } from '@scalearn/core';
import { FolderError } from '../errors.ts';
import { OutFolder } from '../folders/out-folder.ts';

/**
 * Saves a model's files, such as those of `TrainedModel.files()`, so that a reader sees the folder whole or not at all.
 *
 * @param overwrite whether to replace what the folder holds
 * @throws FolderError if the folder is not empty, is in use, or cannot be written; it then is as it was
 */
export async function saveModelFolder(
  path: string,
  files: FileSet,
  { overwrite = false }: { readonly overwrite?: boolean } = {},
): Promise<void> {
  await using out = await OutFolder.open(resolve(path));
  if (!overwrite && (await out.state()) !== 'nothing')
    throw new FolderError(`${path} is not empty; choose another folder, or overwrite it`);
  await out.replace(files);
}
