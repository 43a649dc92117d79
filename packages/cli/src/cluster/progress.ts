import type { Attempt, ResultStore } from '@scalearn/cluster';
import type { StepEvent } from '@scalearn/experiments';

/** A training on some machine. */
export interface RunningJob {
  /** Name of the worker: its machine and its process. */
  readonly worker: string;
  /** When the attempt began, in milliseconds since 1970. */
  readonly since: number;
  /** The last step that its log holds, which is some seconds old; undefined before the first. */
  readonly last: StepEvent | undefined;
}

/** Finds the attempt to train a model that goes on. @returns undefined if there is none */
export async function runningJob(store: ResultStore, key: string): Promise<RunningJob | undefined> {
  const attempts = await store.attempts.list(key);
  const [last] = attempts.filter(({ end }) => end === undefined).sort((a, b) => b.time - a.time);
  if (!last) return undefined;
  return { worker: last.worker, since: last.time, last: await stepOf(store, key, last) };
}

async function stepOf(store: ResultStore, key: string, { name }: Attempt): Promise<StepEvent | undefined> {
  const log = await store.attempts.getLog(key, name);
  const line = log?.split('\n').findLast((each) => /^\{"event":"step".*\}$/.test(each));
  return line === undefined ? undefined : (JSON.parse(line) as StepEvent);
}
