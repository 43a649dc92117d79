import { type DoJob, type ExperimentEvent, type Plan, runExperiment } from '@scalearn/experiments';
import { downloadResult } from '../folders/download-result.ts';
import { Ends } from './ends.ts';
import type { Places } from './places.ts';

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
