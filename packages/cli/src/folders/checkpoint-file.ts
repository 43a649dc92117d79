import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckpointStore } from '@scalearn/core';
import { asFolderError, systemCode } from '../errors.ts';
import { writeFileAtomic } from './atomic-write.ts';

/** Its presence in a run's folder says that the run is not finished. */
export const checkpointName = 'checkpoint.safetensors';

/** Checkpoints of a run in a file of its folder. */
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
