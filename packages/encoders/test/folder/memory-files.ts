import { bytesSource } from '@scalearn/core/files';
import { decodeText, type ModelFiles, missingFile } from '../../src/folder/model-files.ts';

/** Model files in memory. */
export function memoryFiles(files: Record<string, string | Uint8Array>): ModelFiles {
  const bytes = (name: string): Uint8Array => {
    const content = files[name];
    if (content === undefined) throw missingFile(name, 'memory');
    return typeof content === 'string' ? new TextEncoder().encode(content) : content;
  };
  return {
    describe: () => 'memory',
    has: async (name) => name in files,
    text: async (name) => decodeText(bytes(name), name, 'memory'),
    source: async (name) => bytesSource(bytes(name)),
  };
}
