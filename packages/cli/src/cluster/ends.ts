import { setTimeout } from 'node:timers/promises';
import type { ScheduledJob } from '@scalearn/cluster';
import type { ExperimentEvent, JobFailure, Plan } from '@scalearn/experiments';
import type { Places } from './places.ts';
import { lastStep } from './progress.ts';

/** Milliseconds between two looks at the steps of what runs. */
const lookInterval = 10_000;

/** Milliseconds that NFS may hide a new file from other machines, by its defaults. */
const longestAppearance = 60_000;

export interface EndsOptions extends Pick<Places, 'store' | 'scheduler'> {
  onEvent(event: ExperimentEvent): void;
  /** Milliseconds to wait for the result of a job that succeeded. Default 60,000. */
  readonly appearance?: number | undefined;
}

/** How the jobs of a plan end. */
export class Ends {
  readonly #runs: ReadonlyMap<string, Plan['runs'][number]>;
  readonly #options: EndsOptions;
  readonly #waiting = new Map<string, (failure: JobFailure | undefined) => void>();
  readonly #running = new Set<string>();
  /** When a job that has no result was first seen to have succeeded. */
  readonly #succeeded = new Map<string, number>();
  #looked = performance.now();

  constructor({ runs }: Pick<Plan, 'runs'>, options: EndsOptions) {
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
    if (!mark && this.#mayAppear(key, scheduled)) return;
    const { state, reason } = mark ?? scheduled ?? {};
    const message =
      reason === undefined
        ? `it is ${state ?? 'unknown'} in ${scheduler.where} and has no result; the same command submits it again`
        : `${state}: ${reason}`;
    this.#waiting.get(key)?.({ error: 'JobError', message });
  }

  /** Whether a job has just succeeded: on a network file system, other machines see its result some time later. */
  #mayAppear(key: string, scheduled: ScheduledJob | undefined): boolean {
    if (scheduled?.state !== 'done') return false;
    const since = this.#succeeded.get(key) ?? performance.now();
    this.#succeeded.set(key, since);
    return performance.now() - since < (this.#options.appearance ?? longestAppearance);
  }

  async #showStep(key: string): Promise<void> {
    const { store, onEvent } = this.#options;
    const attempt = await store.attempts.open(key);
    const last = attempt && (await lastStep(store, key, attempt.name));
    const run = this.#runs.get(key);
    if (run && last) onEvent({ event: 'training', run, training: last });
  }
}
