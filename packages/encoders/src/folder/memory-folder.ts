import type { FileSet } from '@scalearn/core';
import { fileList } from './file-list.ts';
import type { ModelFiles } from './model-files.ts';

/** Files that are in memory, by name: those of a tokenizer that was just trained, for one. */
export function memoryFolder(files: FileSet): ModelFiles {
  return fileList(
    Object.entries(files).map(
      ([name, content]) => new File([content as string | Uint8Array<ArrayBuffer>], name),
    ),
  );
}
