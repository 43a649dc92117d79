import { type ModelFolder, openSafetensors } from '@scalearn/core';
import { localFolder } from '@scalearn/encoders';

/**
 * A model folder on this machine.
 *
 * @throws UnreadableModelFileError where there is no such folder
 */
export async function openModelFolder(path: string): Promise<ModelFolder> {
  const files = await localFolder(path);
  return {
    describe: () => path,
    text: async (name) => ((await files.has(name)) ? files.text(name) : undefined),
    tensors: async (name) =>
      (await files.has(name)) ? openSafetensors(await files.source(name), `${path}/${name}`) : undefined,
  };
}
