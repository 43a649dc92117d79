import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckpointStore } from '@scalearn/core';
import { asFolderError, systemCode } from '../errors.ts';
import { checkpointName } from './names.ts';
import { writeFileAtomic } from './write-file.ts';

/** Stores checkpoints of a run in a file of its folder. */
export function checkpointFile(folder: string): CheckpointStore {
  const path = join(folder, checkpointName);
  return {
    async load() {
      try {
        return await readFile(path);
      } catch (error) {
        if (systemCode(error) === 'ENOENT') return undefined;
        throw asFolderError(error, `${path} could not be read`);
      }
    },
    save: (bytes) => writeFileAtomic(path, bytes),
  };
}
