// The faults cover all writing: everything is written through `node:fs/promises`, by few modules.
import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../support/repository.ts';

const changing =
  'appendFile|chmod|copyFile|cp|link|mkdir|mkdtemp|open|rename|rm|rmdir|symlink|truncate|unlink|utimes|writeFile';
const sources = globSync('packages/*/src/**/*.ts', { cwd: root }).map((path) => ({
  path: path.replaceAll('\\', '/'),
  text: readFileSync(join(root, path), 'utf8'),
}));

/** Returns the sources that import one of the names from a module. */
function importers(module: string, names: string): string[] {
  const pattern = new RegExp(`import \\{[^}]*\\b(?:${names})\\b[^}]*\\} from '${module}'`);
  return sources.filter(({ text }) => pattern.test(text)).map(({ path }) => relative('.', path));
}

test('no file is written synchronously, or by a stream', () => {
  const sync = changing.split('|').map((name) => `${name}Sync`);
  expect(sources.length).toBeGreaterThan(300);
  expect(importers('node:fs', [...sync, 'createWriteStream', 'promises'].join('|'))).toEqual([]);
});

test('what changes the disk is in one room of the command and of experiments, and in a store or a worker', () => {
  const writers = importers('node:fs/promises', changing);
  expect([...new Set(writers.map((path) => path.replace(/[^/]+$/, '')))].sort()).toEqual([
    'packages/cli/src/folders/',
    'packages/cluster/src/store/',
    'packages/cluster/src/worker/',
    'packages/experiments/src/folders/',
  ]);
  expect(writers.length).toBeGreaterThan(3);
});
