import { join, resolve } from 'node:path';
import type { FileSet, ModelFolder } from '@scalearn/core';
import { localFolder, modelFolder } from '@scalearn/encoders';
import { FolderError } from '../errors.ts';
import { typed } from '../options/own-data.ts';
import { checkpointName, commitName } from './names.ts';
import { OutFolder } from './out-folder.ts';
import { isFile, statOf } from './paths.ts';
import { runFileName } from './run-json.ts';

/**
 * Opens a model folder on this machine.
 *
 * @throws UnreadableModelFileError if there is no such folder; FolderError if it was not saved completely, or if its
 * run is unfinished
 */
export async function openModelFolder(path: string): Promise<ModelFolder> {
  const folder = modelFolder(await localFolder(path));
  if (await statOf(join(path, commitName)))
    throw new FolderError(
      `${path} was not saved completely, because the command was stopped; finish it with the same command, or scalearn train --resume --out ${typed(path)}`,
    );
  if ((await isFile(join(path, checkpointName))) && !(await isFile(join(path, runFileName))))
    throw new FolderError(
      `${path} holds an unfinished run, and no model yet; continue it with: scalearn train --resume --out ${typed(path)}`,
    );
  return folder;
}

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
