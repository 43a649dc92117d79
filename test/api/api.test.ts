// What each package exports, with its types: a change of the public surface shows in review as a change of these files.
// `vitest run test/api -u` writes them anew.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { libraries, root } from '../support/repository.ts';
import { publicSurface } from './surface.ts';

const packages = libraries.map(({ folder }) => basename(folder));

const entriesOf = (name: string): [string, string][] => {
  const { exports } = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
  return Object.entries<Record<string, string>>(exports).flatMap(([entry, at]) =>
    at['@scalearn/source'] ? [[entry, join(root, 'packages', name, at['@scalearn/source'])]] : [],
  );
};

test.each(packages)('the public surface of %s', async (name) => {
  const parts = entriesOf(name).map(([entry, file]) => `// ${entry}\n\n${publicSurface(file).join('\n')}\n`);
  expect(parts.length).toBeGreaterThan(0);
  await expect(parts.join('\n')).toMatchFileSnapshot(join(root, 'test/api/surface', `${name}.d.ts.txt`));
});

test("core's first entry has what a program needs, and no more than 80 names", () => {
  const [, file = ''] = entriesOf('core').find(([entry]) => entry === '.') ?? [];
  const names = publicSurface(file);
  expect(names.length).toBeGreaterThan(40);
  expect(names.length).toBeLessThanOrEqual(80);
});
