import { type Job, parentsFirst } from '../job.ts';

/** A task of an array in Slurm. */
export interface Place {
  /** Slurm's number of the array. */
  readonly array: string;
  /** Index of the task in it. */
  readonly task: number;
}

/**
 * Groups jobs into arrays: those that wait for the same jobs are in one array, so that a job that fails stops only those
 * that need it. Each array comes after those that it waits for.
 *
 * @param isAwaited whether a parent is waited for; others have results
 * @param largest number of tasks of an array
 */
export function groupJobs(
  jobs: readonly Job[],
  isAwaited: (key: string) => boolean,
  largest: number,
): { readonly jobs: readonly Job[]; readonly parents: readonly string[] }[] {
  const groups = new Map<string, { readonly jobs: Job[]; readonly parents: readonly string[] }>();
  const levels = new Map<string, number>();
  const own = new Map(jobs.map((job) => [job.key, job]));
  const among = jobs.map((job) => ({ ...job, parents: job.parents.filter((key) => own.has(key)) }));
  for (const { key } of parentsFirst(among)) {
    const job = own.get(key) as Job;
    const parents = [...new Set(job.parents)].filter(isAwaited).sort();
    const level = 1 + parents.reduce((most, parent) => Math.max(most, levels.get(parent) ?? 0), 0);
    levels.set(job.key, level);
    const name = `${level} ${parents.join(' ')}`;
    const group = groups.get(name) ?? { jobs: [], parents };
    group.jobs.push(job);
    groups.set(name, group);
  }
  const level = ({ jobs: [first] }: { readonly jobs: readonly Job[] }): number =>
    levels.get(first?.key ?? '') ?? 0;
  const ordered = [...groups.values()].sort((a, b) => level(a) - level(b));
  return ordered.flatMap(({ jobs: all, parents }) =>
    Array.from({ length: Math.ceil(all.length / largest) }, (_, i) => ({
      jobs: all.slice(i * largest, (i + 1) * largest),
      parents,
    })),
  );
}

/**
 * Returns a dependency of sbatch: the tasks must have succeeded. Arrays of which all tasks are meant are named as a whole.
 *
 * @param sizes number of tasks of the arrays of this submission
 */
export function afterOk(places: readonly Place[], sizes: ReadonlyMap<string, number>): string | undefined {
  if (places.length === 0) return undefined;
  const tasks = new Map<string, number[]>();
  for (const { array, task } of places) tasks.set(array, [...(tasks.get(array) ?? []), task]);
  const names = [...tasks].flatMap(([array, all]) =>
    all.length === sizes.get(array) ? [array] : all.sort((a, b) => a - b).map((task) => `${array}_${task}`),
  );
  return `afterok:${names.join(':')}`;
}
