// `engines` of the packages is true: nothing that a user gets with them needs a newer Node.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { minVersion, satisfies } from 'semver';
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

/** The packages whose dependencies need a newer Node than the others. No other package may need these. */
const newer: Readonly<Record<string, string>> = { '@scalearn/cluster': '>=22.12' };
const usual = '>=20.19';

/**
 * Returns what the packages bring along that refuses the oldest Node, with the Node that it wants.
 *
 * @param nodeOf the Node that the package of a folder names
 */
function tooNew(
  { importers, snapshots, packages: locked }: Lockfile,
  nodeOf: (folder: string) => string,
): Record<string, string> {
  const found: Record<string, string> = {};
  const seen = new Set<string>();
  const visit = (name: string, version: string, oldest: string): void => {
    // A package of this workspace is visited by itself, an alias is a whole id.
    const id = version in snapshots ? version : `${name}@${version}`;
    if (version.startsWith('link:') || seen.has(id + oldest)) return;
    seen.add(id + oldest);
    const snapshot = snapshots[id];
    if (!snapshot) throw new Error(`the lockfile has no ${id}`);
    const plain = id.replace(/\(.*/, '');
    const node = locked[plain]?.engines?.node;
    if (node !== undefined && !satisfies(oldest, node)) found[plain] = node;
    const inner = { ...snapshot.dependencies, ...snapshot.optionalDependencies };
    for (const [each, at] of Object.entries(inner)) visit(each, at, oldest);
  };
  for (const [folder, { dependencies, optionalDependencies }] of Object.entries(importers))
    if (folder.startsWith('packages/'))
      for (const [name, { version }] of Object.entries({ ...dependencies, ...optionalDependencies }))
        visit(name, version, minVersion(nodeOf(folder))?.version ?? '');
  return found;
}

test('every package names the oldest Node that it runs in', () => {
  for (const { name, manifest } of packages)
    expect(manifest.engines, name).toEqual({ node: newer[name] ?? usual });
});

test('no package for the usual Node needs one for a newer', () => {
  for (const { name, manifest } of packages.filter((each) => newer[each.name] === undefined))
    for (const needed of Object.keys(manifest.dependencies ?? {}))
      expect(Object.keys(newer), `${name} needs ${needed}`).not.toContain(needed);
});

test('no dependency of a package needs a newer Node', () => {
  const lockfile: Lockfile = parse(readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8'));
  const nodes = new Map(
    packages.map(({ folder, manifest }) => [basename(folder), manifest.engines?.node ?? '']),
  );
  expect(tooNew(lockfile, (folder) => nodes.get(basename(folder)) ?? '')).toEqual({});
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
  expect(tooNew(lockfile, () => '>=20.19')).toEqual({ 'y@2.0.0': '>=22' });
  expect(tooNew(lockfile, () => '>=22.12')).toEqual({});
});
