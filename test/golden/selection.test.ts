// Checks that the selection of recorded data is the output of `select.ts`, is small, and covers the library's features.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { CaseFile } from './folder.ts';
import { caseMethods } from './methods.ts';
import { selectionFolder, shared } from './recorded.ts';
import { isCompressed, select } from './select.ts';

const paths = readdirSync(selectionFolder, { recursive: true, encoding: 'utf8' }).filter((path) =>
  statSync(join(selectionFolder, path)).isFile(),
);
const cases = paths
  .filter((path) => path.endsWith('case.json'))
  .map((path) => JSON.parse(readFileSync(join(selectionFolder, path), 'utf8')) as CaseFile);

test('takes at most 2.3 MB', () => {
  const size = (path: string): number => statSync(join(selectionFolder, path)).size;
  expect(paths.reduce((sum, path) => sum + size(path), 0)).toBeLessThanOrEqual(2_300_000);
});

describe('has a case of', () => {
  test('every method but those whose encoder of their own is large, and of which others have all parts', () => {
    const methods = new Set(cases.map(({ method }) => method?.name));
    const missing = Object.keys(caseMethods).filter((name) => !methods.has(name));
    expect(missing.sort()).toEqual(['adapter-m', 'full-ft-m', 'probing-one']);
  });

  test('every family of encoders', () => {
    const families = new Set(cases.map(({ encoder }) => encoder?.config?.model_type));
    expect([...families].filter((family) => family !== undefined).sort()).toEqual([
      'bert',
      'deberta-v2',
      'distilbert',
      'electra',
      'modernbert',
      'mpnet',
      'roberta',
      'xlm-roberta',
    ]);
  });

  test('every kind of problem', () => {
    const problems = cases.flatMap(({ problem = [] }) =>
      typeof problem === 'string' ? problem : Object.values(problem),
    );
    for (const kind of [
      'single_label_classification',
      'regression',
      'multi_label_classification',
      'multiple_choice',
    ])
      expect(problems).toContain(kind);
  });
});

const whole = ['golden', 'golden-more'].map((name) => join(shared, name));

test.skipIf(!whole.every((folder) => existsSync(folder)))('is what the rules select today', () => {
  const selected = select(shared);
  const own = paths.filter((path) => path !== 'README.md').map((path) => path.split(sep).join('/'));
  const names = [...selected.keys()].map((path) => (isCompressed(path) ? `${path}.gz` : path));
  expect(own.sort()).toEqual(names.sort());
  for (const [path, content] of selected) {
    const file = readFileSync(join(selectionFolder, isCompressed(path) ? `${path}.gz` : path));
    expect((isCompressed(path) ? gunzipSync(file) : file).equals(content), path).toBe(true);
  }
});
