import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as operations from '../../packages/core/src/ops/operations.ts';
import type { NamedDevice } from './check.ts';
import { generators } from './generators.ts';
import { graphSettings, openGraphDevices, runGraphs } from './run.ts';
import { checkSpecials } from './specials.ts';

const { count, seed } = graphSettings(270);

/** Returns the names of all operations that core defines. */
async function definedOperations(): Promise<string[]> {
  const folder = new URL('../../packages/core/src/ops/', import.meta.url);
  const files = (await readdir(folder)).filter((name) => name.endsWith('.ts'));
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, folder), 'utf8')));
  return texts.flatMap((text) =>
    [...text.matchAll(/defineOperation(?:<[^({]*(?:\{[^}]*\})?[^({]*>)?\(\{\s*name: '(\w+)'/g)].map(
      ([, name]) => name as string,
    ),
  );
}

let devices: NamedDevice[];
beforeAll(async () => {
  devices = await openGraphDevices(['reference', 'onnx']);
});
afterAll(() => {
  for (const { device } of devices ?? []) device.dispose();
});

test('every operation has a generator', () => {
  expect(Object.keys(generators).sort()).toEqual(Object.keys(operations).sort());
});

test(`${count} random graphs on the reference device in float32 and on onnx, seed ${seed}`, async () => {
  const {
    failure,
    graphs,
    operations: counts,
    nodes,
  } = await runGraphs({ count, seed, devices, operations: 8 });
  expect(failure, `seed ${seed}`).toBeUndefined();
  expect(graphs).toBe(count);
  expect(Object.entries(counts).filter(([, times]) => times === 0)).toEqual([]);
  expect([...nodes]).toEqual(expect.arrayContaining(await definedOperations()));
}, 1e9);

test('special values in every operation', async () => {
  for (const named of devices) expect(await checkSpecials(named), named.name).toEqual([]);
});
