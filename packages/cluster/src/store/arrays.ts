import * as v from 'valibot';
import { type Job, jobSchema } from '../job.ts';
import type { Access } from './access.ts';

/** How the tasks of an array are started. */
export interface Launch {
  /** Program and arguments that train a job, without the job's key, which follows. */
  readonly command: readonly string[];
  /** Options for sbatch. */
  readonly sbatch: readonly string[];
}

/** Jobs that were submitted to Slurm together: task i trains job i. */
export interface StoredArray extends Launch {
  /** Job i is that of task i. */
  readonly jobs: readonly Job[];
}

const arraySchema: v.GenericSchema<unknown, StoredArray & { readonly format: number }> = v.object({
  format: v.literal(1),
  jobs: v.array(jobSchema),
  command: v.array(v.string()),
  sbatch: v.array(v.string()),
});

/** What was submitted to Slurm, by the names that arrays have there: `slurm/NAME.json`. Slurm itself knows no jobs of a plan. */
export class Arrays {
  readonly #access: Access;
  /** An array never changes. */
  readonly #seen = new Map<string, StoredArray>();

  constructor(access: Access) {
    this.#access = access;
  }

  async put(name: string, array: StoredArray): Promise<void> {
    await this.#access.putText(nameOf(name), JSON.stringify({ format: 1, ...array }));
  }

  async delete(name: string): Promise<void> {
    this.#seen.delete(name);
    await this.#access.delete([nameOf(name)]);
  }

  /** Returns all arrays by their names, in the order of these. */
  async all(): Promise<ReadonlyMap<string, StoredArray>> {
    const names = (await this.#access.list('slurm/')).flatMap(
      (name) => /^slurm\/([^/]+)\.json$/.exec(name)?.[1] ?? [],
    );
    const found = new Map<string, StoredArray>();
    for (const name of names.sort()) {
      const array = this.#seen.get(name) ?? (await this.#access.getJson(nameOf(name), arraySchema));
      if (!array) continue;
      this.#seen.set(name, array);
      found.set(name, array);
    }
    return found;
  }

  /** @returns what a task said; undefined if it said nothing */
  async getOutput(name: string, task: number): Promise<string | undefined> {
    return this.#access.getText(outputOf(name, task));
  }
}

const nameOf = (name: string): string => `slurm/${name}.json`;

/** Returns the name of what a task of an array says, or the pattern of these names. */
export const outputOf = (name: string, task: number | string): string => `slurm/${name}/${task}.txt`;
