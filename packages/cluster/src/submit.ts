import { ArgumentError } from '@scalearn/core';
import { checkJobs, type Job, parentsFirst } from './job.ts';
import type { Scheduler, Submission } from './scheduler.ts';
import { atOnce } from './store/access.ts';
import type { ResultStore } from './store/store.ts';

/** What became of each job of a plan that was submitted. */
export interface PlanSubmission extends Submission {
  /** Keys of the jobs whose result is in the store. */
  readonly done: readonly string[];
}

/**
 * Submits a plan: queues the jobs that have no result in the store and are not queued yet. It may be repeated, and by several
 * machines at once. Jobs that failed or were cancelled are tried anew.
 *
 * @throws ArgumentError, StoreError, QueueError; nothing is then queued, or all of it
 */
export async function submitPlan(
  store: ResultStore,
  scheduler: Scheduler,
  jobs: readonly Job[],
): Promise<PlanSubmission> {
  checkJobs(jobs);
  const done = await store.results.has(jobs.map(({ key }) => key));
  await store.forgive(jobs.filter(({ key }) => !done.has(key)).map(({ key }) => key));
  return { ...(await scheduler.submit(jobs, { done })), done: [...done] };
}

/**
 * Tries jobs of a plan anew that failed or were cancelled, with what they need, and with the jobs that were cancelled
 * because of them. Other jobs that failed stay so.
 */
export async function retryJobs(
  store: ResultStore,
  scheduler: Scheduler,
  jobs: readonly Job[],
  keys: readonly string[],
): Promise<PlanSubmission> {
  checkJobs(jobs);
  const unknown = keys.find((key) => !jobs.some((job) => job.key === key));
  if (unknown !== undefined) throw new ArgumentError(`there is no job ${unknown} in the plan; check its key`);
  const done = await store.results.has(jobs.map(({ key }) => key));
  const states = await scheduler.states();
  const only = new Set(keys);
  const order = parentsFirst(jobs);
  for (const { key, parents } of order.toReversed())
    if (only.has(key)) for (const parent of parents) only.add(parent);
  const isOpen = (key: string): boolean =>
    only.has(key) || done.has(key) || ['waiting', 'ready', 'running'].includes(states.get(key)?.state ?? '');
  for (const { key, parents } of order)
    if (parents.some((parent) => only.has(parent)) && parents.every(isOpen)) only.add(key);
  await store.forgive([...only].filter((key) => !done.has(key)));
  return { ...(await scheduler.submit(jobs, { done, only })), done: [...done] };
}

/**
 * Cancels jobs and those that need them. Results stay.
 *
 * @param reason who cancelled them, and why
 * @returns keys of the jobs that were cancelled
 */
export async function cancelJobs(
  store: ResultStore,
  scheduler: Scheduler,
  keys: readonly string[],
  reason: string,
): Promise<string[]> {
  const cancelled = await scheduler.cancel(keys);
  await atOnce(cancelled, (key) => store.marks.put(key, { state: 'cancelled', reason }));
  return cancelled;
}
