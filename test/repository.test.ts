// Properties shared by all packages of this repository.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mustRun } from './support/process.ts';
import { libraries, packages, readManifest, root } from './support/repository.ts';
import { slow } from './support/slow-first.ts';

const read = (...path: string[]) => readFileSync(join(...path), 'utf8');

test.each(libraries)('$name has the same name and version for Deno', ({ folder, name, manifest }) => {
  const deno = JSON.parse(read(folder, 'deno.json'));
  expect(deno).toMatchObject({ name, version: manifest.version });
});

describe.each(packages)('$name', ({ folder, manifest }) => {
  test('carries the license', () => {
    expect(read(folder, 'LICENSE')).toBe(read(root, 'LICENSE'));
  });

  test('needs other packages of this repository by their workspace version', () => {
    const all = Object.entries(manifest.dependencies ?? {});
    const ours = all.filter(([dependency]) => dependency.startsWith('@scalearn/'));
    for (const [, version] of ours) expect(version).toBe('workspace:^');
  });
});

test('core has no runtime dependency', () => {
  const { dependencies, optionalDependencies } = readManifest(join(root, 'packages/core'));
  expect({ ...dependencies, ...optionalDependencies }).toEqual({});
});

test('dependencies between packages run one way', () => {
  const visit = (name: string, path: string[]): void => {
    expect(path, 'a circle of packages').not.toContain(name);
    const found = packages.find((each) => each.name === name);
    for (const inner of Object.keys(found?.manifest.dependencies ?? {})) visit(inner, [...path, name]);
  };
  for (const { name } of packages) visit(name, []);
});

test('the slow tests that begin first are there', () => {
  for (const file of slow) expect(existsSync(join(root, file)), file).toBe(true);
});

test('the lockfile fits the manifests', async () => {
  // With this flag pnpm only compares, and fails if an install would change the lockfile.
  await mustRun(join(root, 'node_modules/.bin/pnpm'), ['install', '--frozen-lockfile', '--lockfile-only'], {
    cwd: root,
    env: { CI: 'true' },
  });
});

test('pages and headings that comments name are there', () => {
  const slug = (heading: string): string =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-');
  const pages = new Map<string, string[]>();
  const anchors = (page: string): string[] => {
    const found =
      pages.get(page) ??
      [...read(root, page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => slug(heading));
    pages.set(page, found);
    return found;
  };
  const sources = libraries.flatMap(({ folder }) =>
    readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, 'src', name)),
  );
  let count = 0;
  for (const file of sources)
    for (const [, page = '', anchor] of read(file).matchAll(/\b(docs\/[\w/-]+\.md)#([\w-]+)/g)) {
      expect(anchors(page), `${file} names ${page}`).toContain(anchor);
      count++;
    }
  expect(count).toBeGreaterThan(20);
});
