import type { RandomAccess } from '@scalearn/core/files';
import { checkFileName, checkTextSize, decodeText, type ModelFiles, missingFile } from './model-files.ts';

/**
 * Returns files chosen in a browser (`<input type="file" webkitdirectory>` or drag and drop). If the browser reports
 * their folder, names are relative to that folder.
 */
export function fileList(files: Iterable<File>): ModelFiles {
  const byName = new Map<string, File>();
  for (const file of files) {
    const path = file.webkitRelativePath?.split('/').slice(1).join('/');
    byName.set(path || file.name, file);
  }
  const where = 'the chosen files';
  const find = (name: string): File => {
    checkFileName(name, where);
    const file = byName.get(name);
    if (!file) throw missingFile(name, where);
    return file;
  };
  return {
    describe: () => where,
    has: async (name) => byName.has(name),
    text: async (name) => {
      const file = find(name);
      checkTextSize(file.size, name, where);
      return decodeText(new Uint8Array(await file.arrayBuffer()), name, where);
    },
    source: async (name) => blobSource(find(name)),
    list: async () => [...byName.keys()].sort(),
  };
}

/** Returns a `Blob` as random-access bytes. Only requested ranges are loaded into memory. */
export function blobSource(blob: Blob): RandomAccess {
  return {
    size: blob.size,
    read: async (begin, end) => new Uint8Array(await blob.slice(begin, end).arrayBuffer()),
  };
}
