import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { events, start } from './support/run.ts';

interface Report {
  readonly adapters: readonly { readonly isSoftware: boolean }[];
  readonly devices: readonly {
    readonly device: string;
    readonly variant?: string;
    readonly skipped?: string;
    readonly test?: { readonly passed: boolean; readonly leftOut?: string };
  }[];
}

test('doctor finds the adapter and tests what fits its speed', async () => {
  const outcome = await start(['doctor', '--json']).ended;
  expect(outcome.code, outcome.err).toBe(0);
  const [{ adapters, devices }] = events(outcome) as object[] as [Report];
  const [adapter] = adapters;
  const passed = devices.filter(({ test }) => test?.passed).map(({ variant, device }) => variant ?? device);
  expect(passed).toEqual(expect.arrayContaining(['onnx', 'reference']));
  const tested = devices.filter(({ variant, test }) => variant !== undefined && test !== undefined);
  const skipped = devices.filter((each) => each.skipped !== undefined);
  if (adapter?.isSoftware) {
    expect(tested).toMatchObject([{ test: { passed: true, leftOut: expect.stringContaining('--full') } }]);
    expect(skipped.length).toBeGreaterThan(0);
  } else {
    expect(passed).toEqual(expect.arrayContaining(['register', 'workgroup']));
    expect(skipped).toEqual([]);
  }
  expect(outcome.err).toBe('');
});

test('a command that picks its device prints nothing of the drivers', async () => {
  const task = ['train', '--encoder', 'mini', '--task', 'miniglue/rte', '--limit', '8', '--eval-limit', '4'];
  const outcome = await start([...task, '--max-steps', '1', '--json', '--out', join(scratchFolder(), 'mini')])
    .ended;
  expect([outcome.code, outcome.err]).toEqual([0, '']);
});
