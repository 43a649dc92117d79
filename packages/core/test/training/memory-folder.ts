import { bytesSource, openTensorFile } from '../../src/files.ts';
import type { FileSet, ModelFolder } from '../../src/index.ts';

/** Files in memory as a model folder. */
export function memoryFolder(files: FileSet): ModelFolder {
  return {
    describe: () => 'memory',
    text: async (path) => {
      const content = files[path];
      return content instanceof Uint8Array ? new TextDecoder().decode(content) : content;
    },
    tensors: async (path) => {
      const content = files[path];
      return content instanceof Uint8Array ? openTensorFile(bytesSource(content), path) : undefined;
    },
  };
}
