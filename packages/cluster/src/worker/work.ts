import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { QueueError } from '../errors.ts';
import type { Queue } from '../queue/queue.ts';
import type { ResultStore } from '../store/store.ts';
import { AttemptRun } from './attempt.ts';
import type { JobEvent, WorkEvent } from './events.ts';
import { Parents } from './parents.ts';
import { makeScratch } from './scratch.ts';
import type { Train } from './train.ts';

/** What a worker is given. */
export interface WorkOptions {
  /** Where it takes jobs. */
  readonly queue: Queue;
  /** Where it brings results. */
  readonly store: ResultStore;
  /** How it trains. */
  readonly train: Train;
  /** Kind of the device of this worker, such as `webgpu` or `onnx`. */
  readonly deviceKind: string;
  /** Name of this worker. Default: the machine's name and the process id. */
  readonly worker?: string | undefined;
  /** Trainings at once. Default 1. */
  readonly jobs?: number | undefined;
  /** Ends the work: trainings save a checkpoint, and their jobs are handed back. Without it, the work goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Whether to leave when all jobs have ended. By default the worker waits for more. */
  readonly untilEmpty?: boolean | undefined;
  /** Folder for files of this machine. Default: that of the system for temporary files. */
  readonly scratch?: string | undefined;
  /** Bytes of results of parents that are kept on this machine. Default 10 GB. */
  readonly cacheBytes?: number | undefined;
  /** Seconds between two questions for a job. Default 2. */
  readonly pollSeconds?: number | undefined;
  /** Seconds until a job is looked at again whose parents have no result, or which this worker could not do. Default 30. */
  readonly retrySeconds?: number | undefined;
  /** Receives what happens. By default nobody does. */
  readonly onEvent?: ((event: WorkEvent) => void) | undefined;
}

/** Milliseconds between two uploads of a log. */
const logInterval = 10_000;

/** Milliseconds between two looks for jobs of other versions. */
const lookInterval = 30_000;

/**
 * Takes jobs and trains them, until it is stopped or, with `untilEmpty`, all jobs have ended. It may be killed at any moment.
 *
 * @throws StoreError or QueueError if the store or the database stays away; the jobs are then left to other workers
 */
export async function work(options: WorkOptions): Promise<void> {
  const { queue, store, train, deviceKind, jobs = 1, signal, untilEmpty = false } = options;
  const { worker = `${hostname()}-${process.pid}`, pollSeconds = 2, retrySeconds = 30 } = options;
  const emit = (event: JobEvent | { readonly event: 'other-version'; readonly numerics: string }): void =>
    options.onEvent?.({ worker, time: Date.now(), ...event });
  const scratch = await makeScratch(options.scratch);
  const broken = new AbortController();
  const stop = AbortSignal.any([broken.signal, ...(signal ? [signal] : [])]);
  const parents = new Parents(store, join(scratch, 'parents'), options.cacheBytes ?? 10e9);
  const context = { queue, store, train, deviceKind, worker, parents, scratch, signal: stop };
  const named = new Set<string>();
  let looked = Number.NEGATIVE_INFINITY;
  const nameOthers = async (): Promise<void> => {
    if (performance.now() - looked < lookInterval) return;
    looked = performance.now();
    for (const { format, numerics } of await queue.otherVersions()) {
      const version = `${format}/${numerics}`;
      if (!named.has(version)) emit({ event: 'other-version', numerics: version });
      named.add(version);
    }
  };
  const lane = async (): Promise<void> => {
    while (!stop.aborted) {
      const taken = await queue.take(deviceKind, stop).catch((error: unknown) => {
        if (stop.aborted) return undefined;
        throw error;
      });
      if (taken) {
        await new AttemptRun(taken, { ...context, retrySeconds, logInterval, onEvent: emit }).run();
        continue;
      }
      if (stop.aborted) return;
      await nameOthers();
      if (untilEmpty && (await queue.isEmpty(deviceKind))) return;
      // Workers that began together do not ask together.
      const pause = 1000 * pollSeconds * (0.5 + Math.random());
      await setTimeout(pause, undefined, { signal: stop }).catch(() => {});
    }
  };
  const guarded = (): Promise<void> =>
    lane().catch((error: unknown) => {
      // Without the database, trainings go on to their results. Without the store there are none.
      if (!(error instanceof QueueError)) broken.abort();
      throw error;
    });
  try {
    const ends = await Promise.allSettled(Array.from({ length: jobs }, guarded));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
