import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelFolder } from '@scalearn/core';
import { localFolder, modelFolder } from '@scalearn/encoders';
import { FolderError } from '../errors.ts';
import { checkpointName, commitName } from './names.ts';
import { runFileName } from './run-json.ts';

/**
 * Opens a model folder on this machine.
 *
 * @throws UnreadableModelFileError if there is no such folder; FolderError if it was not saved completely, or if its
 * run is unfinished
 */
export async function openModelFolder(path: string): Promise<ModelFolder> {
  const folder = modelFolder(await localFolder(path));
  if (await stat(join(path, commitName)).catch(() => undefined))
    throw new FolderError(
      `${path} was not saved completely, because the command was stopped; finish it with the same command (train: with --resume)`,
    );
  const hasFile = (name: string): Promise<boolean> =>
    stat(join(path, name)).then(
      (info) => info.isFile(),
      () => false,
    );
  if ((await hasFile(checkpointName)) && !(await hasFile(runFileName)))
    throw new FolderError(
      `${path} holds an unfinished run, and no model yet; continue it with the same scalearn train command and --resume`,
    );
  return folder;
}
