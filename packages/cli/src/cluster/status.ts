import type { Job, ResultStore, Scheduler } from '@scalearn/cluster';
import { type RunningJob, runningJob } from './progress.ts';

/** What becomes of a job of an experiment. */
export interface JobStatus extends Partial<RunningJob> {
  readonly key: string;
  /** `unqueued`: it has no result, and the scheduler does not know it. */
  readonly state: 'done' | 'running' | 'waiting' | 'failed' | 'cancelled' | 'unqueued';
  /** Kind of the device that must train it, while it waits; by default every kind may. */
  readonly deviceKind?: string;
  /** Why it failed or was cancelled. */
  readonly reason?: string;
}

/** Number of jobs that are looked at side by side. */
const lanes = 16;

/**
 * Returns what becomes of each job.
 *
 * @param scheduler says what runs and what waits; without it, attempts that have no end count as running, though their worker may be dead
 */
export async function statusOf(
  jobs: readonly Job[],
  store: ResultStore,
  scheduler: Scheduler | undefined,
): Promise<JobStatus[]> {
  const done = await store.results.has(jobs.map(({ key }) => key));
  const states = await scheduler?.states();
  const look = async ({ key, deviceKind }: Job): Promise<JobStatus> => {
    if (done.has(key)) return { key, state: 'done' };
    const { state: queued, reason } = states?.get(key) ?? {};
    const isLive = queued === 'running' || queued === 'waiting' || queued === 'ready';
    const mark = isLive ? undefined : await store.marks.get(key);
    if (mark) return { key, ...mark };
    const running = states === undefined || queued === 'running' ? await runningJob(store, key) : undefined;
    if (running || queued === 'running') return { key, state: 'running', ...running };
    if (states === undefined || isLive)
      return { key, state: 'waiting', ...(deviceKind !== undefined && { deviceKind }) };
    return queued === 'failed' || queued === 'cancelled'
      ? { key, state: queued, ...(reason !== undefined && { reason }) }
      : { key, state: 'unqueued', reason: 'submit the experiment again' };
  };
  const all = new Map<string, JobStatus>();
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let job = jobs[next++]; job; job = jobs[next++]) all.set(job.key, await look(job));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return jobs.flatMap(({ key }) => all.get(key) ?? []);
}

/** Returns the expected seconds until a training ends, if it goes on as it did; undefined before its first step. */
export function secondsLeft({ since, last }: Partial<RunningJob>, now: number): number | undefined {
  if (since === undefined || last === undefined || last.step === 0) return undefined;
  return (Math.max(0, now - since) / 1000) * (last.steps / last.step - 1);
}

/** How much is left of an experiment. */
export interface TrainingLeft {
  /** Seconds that all models take one after the other. */
  readonly seconds: number;
  /** Number of models that are trained now. */
  readonly atOnce: number;
}

/**
 * Returns how much is left of the models that wait or run.
 *
 * @param expected seconds of each training; undefined if nothing is known
 */
export function trainingLeft(
  jobs: readonly JobStatus[],
  expected: ReadonlyMap<string, number> | undefined,
  now: number,
): TrainingLeft | undefined {
  const open = jobs.filter(({ state }) => state === 'running' || state === 'waiting');
  if (!expected || open.length === 0) return undefined;
  const leftOf = (job: JobStatus): number => {
    const elapsed = job.since === undefined ? 0 : (now - job.since) / 1000;
    return secondsLeft(job, now) ?? Math.max(0, (expected.get(job.key) ?? 0) - elapsed);
  };
  return {
    seconds: open.reduce((sum, job) => sum + leftOf(job), 0),
    atOnce: open.filter(({ state }) => state === 'running').length,
  };
}
