import { type Job, parentsFirst } from '../job.ts';
import type { Patience } from '../patience.ts';
import { isLive, type ScheduledJob } from '../scheduler.ts';
import { atOnce } from '../store/access.ts';
import type { StoredArray } from '../store/arrays.ts';
import type { ResultStore } from '../store/store.ts';
import { currentTasks, endedTasks, type Task } from './tasks.ts';

type StoredArrays = ReadonlyMap<string, StoredArray>;

/** Returns the jobs that were submitted, by their keys. */
export const jobsOf = (arrays: StoredArrays): ReadonlyMap<string, Job> =>
  new Map([...arrays.values()].flatMap(({ jobs }) => jobs.map((job) => [job.key, job])));

/** Returns the tasks by the keys of their jobs. Of several tasks of a job, the one that has not ended counts, or the last. */
export function byKey(tasks: readonly Task[], arrays: StoredArrays): ReadonlyMap<string, Task> {
  const found = new Map<string, Task>();
  const rank = (task: Task): number => (isLive(task) ? 1e15 : 0) + Number(task.array);
  for (const task of tasks) {
    const key = arrays.get(task.name)?.jobs[task.task]?.key;
    const other = key === undefined ? undefined : found.get(key);
    if (key !== undefined && (!other || rank(task) > rank(other))) found.set(key, task);
  }
  return found;
}

/** Returns what Slurm knows of the jobs that were submitted to it, by their keys. */
export async function jobStates(
  store: ResultStore,
  patience: Patience,
): Promise<ReadonlyMap<string, ScheduledJob>> {
  const arrays = await store.arrays.all();
  const jobs = jobsOf(arrays);
  const current = byKey(await currentTasks([...arrays.keys()], patience), arrays);
  const done = await store.results.has([...jobs.keys()]);
  const gone = [...jobs.keys()].filter((key) => !current.has(key) && !done.has(key));
  const ended = await endedJobs(gone, arrays, patience);
  const found = new Map<string, ScheduledJob>();
  await atOnce([...jobs.keys()], async (key) => {
    const task = current.get(key) ?? ended.get(key);
    if (done.has(key)) found.set(key, { state: 'done' });
    else if (task) found.set(key, await howItEnded(store, key, task));
  });
  return withCauses(jobs, found);
}

/** Finds out how jobs ended of which Slurm's controller knows nothing any more. */
async function endedJobs(
  keys: readonly string[],
  arrays: StoredArrays,
  patience: Patience,
): Promise<ReadonlyMap<string, ScheduledJob & Partial<Task>>> {
  if (keys.length === 0) return new Map();
  const meant = new Set(keys);
  const names = [...arrays].flatMap(([name, { jobs }]) =>
    jobs.some(({ key }) => meant.has(key)) ? [name] : [],
  );
  const tasks = await endedTasks(names, patience);
  const found = byKey(tasks ?? [], arrays);
  const why = tasks ? '' : ', and keeps no accounts (sacct) that say how it ended';
  const unknown: ScheduledJob = { state: 'failed', reason: `Slurm does not know it any more${why}` };
  return new Map(keys.map((key) => [key, found.get(key) ?? unknown]));
}

/**
 * Adds to a failed task the last line that it said. One that was cancelled may have failed: if it was just being requeued,
 * Slurm starts it again, and it finds its mark in the store and leaves.
 */
async function howItEnded(
  { arrays, marks }: ResultStore,
  key: string,
  { state, reason, name, task }: ScheduledJob & Partial<Task>,
): Promise<ScheduledJob> {
  if (state !== 'failed') return { state, reason };
  const mark = await marks.get(key);
  if (mark?.state === 'cancelled') return { state: mark.state, reason: mark.reason };
  const output = name === undefined || task === undefined ? undefined : await arrays.getOutput(name, task);
  const said = output?.trim().split('\n').at(-1)?.trim();
  return { state, reason: said ? `${reason}; it said last: ${said}` : reason };
}

/** Says which failed job a cancelled one needs. Slurm forgets, or calls both cancelled. */
function withCauses(
  jobs: ReadonlyMap<string, Job>,
  states: ReadonlyMap<string, ScheduledJob>,
): ReadonlyMap<string, ScheduledJob> {
  const found = new Map<string, ScheduledJob>(states);
  const isOver = (key: string): boolean => {
    const state = found.get(key)?.state;
    return state === 'failed' || state === 'cancelled';
  };
  const causes = new Map<string, string>();
  const among = [...jobs.values()].map((job) => ({
    ...job,
    parents: job.parents.filter((key) => jobs.has(key)),
  }));
  for (const { key, parents } of parentsFirst(among)) {
    const parent = isOver(key) ? parents.find(isOver) : undefined;
    if (parent === undefined) continue;
    const cause = causes.get(parent) ?? parent;
    causes.set(key, cause);
    found.set(key, { state: 'cancelled', reason: `it needs ${cause}, which ${pastOf(found.get(cause))}` });
  }
  return found;
}

const pastOf = (job: ScheduledJob | undefined): string =>
  job?.state === 'cancelled' ? 'was cancelled' : 'failed';
