import { expect, test } from 'vitest';
import { innerFiles } from '../src/folder/model-files.ts';
import { memoryFolder } from '../src/index.ts';

test('a folder inside a place is a place of its own, which its names cannot leave', async () => {
  const files = memoryFolder({ 'a/b/config.json': '{}', 'a/other.json': '1', 'c.json': '2' });
  const inner = innerFiles(files, 'a/b');
  expect(inner.describe()).toBe('the chosen files/a/b');
  expect(await inner.list?.()).toEqual(['config.json']);
  expect([await inner.text('config.json'), await inner.has('c.json')]).toEqual(['{}', false]);
  expect(() => innerFiles(files, '../a')).toThrow(/is not the name of a file inside/);
  await expect(inner.text('../other.json')).rejects.toThrow(/is not the name of a file inside/);
  expect(await files.list?.()).toEqual(['a/b/config.json', 'a/other.json', 'c.json']);
});
