import { expect, test } from 'vitest';
import { indexedDbStore } from '../../../src/devices/webgpu/tune/store.ts';

test('a page keeps what was measured in IndexedDB', async () => {
  const store = indexedDbStore();
  if (!store) throw new Error('a page has no IndexedDB');
  const name = `test ${crypto.randomUUID()}`;
  expect(await store.read(name)).toBeUndefined();
  await store.write(name, 'one');
  await store.write(name, 'two');
  expect(await indexedDbStore()?.read(name)).toBe('two');
});
