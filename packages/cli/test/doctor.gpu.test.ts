import { expect, test } from 'vitest';
import { events, start } from './support/run.ts';

test('doctor finds the adapter and tests every kernel variant it can run', async () => {
  const outcome = await start(['doctor', '--json']).ended;
  expect(outcome.code, outcome.err).toBe(0);
  const [report] = events(outcome) as [
    { adapters: object[]; devices: { device: string; variant?: string; test?: { passed: boolean } }[] },
  ];
  expect(report.adapters.length).toBeGreaterThan(0);
  const passed = report.devices
    .filter(({ test }) => test?.passed)
    .map(({ device, variant }) => variant ?? device);
  expect(passed).toEqual(expect.arrayContaining(['register', 'workgroup', 'onnx', 'reference']));
});
