import { afterAll, describe, expect, test } from 'vitest';
import { allFound } from './harness/found.ts';
import { replay, runTarget } from './harness/run-target.ts';
import { WorkerHandle } from './harness/worker-handle.ts';
import { targets } from './targets.ts';

const seed = 20260101;
const runs = 2000;

/** One after the other: each input may take a second of a core that it has to itself. */
const worker = new WorkerHandle();
afterAll(() => worker.close());

describe('every input of a parser gives a value or a named error', () => {
  test.for(Object.keys(targets))('%s', { timeout: 300_000 }, async (name) => {
    const valid = await worker.run({ order: 'valid', target: name });
    expect(valid.failure?.detail).toBeUndefined();
    expect(valid.read).toBeGreaterThan(0);
    const report = await runTarget(name, { runs }, seed, worker);
    const faults = report.failures.map(({ kind, detail, count }) => `${count} × ${kind}\n${detail}`);
    expect(faults, `npm run fuzz -- ${name} 60 ${seed} keeps the inputs`).toEqual([]);
    expect(report.runs).toBe(runs);
    // Neither all garbage nor all harmless: otherwise nothing is tried.
    expect(report.refused).toBeGreaterThan(0);
  });
});

describe('what once failed does not fail again', () => {
  test.each(allFound())('$name', async ({ target, files }) => {
    const failure = await replay(target, files, worker);
    expect(failure && `${failure.kind}\n${failure.detail}`).toBeUndefined();
  });
});
