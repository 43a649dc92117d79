import type { FileSet } from '@scalearn/core';
import { fileList } from './file-list.ts';
import type { ModelFiles } from './model-files.ts';

/** Returns files in memory by name, for example those of a tokenizer that was just trained. */
export function memoryFolder(files: FileSet): ModelFiles {
  return fileList(
    Object.entries(files).map(
      ([name, content]) => new File([content as string | Uint8Array<ArrayBuffer>], name),
    ),
  );
}
