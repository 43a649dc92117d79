import { afterAll, describe, test } from 'vitest';
import { allFound } from './harness/found.ts';
import { replay, runTarget } from './harness/run-target.ts';
import { WorkerPool } from './harness/worker-pool.ts';
import { targets } from './targets.ts';

const seed = 20260101;
const runs = 2000;

/** The limit of an input is CPU time of its thread, so that threads do not disturb each other. */
const pool = new WorkerPool(2);
afterAll(() => pool.close());

describe.concurrent('every input of a parser gives a value or a named error', () => {
  test.for(Object.keys(targets))('%s', { timeout: 300_000 }, async (name, { expect }) => {
    const [valid, report] = await pool.use(async (worker) => [
      await worker.run({ order: 'valid', target: name }),
      await runTarget(name, { runs }, seed, worker),
    ]);
    expect(valid.failure?.detail).toBeUndefined();
    expect(valid.read).toBeGreaterThan(0);
    const faults = report.failures.map(({ kind, detail, count }) => `${count} × ${kind}\n${detail}`);
    expect(faults, `npm run fuzz -- ${name} 60 ${seed} keeps the inputs`).toEqual([]);
    expect(report.runs).toBe(runs);
    // Some inputs must be refused and some accepted. Otherwise nothing is tested.
    expect(report.refused).toBeGreaterThan(0);
  });
});

describe('what once failed does not fail again', () => {
  test.for(allFound())('$name', async ({ target, files }, { expect }) => {
    const failure = await pool.use((worker) => replay(target, files, worker));
    expect(failure && `${failure.kind}\n${failure.detail}`).toBeUndefined();
  });
});
