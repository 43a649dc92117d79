import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { ArgumentError } from '@scalearn/core';
import { descendantsOf, type Job } from '../job.ts';
import type { ResultStore } from '../store/store.ts';
import { AttemptRun } from './attempt.ts';
import type { WorkEvent } from './events.ts';
import type { Holder } from './heartbeat.ts';
import { Parents } from './parents.ts';
import { makeScratch } from './scratch.ts';
import type { Train } from './train.ts';
import type { WorkOptions } from './work.ts';

/** What a worker of one job is given. */
export interface AloneOptions
  extends Pick<WorkOptions, 'worker' | 'signal' | 'scratch' | 'cacheBytes' | 'onEvent'> {
  /** Where it brings the result. */
  readonly store: ResultStore;
  /** How it trains. */
  readonly train: Train;
  /** Kind of the device of this worker, such as `webgpu` or `onnx`. */
  readonly deviceKind: string;
}

/** What became of a job: `unfinished` if a later attempt goes on with it, `cancelled` if somebody did not want it meanwhile. */
export type AloneEnd = 'done' | 'failed' | 'cancelled' | 'unfinished';

/** Seconds between three looks for whether the job was cancelled. */
const heartbeatSeconds = 30;

/**
 * Trains one job of a plan without a queue: whoever calls it, such as Slurm, decides when, and where to go on after an end
 * that was `unfinished`.
 *
 * @param jobs of the plan, of which those that need the job are cancelled if it fails
 * @throws ArgumentError if there is no such job; StoreError if the store stays away
 */
export async function workAlone(key: string, jobs: readonly Job[], options: AloneOptions): Promise<AloneEnd> {
  const job = jobs.find((each) => each.key === key);
  if (!job) throw new ArgumentError(`there is no job ${key} in the plan; check its key`);
  const { store, train, deviceKind, worker = `${hostname()}-${process.pid}` } = options;
  const { signal = new AbortController().signal, cacheBytes = 10e9, onEvent } = options;
  if ((job.deviceKind ?? deviceKind) !== deviceKind)
    throw new ArgumentError(`${key} must be trained on ${job.deviceKind}, and this worker has ${deviceKind}`);
  const mark = await store.marks.get(key);
  if (mark) return mark.state;
  const holder = new OneJob(jobs, store);
  const scratch = await makeScratch(options.scratch);
  const taken = { job, id: key, retryCount: (await store.attempts.list(key)).length };
  try {
    await new AttemptRun(taken, {
      ...{ queue: holder, store, train, worker, deviceKind, scratch, signal },
      parents: new Parents(store, join(scratch, 'parents'), cacheBytes),
      ...{ retrySeconds: 0, logInterval: 10_000 },
      onEvent: (event) => onEvent?.({ worker, time: Date.now(), ...event } satisfies WorkEvent),
    }).run();
    return holder.end;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Holds the only job of a worker: nobody else takes it, and only a mark in the store ends it. */
class OneJob implements Holder {
  readonly heartbeatSeconds: number = heartbeatSeconds;
  end: AloneEnd = 'unfinished';
  readonly #jobs: readonly Job[];
  readonly #store: ResultStore;

  constructor(jobs: readonly Job[], store: ResultStore) {
    this.#jobs = jobs;
    this.#store = store;
  }

  async heartbeat({ job }: { readonly job: Job }): Promise<boolean> {
    const isWanted = (await this.#store.marks.get(job.key)) === undefined;
    if (!isWanted) this.end = 'cancelled';
    return isWanted;
  }

  async complete(): Promise<boolean> {
    this.end = 'done';
    return true;
  }

  async handBack(): Promise<void> {}

  async fail({ job }: { readonly job: Job }): Promise<string[]> {
    this.end = 'failed';
    const done = await this.#store.results.has(this.#jobs.map(({ key }) => key));
    return descendantsOf(this.#jobs, [job.key]).filter((key) => !done.has(key));
  }
}
