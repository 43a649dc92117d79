import type { Job } from './job.ts';
import { isLive, type JobState, type Scheduler } from './scheduler.ts';
import { atOnce } from './store/access.ts';
import type { ResultStore } from './store/store.ts';

/** How far a job of a plan is. */
export interface JobStatus {
  /** The job's key. */
  readonly key: string;
  /** `unqueued`: it has no result, and the scheduler does not know it. */
  readonly state: JobState | 'unqueued';
  /** The worker that trains it; undefined unless it runs. */
  readonly worker: string | undefined;
  /** Name of the attempt that runs; undefined unless it runs. */
  readonly attempt: string | undefined;
  /** When the running attempt began: milliseconds since 1970, of the worker's clock. It is undefined unless the job runs. */
  readonly started: number | undefined;
  /** Why it failed or was cancelled; undefined if it did not, or if nobody knows. */
  readonly reason: string | undefined;
}

/**
 * Returns how far each job of a plan is. The store says what is done, and the scheduler what runs and waits. What neither
 * runs nor waits failed or was cancelled as the store says, or else as the scheduler says.
 *
 * @param scheduler without it, a job runs if an attempt has begun and not ended, whether or not its worker is alive, and others wait
 */
export async function planStatus(
  store: ResultStore,
  scheduler: Pick<Scheduler, 'states'> | undefined,
  jobs: readonly Job[],
): Promise<JobStatus[]> {
  const done = await store.results.has(jobs.map(({ key }) => key));
  const states = await scheduler?.states();
  const look = async ({ key, parents }: Job): Promise<JobStatus> => {
    const none = { key, worker: undefined, attempt: undefined, started: undefined, reason: undefined };
    if (done.has(key)) return { ...none, state: 'done' };
    const scheduled = states?.get(key);
    const isOpen = scheduled !== undefined && isLive(scheduled);
    const mark = isOpen ? undefined : await store.marks.get(key);
    if (mark) return { ...none, ...mark };
    const mayRun = states === undefined || scheduled?.state === 'running';
    const attempt = mayRun ? await store.attempts.open(key) : undefined;
    if (attempt)
      return {
        ...{ ...none, state: 'running', worker: attempt.worker, attempt: attempt.name },
        started: attempt.time,
      };
    if (isOpen) return { ...none, state: scheduled.state };
    if (states === undefined)
      return { ...none, state: parents.every((parent) => done.has(parent)) ? 'ready' : 'waiting' };
    if (scheduled?.state === 'failed' || scheduled?.state === 'cancelled')
      return { ...none, state: scheduled.state, reason: scheduled.reason };
    // Also one that the scheduler believes to be done.
    return { ...none, state: 'unqueued', reason: 'submit the experiment again' };
  };
  const found = new Map<string, JobStatus>();
  await atOnce(jobs, async (job) => void found.set(job.key, await look(job)));
  return jobs.flatMap(({ key }) => found.get(key) ?? []);
}
