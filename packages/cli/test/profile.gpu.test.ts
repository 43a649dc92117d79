import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import type { Profile } from '../src/profile/measure-step.ts';
import { profileText } from '../src/profile/profile-output.ts';
import { profilePage } from '../src/profile/profile-page.ts';
import { events, run, start } from './support/run.ts';

const out = join(scratchFolder(), 'trace.json');
const step = [
  'profile',
  '--encoder',
  'mini',
  '--step',
  'predict',
  '--rows',
  '2',
  '--length',
  '9',
  '--runs',
  '1',
];

test('profile measures the work and the time of every dispatch', async () => {
  const outcome = await start([...step, '--out', out, '--json']).ended;
  expect(outcome.code, outcome.err).toBe(0);
  const [profile] = events<Profile>(outcome) as [Profile];
  const { kernels, peaks, milliseconds } = profile;
  expect(kernels.length).toBeGreaterThan(20);
  expect(kernels.filter(({ milliseconds }) => milliseconds > 0).length).toBeGreaterThan(kernels.length / 2);
  expect(kernels.filter(({ label, flops }) => label.includes('matmul') && flops > 0).length).toBeGreaterThan(
    10,
  );
  expect(kernels.every(({ bytes }) => bytes > 0)).toBe(true);
  expect(Math.min(peaks.f32, peaks.bandwidth, peaks.submission, milliseconds)).toBeGreaterThan(0);
  const { traceEvents } = JSON.parse(readFileSync(out, 'utf8')) as {
    traceEvents: { ph: string; dur?: number }[];
  };
  const bars = traceEvents.filter(({ ph }) => ph === 'X');
  expect(bars.map(({ dur }) => dur)).toEqual(kernels.map((kernel) => kernel.milliseconds * 1e3));
  const page = profilePage(profile);
  expect(page.match(/<rect /g)?.length).toBeGreaterThan(kernels.length + 10);
  expect(page).toContain('of peak');
  const text = profileText(profile);
  expect(text).toMatch(/predict of 2 rows of 9 tokens in f32 on WebGPU/);
  expect(text).toContain(`${kernels.length} dispatches`);
});

test('a trace is not written over a file', async () => {
  writeFileSync(out, 'kept');
  const { code, err } = await run(...step, '--out', out);
  expect([code, err]).toEqual([2, expect.stringContaining('exists already')]);
  expect(readFileSync(out, 'utf8')).toBe('kept');
});
