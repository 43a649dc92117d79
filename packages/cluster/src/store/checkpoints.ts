import { rm } from 'node:fs/promises';
import * as v from 'valibot';
import { StoreError } from '../errors.ts';
import { type Access, type FileEntry, type Files, fileSchema } from './access.ts';

interface Checkpoint {
  readonly attempt: string;
  readonly number: number;
  readonly files: readonly FileEntry[];
}

const checkpointSchema: v.GenericSchema<unknown, Checkpoint> = v.object({
  attempt: v.string(),
  number: v.number(),
  files: v.array(fileSchema),
});

/**
 * The last checkpoint of each training: its files, and `KEY/checkpoint.json`, which names them and is replaced when they
 * are complete. A checkpoint of which only a part was stored is therefore never seen.
 */
export class Checkpoints {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  /** Stores a checkpoint in place of the last one. @param number of this checkpoint in its attempt */
  async put(key: string, attempt: string, number: number, files: Files): Promise<void> {
    const entries = await this.#access.putFiles(filesOf(key, { attempt, number }), files);
    const checkpoint: Checkpoint = { attempt, number, files: entries };
    await this.#access.putText(nameOf(key), JSON.stringify(checkpoint));
    // What another attempt stores now is not ours to delete.
    const own = `${key}/${attempt}/checkpoints/`;
    const names = await this.#access.list(own);
    await this.#access.delete(names.filter((name) => !name.startsWith(filesOf(key, checkpoint))));
  }

  /**
   * Writes the files of the last checkpoint to a folder.
   *
   * @returns the attempt that it is from; undefined if there is none, or none that is whole
   */
  async get(key: string, folder: string): Promise<string | undefined> {
    for (let tries = 1; ; tries++) {
      const found = await this.#access.getJson(nameOf(key), checkpointSchema).catch(unlessDamaged);
      if (!found) return undefined;
      try {
        await this.#access.getFiles(filesOf(key, found), found.files, folder);
        return found.attempt;
      } catch (error) {
        await rm(folder, { recursive: true, force: true });
        unlessDamaged(error);
        // It may have been replaced while it was read.
        if (tries === 3) return undefined;
      }
    }
  }

  /** Deletes the checkpoints of a training that has a result. */
  async clear(key: string): Promise<void> {
    const names = await this.#access.list(`${key}/`);
    const isCheckpoint = (name: string): boolean => name.split('/')[2] === 'checkpoints';
    await this.#access.delete([nameOf(key), ...names.filter(isCheckpoint)]);
  }
}

const nameOf = (key: string): string => `${key}/checkpoint.json`;
const filesOf = (key: string, { attempt, number }: Pick<Checkpoint, 'attempt' | 'number'>): string =>
  `${key}/${attempt}/checkpoints/${number}/`;

function unlessDamaged(error: unknown): undefined {
  if (error instanceof StoreError && (error.reason === 'damaged' || error.reason === 'missing')) return;
  throw error;
}
