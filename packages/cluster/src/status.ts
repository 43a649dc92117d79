import type { Job } from './job.ts';
import type { JobState, Scheduler } from './scheduler.ts';
import { atOnce } from './store/access.ts';
import type { ResultStore } from './store/store.ts';

/** How far a job of a plan is. */
export interface JobStatus {
  /** The job's key. */
  readonly key: string;
  /** The store says what is done, failed and cancelled; the queue says the rest. */
  readonly state: JobState;
  /** The worker that trains it; undefined unless it runs. */
  readonly worker: string | undefined;
  /** When the running attempt began: milliseconds since 1970, of the worker's clock. It is undefined unless the job runs. */
  readonly started: number | undefined;
  /** Why it failed or was cancelled; undefined if it did not, or if nobody knows. */
  readonly reason: string | undefined;
}

/**
 * Returns how far each job of a plan is.
 *
 * @param queue without it, a job runs if an attempt has begun and not ended, whether or not its worker is alive
 */
export async function planStatus(
  store: ResultStore,
  queue: Pick<Scheduler, 'states'> | undefined,
  jobs: readonly Job[],
): Promise<JobStatus[]> {
  const done = await store.results.has(jobs.map(({ key }) => key));
  const queued = await queue?.states();
  const found = new Map<string, JobStatus>();
  await atOnce(jobs, async ({ key, parents }) => {
    const status = (state: JobState, rest: Partial<JobStatus> = {}): void =>
      void found.set(key, { key, state, worker: undefined, started: undefined, reason: undefined, ...rest });
    if (done.has(key)) return status('done');
    const mark = await store.marks.get(key);
    if (mark) return status(mark.state, { reason: mark.reason });
    const state = queued?.get(key)?.state;
    if (state === 'failed' || state === 'cancelled') return status(state);
    if (queue === undefined || state === 'running') {
      const attempts = await store.attempts.list(key);
      const open = attempts.filter(({ end }) => end === undefined).sort((a, b) => b.time - a.time)[0];
      if (open || state) return status('running', { worker: open?.worker, started: open?.time });
    }
    // Also one that the queue has lost, or believes to be done: it is there again after the next submission.
    status(parents.every((parent) => done.has(parent)) ? 'ready' : 'waiting');
  });
  return jobs.flatMap(({ key }) => found.get(key) ?? []);
}
