// What `scalearn status` says of an experiment.
import type { StepEvent } from '@scalearn/experiments';
import { expect, test } from 'vitest';
import { type JobStatus, trainingLeft } from '../../src/cluster/status.ts';
import { statusText } from '../../src/output/status-text.ts';

const now = 1_000_000_000;
const last = { event: 'step', step: 25, steps: 100 } as StepEvent;
const jobs: JobStatus[] = [
  { key: 'done', state: 'done' },
  // A quarter of its steps in 100 seconds.
  { key: 'steps', state: 'running', worker: 'w1', since: now - 100_000, last },
  { key: 'begun', state: 'running', worker: 'w2', since: now - 100_000 },
  { key: 'late', state: 'running', worker: 'w3', since: now - 900_000 },
  { key: 'next', state: 'waiting' },
  { key: 'pinned', state: 'waiting', deviceKind: 'webgpu' },
  { key: 'broken', state: 'failed', reason: 'the loss is NaN' },
];
const expected = new Map(jobs.map(({ key }) => [key, 500]));

test('what is left is what steps say, or else what models of a kind took', () => {
  // 300 by its steps, 400 of 500, nothing, and twice 500.
  expect(trainingLeft(jobs, expected, now)).toEqual({ seconds: 1700, atOnce: 3 });
  expect(trainingLeft(jobs, undefined, now)).toBeUndefined();
  expect(trainingLeft(jobs.slice(0, 1), expected, now)).toBeUndefined();
});

test('the text counts, and names what runs, what waits for a device and what failed', () => {
  const text = statusText(jobs, now, trainingLeft(jobs, expected, now));
  expect(text.split('\n\n').slice(0, 3)).toEqual([
    '7 models: 1 done, 3 running, 2 waiting, 1 failed',
    'about 28:20 of training left, as the models that are done took, 9:27 if 3 go on at once',
    '1 model for workers with the device webgpu only',
  ]);
  expect(text).toMatch(/\nsteps +w1 +1:40 +25 of 100 +5:00\n/);
  expect(text).toMatch(/\nbroken +failed +the loss is NaN\n/);
});
