import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { TuningStore } from '@scalearn/core';
import { asFolderError, systemCode, writeFileAtomic } from '@scalearn/experiments/runs';

/** Returns the folder in which measurements of kernels are kept for the next process. */
function tuningFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'scalearn', 'kernels');
}

/**
 * Keeps measurements as files, one for each adapter and driver. Where they cannot be kept, nothing fails: the next process
 * measures again.
 *
 * @param onWarning is told once that a file could not be read or written
 */
export function tuningFiles(
  onWarning: (message: string) => void,
  folder: string = tuningFolder(),
): TuningStore {
  let isTold = false;
  const tell = (error: unknown, what: string): void => {
    const { message } = asFolderError(error, what) as Error;
    if (!isTold) onWarning(`${message}; kernels are measured again in the next process`);
    isTold = true;
  };
  const pathOf = (name: string): string => join(folder, `${name}.json`);
  return {
    async read(name) {
      try {
        return await readFile(pathOf(name), 'utf8');
      } catch (error) {
        if (systemCode(error) !== 'ENOENT') tell(error, `${pathOf(name)} could not be read`);
        return undefined;
      }
    },
    async write(name, text) {
      await writeFileAtomic(pathOf(name), text).catch((error: unknown) =>
        tell(error, `${pathOf(name)} could not be written`),
      );
    },
  };
}
