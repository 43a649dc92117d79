// One experiment under faults that a seed draws, and the check of its history.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Queue } from '../../src/queue/queue.ts';
import { openStore, type ResultStore } from '../../src/store/store.ts';
import { submitPlan } from '../../src/submit.ts';
import type { WorkEvent } from '../../src/worker/events.ts';
import { type BucketServer, bucketEnvironment } from '../support/bucket-server.ts';
import type { Database } from '../support/database.ts';
import { expectedModels } from '../support/expected-models.ts';
import { modelName } from '../support/fake-model.ts';
import { type History, violations } from '../support/history.ts';
import { type FaultyProxy, startProxy } from '../support/proxy.ts';
import { silenceOf } from '../support/silence.ts';
import { Fleet } from './fleet.ts';
import { drawPlan } from './plan.ts';
import { Draw } from './random.ts';
import { makeSmallDisk } from './small-disk.ts';

const kinds = [
  'kill',
  'freeze',
  'terminate',
  'database-restart',
  'store-fails',
  'store-hangs',
  'clock-step',
  'second-submission',
  'older-worker',
] as const;

export interface SeedOptions {
  readonly database: Database;
  /** Without it, all seeds use a folder. */
  readonly bucket?: BucketServer | undefined;
  /** Seconds without a sign of life; a freeze is 4.5 times as long. */
  readonly heartbeatSeconds: number;
  readonly faults: number;
  readonly width: number;
}

export interface SeedReport {
  readonly seed: number;
  readonly store: 'folder' | 'bucket';
  readonly faults: readonly string[];
  readonly jobs: number;
  readonly starts: number;
  /** Trainings that began again from a checkpoint. */
  readonly resumed: number;
  readonly interrupted: number;
  /** Times that a worker gave no sign of life for too long: frozen ones, and on a machine that is too busy. */
  readonly silent: number;
  readonly seconds: number;
  readonly violations: readonly string[];
}

/** Runs one seed to its end. */
export async function runSeed(seed: number, options: SeedOptions): Promise<SeedReport> {
  const { database, bucket, heartbeatSeconds } = options;
  const began = performance.now();
  const draw = new Draw(seed);
  const usesBucket = bucket !== undefined && seed % 2 === 0;
  const scratch = mkdtempSync(join(tmpdir(), `scalearn-seed-${seed}-`));
  const disk = usesBucket ? undefined : makeSmallDisk(32);
  const name = `seed-${seed}-${Date.now()}`;
  let proxy: FaultyProxy | undefined;
  if (usesBucket) {
    await bucket.createBucket(name);
    proxy = await startProxy(bucket.url);
  }
  const location = usesBucket ? `s3://${name}/runs` : join(disk?.folder ?? scratch, 'store');
  const log = join(scratch, 'log.jsonl');
  const url = database.create(name);
  const fleet = new Fleet({
    ...{ database: url, store: location, environment: bucketEnvironment(proxy?.url ?? '') },
    ...{ numerics: '1', heartbeatSeconds, pause: 150, log, scratch },
  });
  const store = await openStore(location, { environment: bucketEnvironment(bucket?.url ?? '') });
  const queue = await Queue.open(url, { numerics: '1', heartbeatSeconds });
  const jobs = drawPlan(draw, options.width);
  let isKept = false;
  try {
    await submitPlan(store, queue, jobs);
    for (let i = 0; i < 3; i++) fleet.start(draw.integer(1, 2));
    const faults: string[] = [];
    let interrupted = 0;
    const hit = async (kind: (typeof kinds)[number]): Promise<void> => {
      if (kind === 'kill') interrupted += fleet.hit((from) => draw.pick(from), 'SIGKILL');
      if (kind === 'terminate') interrupted += fleet.hit((from) => draw.pick(from), 'SIGTERM');
      if (kind === 'freeze') interrupted += fleet.freeze((from) => draw.pick(from), 4500 * heartbeatSeconds);
      if (kind === 'database-restart') {
        interrupted += fleet.jobs;
        await database.restart(draw.integer(0, 1000));
      }
      if (kind === 'store-fails' || kind === 'store-hangs') {
        if (proxy) proxy.fault = () => (kind === 'store-fails' ? '500' : 'hang');
        disk?.fill();
        await setTimeout(draw.integer(300, 2000));
        if (proxy) proxy.fault = () => 'none';
        disk?.empty();
      }
      if (kind === 'clock-step')
        fleet.start(1, { clockStep: draw.pick([-1, 1]) * draw.integer(1, 48) * 3_600_000 });
      if (kind === 'second-submission') await Promise.all([1, 2].map(() => submitPlan(store, queue, jobs)));
      if (kind === 'older-worker') fleet.start(1, { numerics: '0' });
    };
    while (!existsSync(log)) await setTimeout(50);
    for (let i = 0; i < options.faults; i++) {
      await setTimeout(draw.integer(200, 1500));
      const kind = draw.pick(kinds);
      faults.push(kind);
      await hit(kind);
      // Others take the place of those that went.
      while (fleet.living < 3) fleet.start(draw.integer(1, 2));
    }
    const deadline = performance.now() + 240_000;
    while (!(await queue.isEmpty()) || fleet.areFrozen) {
      if (performance.now() > deadline) break;
      while (fleet.living < 2) fleet.start(2);
      await setTimeout(100);
    }
    // One that woke up may still be about to commit.
    await setTimeout(500);
    await fleet.stop('SIGTERM');
    const events = readLog(log);
    const silent = countSilences(log);
    const history: History = {
      jobs,
      events,
      results: await readResults(
        store,
        jobs.map(({ key }) => key),
        scratch,
      ),
      expected: expectedModels(jobs),
      // On a machine that is too busy, a worker may be silent for too long without a fault.
      interrupted: interrupted + silent,
    };
    const states = [...(await queue.states())].filter(([, { state }]) => state !== 'done');
    const found = [
      ...violations(history),
      ...states.map(([key, { state }]) => `${key} is ${state} in the queue`),
      ...fleet.failures,
    ];
    // What is needed to understand it stays.
    isKept = found.length > 0;
    return {
      ...{ seed, store: usesBucket ? 'bucket' : 'folder', faults, jobs: jobs.length, interrupted, silent },
      starts: events.filter(({ event }) => event === 'start').length,
      resumed: events.filter((event) => event.event === 'start' && event.resumed !== undefined).length,
      seconds: Math.round((performance.now() - began) / 100) / 10,
      violations: isKept ? [...found, `the log is ${log}`] : [],
    };
  } finally {
    await fleet.stop('SIGKILL');
    await queue.close();
    await proxy?.stop();
    disk?.remove();
    if (!isKept) rmSync(scratch, { recursive: true, force: true });
  }
}

/** Counts the times that workers were silent for too long. */
export function countSilences(log: string): number {
  const file = silenceOf(log);
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0;
}

export function readLog(file: string): WorkEvent[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line): WorkEvent => JSON.parse(line));
}

export async function readResults(
  store: ResultStore,
  keys: readonly string[],
  scratch: string,
): Promise<History['results']> {
  const found = new Map<string, { attempt: string; model: Uint8Array }>();
  for (const key of keys) {
    if (!(await store.results.read(key))) continue;
    const folder = mkdtempSync(join(scratch, 'result-'));
    const { attempt } = await store.results.download(key, folder);
    found.set(key, { attempt, model: readFileSync(join(folder, modelName)) });
  }
  return found;
}
