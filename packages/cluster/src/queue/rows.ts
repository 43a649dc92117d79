import { createHash } from 'node:crypto';
import type { Db, JobWithMetadata, PgBoss } from 'pg-boss';
import * as v from 'valibot';
import { type Job, jobSchema } from '../job.ts';
import type { JobState, ScheduledJob } from '../scheduler.ts';

/** A job of the queue. */
export interface QueuedJob extends ScheduledJob {
  /** What to train. */
  readonly job: Job;
  /** When its last attempt began; undefined before the first. */
  readonly started: Date | undefined;
}

/** A row of the queue's table. */
export interface Row extends QueuedJob {
  readonly id: string;
  readonly retryCount: number;
}

/** Most rows that pg-boss returns at once. */
const largestPage = 100_000;

const dataSchema = v.object({ job: jobSchema });

/** Returns the job of a row; undefined if the row was not made by {@link rowOf}. */
export function jobOf(
  queue: string,
  { id, data }: { readonly id: string; readonly data: unknown },
): Job | undefined {
  const { success, output } = v.safeParse(dataSchema, data);
  return success && idOf(queue, output.job.key) === id ? output.job : undefined;
}

/** Returns what pg-boss needs to insert a job. */
export function rowOf(
  queue: string,
  job: Job,
): { id: string; singletonKey: string; data: { job: Job }; group?: { id: string } } {
  const row = { id: idOf(queue, job.key), singletonKey: job.key, data: { job } };
  // Workers leave the groups of other kinds.
  return job.deviceKind === undefined ? row : { ...row, group: { id: job.deviceKind } };
}

/** Returns the id of a key in the queue, so that a job is there once: a UUID of our own making (version 8). */
export function idOf(queue: string, key: string): string {
  const hex = createHash('sha256').update(`${queue}\n${key}`).digest('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`];
  return [...parts, hex.slice(20, 32)].join('-');
}

/** Returns all jobs of a queue. */
export async function readRows(boss: PgBoss, queue: string, db: Db): Promise<Row[]> {
  const rows: Row[] = [];
  let after: string | undefined;
  do {
    const options = { db, limit: largestPage, ...(after === undefined ? {} : { after }) };
    const page = await boss.findJobs<unknown>(queue, options);
    for (const each of page) {
      const job = jobOf(queue, each);
      const { id, retryCount, startedOn } = each;
      if (job) rows.push({ job, id, retryCount, state: stateOf(each), started: startedOn ?? undefined });
    }
    after = page.length === largestPage ? page.at(-1)?.id : undefined;
  } while (after !== undefined);
  return rows;
}

function stateOf({ state, blocked }: Pick<JobWithMetadata, 'state' | 'blocked'>): JobState {
  if (state === 'active') return 'running';
  if (state === 'completed') return 'done';
  if (state === 'failed' || state === 'cancelled') return state;
  return blocked ? 'waiting' : 'ready';
}
