import * as v from 'valibot';
import type { Access } from './access.ts';

/** Why a job will not be trained until it is tried anew. */
export interface Mark {
  /** Whether it failed itself, or somebody or a failed parent cancelled it. */
  readonly state: 'failed' | 'cancelled';
  /** What went wrong, or who cancelled it. */
  readonly reason: string;
}

const markSchema: v.GenericSchema<unknown, Mark> = v.object({
  state: v.picklist(['failed', 'cancelled']),
  reason: v.string(),
});

/** Marks of jobs that failed or were cancelled: `KEY/stopped.json`. */
export class Marks {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  async put(key: string, mark: Mark): Promise<void> {
    await this.#access.putText(nameOf(key), JSON.stringify(mark));
  }

  /** @returns undefined if the job neither failed nor was cancelled */
  async get(key: string): Promise<Mark | undefined> {
    return this.#access.getJson(nameOf(key), markSchema);
  }

  async clear(key: string): Promise<void> {
    await this.#access.delete([nameOf(key)]);
  }
}

const nameOf = (key: string): string => `${key}/stopped.json`;
