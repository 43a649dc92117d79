import { setTimeout } from 'node:timers/promises';
import type { ScheduledJob } from '@scalearn/cluster';
import {
  type DoJob,
  type ExperimentEvent,
  type JobFailure,
  type Plan,
  runExperiment,
} from '@scalearn/experiments';
import { downloadResult } from '../folders/download-result.ts';
import type { Places } from './places.ts';
import { runningJob } from './progress.ts';

/** Milliseconds between two looks at the steps of what runs. */
const lookInterval = 10_000;

export interface FollowOptions extends Pick<Places, 'store' | 'scheduler'> {
  /** Ends the following; workers go on. */
  readonly signal: AbortSignal;
  onEvent(event: ExperimentEvent): void;
}

/**
 * Follows an experiment that workers train, until every model is there or failed. Results are downloaded to the folders of the
 * plan, so that the experiment's folder is as if it had been trained here.
 *
 * @param folder for `experiment.json`
 */
export async function followExperiment(plan: Plan, folder: string, options: FollowOptions): Promise<void> {
  const { store, signal, onEvent } = options;
  const broken = new AbortController();
  const stop = AbortSignal.any([signal, broken.signal]);
  const ends = new Ends(plan, options);
  let last: Promise<unknown> = Promise.resolve();
  const doJob: DoJob = async ({ key }, { folderOf }) => {
    const failure = await ends.of(key, stop);
    if (failure) return failure;
    // One at a time: thousands may be there at once.
    const download = last.then(() => {
      stop.throwIfAborted();
      // What a killed process leaves there is removed when the experiment is run again.
      return downloadResult(store, key, { folder: folderOf(key), scratch: folder });
    });
    last = download.catch(() => {});
    await download;
    return undefined;
  };
  const watching = ends.watch(stop).catch((error: unknown) => {
    broken.abort(error);
    throw error;
  });
  watching.catch(() => {});
  try {
    await runExperiment(plan, folder, {
      ...{ command: doJob, jobs: Math.max(1, plan.runs.length), signal: stop },
      // It only says that the model is awaited; the scheduler says when a training begins.
      onEvent: (event) => event.event !== 'started' && onEvent(event),
    });
    if (broken.signal.aborted) throw broken.signal.reason;
  } finally {
    broken.abort();
    await watching.catch(() => {});
  }
}

/** How the jobs of a plan end. */
class Ends {
  readonly #runs: ReadonlyMap<string, Plan['runs'][number]>;
  readonly #options: FollowOptions;
  readonly #waiting = new Map<string, (failure: JobFailure | undefined) => void>();
  readonly #running = new Set<string>();
  #looked = performance.now();

  constructor({ runs }: Plan, options: FollowOptions) {
    this.#runs = new Map(runs.map((run) => [run.id, run]));
    this.#options = options;
  }

  /** @returns why the job failed; undefined if it has a result */
  of(key: string, stop: AbortSignal): Promise<JobFailure | undefined> {
    return new Promise((resolve, reject) => {
      const onStop = (): void => reject(stop.reason);
      if (stop.aborted) return onStop();
      stop.addEventListener('abort', onStop, { once: true });
      this.#waiting.set(key, (failure) => {
        stop.removeEventListener('abort', onStop);
        this.#waiting.delete(key);
        resolve(failure);
      });
    });
  }

  async watch(stop: AbortSignal): Promise<void> {
    const { scheduler } = this.#options;
    while (!stop.aborted) {
      const states = await scheduler.states();
      for (const key of [...this.#waiting.keys()]) await this.#look(key, states.get(key));
      if (performance.now() - this.#looked > lookInterval) {
        for (const key of this.#running) await this.#showStep(key);
        this.#looked = performance.now();
      }
      await setTimeout(1000 * scheduler.pollSeconds, undefined, { signal: stop }).catch(() => {});
    }
  }

  async #look(key: string, scheduled: ScheduledJob | undefined): Promise<void> {
    const { store, scheduler, onEvent } = this.#options;
    const run = this.#runs.get(key);
    if (scheduled?.state === 'running') {
      if (run && !this.#running.has(key)) onEvent({ event: 'started', run });
      this.#running.add(key);
      return;
    }
    this.#running.delete(key);
    if (scheduled?.state === 'waiting' || scheduled?.state === 'ready') return;
    if (await store.results.read(key)) return this.#waiting.get(key)?.(undefined);
    const mark = await store.marks.get(key);
    const { state, reason } = mark ?? scheduled ?? {};
    const message =
      reason === undefined
        ? `it is ${state ?? 'unknown'} in ${scheduler.where} and has no result; the same command submits it again`
        : `${state}: ${reason}`;
    this.#waiting.get(key)?.({ error: 'JobError', message });
  }

  async #showStep(key: string): Promise<void> {
    const { store, onEvent } = this.#options;
    const { last } = (await runningJob(store, key)) ?? {};
    const run = this.#runs.get(key);
    if (run && last) onEvent({ event: 'training', run, training: last });
  }
}
