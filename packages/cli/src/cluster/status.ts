import type { JobStatus as ClusterStatus, Job, ResultStore, Scheduler } from '@scalearn/cluster';
import type { StepEvent } from '@scalearn/experiments';
import type { Cluster } from './load.ts';
import { lastStep } from './progress.ts';

/** What becomes of a job of an experiment. */
export interface JobStatus {
  readonly key: string;
  /** `unqueued`: it has no result, and the scheduler does not know it. */
  readonly state: Exclude<ClusterStatus['state'], 'ready'>;
  /** Name of the worker that trains it: its machine and its process. */
  readonly worker?: string | undefined;
  /** When its attempt began, in milliseconds since 1970. */
  readonly since?: number | undefined;
  /** The last step of a training that runs, some seconds ago; undefined before the first. */
  readonly last?: StepEvent | undefined;
  /** Kind of the device that must train it, while it waits; by default every kind may. */
  readonly deviceKind?: string | undefined;
  /** Why it failed or was cancelled. */
  readonly reason?: string | undefined;
}

/**
 * Returns what becomes of each job.
 *
 * @param scheduler says what runs and what waits; without it, attempts that have no end count as running, though their worker may be dead
 */
export async function statusOf(
  jobs: readonly Job[],
  { planStatus }: Pick<Cluster, 'planStatus'>,
  store: ResultStore,
  scheduler: Scheduler | undefined,
): Promise<JobStatus[]> {
  const kinds = new Map(jobs.map(({ key, deviceKind }) => [key, deviceKind]));
  const all = await planStatus(store, scheduler, jobs);
  return Promise.all(
    all.map(async ({ key, state, worker, attempt, started: since, reason }): Promise<JobStatus> => {
      if (state === 'waiting' || state === 'ready')
        return { key, state: 'waiting', deviceKind: kinds.get(key) };
      const last = attempt === undefined ? undefined : await lastStep(store, key, attempt);
      return { key, state, worker, since, last, reason };
    }),
  );
}

/** Returns the expected seconds until a training ends, if it goes on as it did; undefined before its first step. */
export function secondsLeft(
  { since, last }: Pick<JobStatus, 'since' | 'last'>,
  now: number,
): number | undefined {
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
