import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { tuningFiles } from '../src/folders/tuning-files.ts';

test('measurements are kept as files, for the next process', async () => {
  const folder = join(scratchFolder(), 'new', 'kernels');
  const warnings: string[] = [];
  const store = tuningFiles((text) => warnings.push(text), folder);
  expect(await store.read('webgpu-1')).toBeUndefined();
  await store.write('webgpu-1', 'one');
  await store.write('webgpu-1', 'two');
  expect(await tuningFiles(() => {}, folder).read('webgpu-1')).toBe('two');
  expect(readdirSync(folder)).toEqual(['webgpu-1.json']);
  expect(warnings).toEqual([]);
});

test('where they cannot be kept, one warning says so, and nothing fails', async () => {
  const parent = scratchFolder();
  const folder = join(parent, 'file');
  writeFileSync(folder, '');
  mkdirSync(join(parent, 'a.json'));
  const warnings: string[] = [];
  const store = tuningFiles((text) => warnings.push(text), folder);
  await store.write('a', 'one');
  await store.write('b', 'two');
  expect(warnings).toEqual([expect.stringContaining('kernels are measured again in the next process')]);
  expect(await tuningFiles((text) => warnings.push(text), parent).read('a')).toBeUndefined();
  expect(warnings[1]).toContain(`${join(parent, 'a.json')} could not be read`);
});
