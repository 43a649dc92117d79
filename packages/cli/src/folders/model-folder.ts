import type { ModelFolder } from '@scalearn/core';
import { localFolder, modelFolder } from '@scalearn/encoders';

/**
 * A model folder on this machine.
 *
 * @throws UnreadableModelFileError where there is no such folder
 */
export async function openModelFolder(path: string): Promise<ModelFolder> {
  return modelFolder(await localFolder(path));
}
