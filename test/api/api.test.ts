// What each package exports, with its types: a change of the public surface shows in review as a change of these files.
// `vitest run test/api -u` writes them anew.
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { entriesOf, libraries, root } from '../support/repository.ts';
import { publicSurface } from './surface.ts';

test.each(libraries)('the public surface of $name', async (each) => {
  const parts = entriesOf(each).map(
    ({ name, source }) => `// ${name.replace(each.name, '.')}\n\n${publicSurface(source).join('\n')}\n`,
  );
  expect(parts.length).toBeGreaterThan(0);
  const file = join(root, 'test/api/surface', `${basename(each.folder)}.d.ts.txt`);
  await expect(parts.join('\n')).toMatchFileSnapshot(file);
});

test("core's first entry has what a program needs, and no more than 80 names", () => {
  const names = publicSurface(join(root, 'packages/core/src/index.ts'));
  expect(names.length).toBeGreaterThan(40);
  expect(names.length).toBeLessThanOrEqual(80);
});
