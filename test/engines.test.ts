// `engines` of the packages is true: nothing that a user gets with them needs a newer Node.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { satisfies } from 'semver';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { packages, root } from './support/repository.ts';

type Versions = Readonly<Record<string, string>>;

interface Lockfile {
  readonly importers: Readonly<Record<string, Kinds<{ readonly version: string }>>>;
  readonly snapshots: Readonly<Record<string, Kinds<string>>>;
  readonly packages: Readonly<Record<string, { readonly engines?: Versions }>>;
}

interface Kinds<T> {
  readonly dependencies?: Readonly<Record<string, T>>;
  readonly optionalDependencies?: Readonly<Record<string, T>>;
}

const oldest = '20.19.0';

/** Returns what the packages bring along that refuses the oldest Node, with the Node that it wants. */
function tooNew({ importers, snapshots, packages: locked }: Lockfile): Record<string, string> {
  const found: Record<string, string> = {};
  const seen = new Set<string>();
  const visit = (name: string, version: string): void => {
    // A package of this workspace is visited by itself, an alias is a whole id.
    const id = version in snapshots ? version : `${name}@${version}`;
    if (version.startsWith('link:') || seen.has(id)) return;
    seen.add(id);
    const snapshot = snapshots[id];
    if (!snapshot) throw new Error(`the lockfile has no ${id}`);
    const plain = id.replace(/\(.*/, '');
    const node = locked[plain]?.engines?.node;
    if (node !== undefined && !satisfies(oldest, node)) found[plain] = node;
    const inner = { ...snapshot.dependencies, ...snapshot.optionalDependencies };
    for (const [each, at] of Object.entries(inner)) visit(each, at);
  };
  for (const [folder, { dependencies, optionalDependencies }] of Object.entries(importers))
    if (folder.startsWith('packages/'))
      for (const [name, { version }] of Object.entries({ ...dependencies, ...optionalDependencies }))
        visit(name, version);
  return found;
}

test('every package names the oldest Node that it runs in', () => {
  for (const { name, manifest } of packages) expect(manifest.engines, name).toEqual({ node: '>=20.19' });
});

test('no dependency of a package needs a newer Node', () => {
  const lockfile: Lockfile = parse(readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8'));
  expect(tooNew(lockfile)).toEqual({});
});

test('a dependency of a dependency that does is found', () => {
  const lockfile: Lockfile = {
    importers: {
      'packages/a': { dependencies: { x: { version: '1.0.0(y@2.0.0)' }, b: { version: 'link:../b' } } },
      docs: { dependencies: { z: { version: '1.0.0' } } },
    },
    snapshots: {
      'x@1.0.0(y@2.0.0)': { optionalDependencies: { y: '2.0.0' } },
      'y@2.0.0': {},
      'z@1.0.0': {},
    },
    packages: {
      'x@1.0.0': { engines: { node: '^18 || >=20.19' } },
      'y@2.0.0': { engines: { node: '>=22' } },
      'z@1.0.0': { engines: { node: '>=24' } },
    },
  };
  expect(tooNew(lockfile)).toEqual({ 'y@2.0.0': '>=22' });
});
