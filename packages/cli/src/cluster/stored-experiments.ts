import { basename, join } from 'node:path';
import type { Job, ResultStore, StoredPlan } from '@scalearn/cluster';
import {
  type ExperimentIndex,
  type IndexedRun,
  readExperimentIndex,
  UsageError,
} from '@scalearn/experiments';
import { indexFileName, writeFileAtomic } from '@scalearn/experiments/runs';
import { withTemporaryFolder } from '../folders/temporary-folder.ts';
import { loadCluster } from './load.ts';

/**
 * Downloads experiments of a store to a temporary folder for the time of the work.
 *
 * @param names of experiments, or of their files; if there are none, all of the store
 * @param work gets the folders of the experiments
 */
export async function withStoredExperiments<T>(
  place: string,
  names: readonly string[],
  { signal, work }: { readonly signal: AbortSignal; work(folders: readonly string[]): Promise<T> },
): Promise<T> {
  const store = await (await loadCluster()).openStore(place, { patience: { signal } });
  const all = names.length > 0 ? names.map(experimentName) : await store.listPlans();
  if (all.length === 0)
    throw new UsageError(`${store.where} has no experiments; submit one with scalearn run --queue`);
  return withTemporaryFolder(async (scratch) => {
    const folders: string[] = [];
    for (const name of all) folders.push(await download(store, name, { scratch, signal }));
    return work(folders);
  });
}

/** Lays an experiment out as `scalearn run` does. @returns its folder */
async function download(
  store: ResultStore,
  name: string,
  { scratch, signal }: { readonly scratch: string; readonly signal: AbortSignal },
): Promise<string> {
  const { jobs, note } = await storedPlan(store, name);
  if (note === undefined)
    throw new UsageError(
      `${store.where}: ${name} was not submitted by scalearn run; there is no report of it`,
    );
  const folder = join(scratch, name);
  const path = join(folder, indexFileName);
  await writeFileAtomic(path, note);
  const index = await readExperimentIndex(folder);
  if (!index) throw new UsageError(`${store.where}: the plan of ${name} is empty; submit it again`);
  const done = await store.results.has(jobs.map(({ key }) => key));
  const runs: IndexedRun[] = [];
  const fetched = new Map<string, IndexedRun>();
  for (const run of index.runs) {
    signal.throwIfAborted();
    // One model can be reported under several names.
    const known = fetched.get(run.id);
    const now: IndexedRun = { ...run, ...(known ? stateIn(known) : await fetch(store, run, done, scratch)) };
    fetched.set(run.id, now);
    runs.push(now);
  }
  await writeFileAtomic(path, JSON.stringify({ ...index, runs } satisfies ExperimentIndex));
  return folder;
}

type State = Pick<IndexedRun, 'folder' | 'state' | 'error'>;

const stateIn = ({ folder, state, error }: IndexedRun): State => ({
  ...{ folder, state },
  ...(error !== undefined && { error }),
});

async function fetch(
  store: ResultStore,
  { id }: IndexedRun,
  done: ReadonlySet<string>,
  scratch: string,
): Promise<State> {
  const folder = `../models/${id}`;
  if (done.has(id)) {
    await store.results.download(id, join(scratch, 'models', id));
    return { folder, state: 'done' };
  }
  const mark = await store.marks.get(id);
  return mark ? { folder, state: 'failed', error: mark.reason } : { folder, state: 'missing' };
}

/** Returns the name of an experiment in a store: that of its file, without its extension. */
export const experimentName = (file: string): string => basename(file).replace(/\.ya?ml$/, '');

/** Reads the plan that was submitted last under a name. @throws UsageError that lists what there is */
export async function storedPlan(store: ResultStore, name: string): Promise<StoredPlan> {
  const plan = await store.getPlan(name);
  if (plan) return plan;
  const names = await store.listPlans();
  const hint =
    names.length === 0
      ? 'there is none yet; submit one with scalearn run --queue'
      : `there are ${names.join(', ')}`;
  throw new UsageError(`${store.where} has no experiment ${name}; ${hint}`);
}

/** Returns the jobs of all plans of a store, each once. */
export async function storedJobs(store: ResultStore): Promise<Job[]> {
  const jobs = new Map<string, Job>();
  for (const name of await store.listPlans())
    for (const job of (await store.getPlan(name))?.jobs ?? []) jobs.set(job.key, job);
  return [...jobs.values()];
}
