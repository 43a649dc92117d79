// Names the test files that this machine could not run, and what they need.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './places.mjs';

export function missingSuites({ what, ending, remedy }) {
  const files = suites(ending);
  if (files.length === 0) return [];
  return [`Not run, for want of ${what} (${remedy}):`, ...files.map((file) => `  ${file}`)];
}

/** Lists the test files of the repository and its packages with this ending. */
function suites(ending) {
  const packages = readdirSync(join(root, 'packages')).map((name) => `packages/${name}/test`);
  return ['test', ...packages]
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true })
        .filter((file) => file.endsWith(ending))
        .map((file) => `${folder}/${file}`),
    )
    .sort();
}
