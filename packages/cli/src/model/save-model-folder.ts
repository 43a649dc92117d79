import { resolve } from 'node:path';
import type { FileSet } from '@scalearn/core';
import { FolderError } from '../errors.ts';
import { OutFolder } from '../folders/out-folder.ts';

/**
 * Saves a model's files, such as those of `TrainedModel.files()`. Readers see the complete folder or nothing of it.
 *
 * @param overwrite whether to replace the content of the folder
 * @throws FolderError if the folder is not empty, is in use, or cannot be written; it is then unchanged
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
