import type { ModelFolder } from '@scalearn/core';
import { openTensorFile } from '@scalearn/core/files';
import type { ModelFiles } from './model-files.ts';

/**
 * Returns the folder of a trained model or adapter in the form that core's `readAdapterFolder` and `readSnapshot` read.
 */
export function modelFolder(files: ModelFiles): ModelFolder {
  return {
    describe: () => files.describe(),
    text: async (path) => ((await files.has(path)) ? files.text(path) : undefined),
    tensors: async (path) =>
      (await files.has(path))
        ? openTensorFile(await files.source(path), `${files.describe()}/${path}`)
        : undefined,
  };
}
