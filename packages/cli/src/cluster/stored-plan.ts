import { basename } from 'node:path';
import type { Job, ResultStore, StoredPlan } from '@scalearn/cluster';
import { UsageError } from '@scalearn/experiments';

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
