import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NamedDevice } from './check.ts';
import { graphSettings, openGraphDevices, runGraphs } from './run.ts';
import { checkSpecials } from './specials.ts';

const { count, seed } = graphSettings(30);

let devices: NamedDevice[];
beforeAll(async () => {
  devices = await openGraphDevices(['webgpu']);
});
afterAll(() => {
  for (const { device } of devices ?? []) device.dispose();
});

// Each graph runs in one kernel variant, because software drivers take longer to compile a kernel than to run it.
test(`${count} random graphs on webgpu, seed ${seed}`, async () => {
  const { failure, graphs } = await runGraphs({ count, seed, devices, inTurn: true, operations: 4 });
  expect(failure, `seed ${seed}`).toBeUndefined();
  expect(graphs).toBe(count);
}, 1e9);

test('special values in every operation', async () => {
  const [first] = devices;
  expect(first && (await checkSpecials(first))).toEqual([]);
}, 1e9);
