// A worker as a process of its own, which faults can hit: `fake-worker.ts CONFIG`, with CONFIG as JSON.
import { appendFileSync } from 'node:fs';
import { Queue, type TakenJob } from '../../src/queue/queue.ts';
import { openStore } from '../../src/store/store.ts';
import { work } from '../../src/worker/work.ts';
import { fakeTraining, simulated } from './fake-child.ts';
import { silenceOf } from './silence.ts';

export interface FakeWorker {
  readonly name: string;
  readonly database: string;
  readonly store: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly numerics: string;
  readonly heartbeatSeconds: number;
  readonly jobs: number;
  /** Milliseconds of each step; undefined for trainings without a process of their own, which only a simulation has. */
  readonly pause?: number | undefined;
  /** File to which all workers append what happens. */
  readonly log: string;
  readonly scratch: string;
  /** Milliseconds by which the clock is set forward or back after the second. */
  readonly clockStep: number;
}

const config: FakeWorker = JSON.parse(process.argv[2] ?? '');
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
if (config.clockStep !== 0) {
  const now = Date.now;
  setTimeout(() => {
    Date.now = () => now() + config.clockStep;
  }, 1000);
}

const store = await openStore(config.store, {
  environment: config.environment,
  patience: { first: 50, longest: 500, limit: 60_000 },
  timeout: 1000,
});
const queue = await Queue.open(config.database, {
  numerics: config.numerics,
  heartbeatSeconds: config.heartbeatSeconds,
  patience: { first: 50, longest: 500, limit: 60_000 },
});
noteSilence();
await work({
  ...{ queue, store, deviceKind: 'fake', worker: config.name, jobs: config.jobs, scratch: config.scratch },
  ...{
    train: config.pause === undefined ? simulated : fakeTraining(config.pause),
    signal: stop.signal,
    pollSeconds: 0.2,
    retrySeconds: 1,
  },
  onEvent: (event) => appendFileSync(config.log, `${JSON.stringify(event)}\n`),
});
await queue.close();
process.exit(0);

/** Measures the time between the signs of life of each job, with a clock that is not set. */
function noteSilence(): void {
  const last = new Map<string, number>();
  const { take, heartbeat, complete } = queue;
  const check = ({ id, job }: TakenJob): void => {
    const silence = performance.now() - (last.get(id) ?? performance.now());
    if (silence > 1000 * config.heartbeatSeconds)
      appendFileSync(silenceOf(config.log), `${job.key} ${silence}\n`);
    last.set(id, performance.now());
  };
  queue.take = async (signal) => {
    const before = performance.now();
    const taken = await take.call(queue, signal);
    if (taken) last.set(taken.id, before);
    return taken;
  };
  queue.heartbeat = async (taken) => {
    const isOurs = await heartbeat.call(queue, taken);
    check(taken);
    return isOurs;
  };
  queue.complete = async (taken) => {
    const isOurs = await complete.call(queue, taken);
    check(taken);
    return isOurs;
  };
}
