// The list of what a release contains.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mustRun } from './support/process.ts';
import { packages, readManifest, root } from './support/repository.ts';

interface Component {
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses?: readonly {
    readonly license?: { readonly id?: string };
    readonly expression?: string;
  }[];
}

interface Bom {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const folder = mkdtempSync(join(tmpdir(), 'scalearn-sbom-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(() =>
  mustRun(process.execPath, [join(root, 'scripts/bootstrap.mjs'), 'sbom', folder], { cwd: root }),
);

const read = (name: string): Bom => JSON.parse(readFileSync(join(folder, `${name}.cdx.json`), 'utf8'));
const idOf = ({ group, name, version }: Component): string => `${group ? `${group}/` : ''}${name}@${version}`;
const licenseOf = ({ licenses = [] }: Component): string =>
  licenses.map(({ license, expression }) => license?.id ?? expression ?? '').join(' ');

test('there is one for every package, and it names what the package depends on', () => {
  const files = packages.map(({ name }) => `${name.replace('@', '').replace('/', '-')}.cdx.json`);
  expect(readdirSync(folder).sort()).toEqual(files.sort());
  for (const { name, manifest } of packages) {
    const bom = read(name.replace('@', '').replace('/', '-'));
    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.7' });
    expect(idOf(bom.metadata.component)).toBe(`${name}@${manifest.version}`);
    const { purl } = bom.metadata.component;
    const direct = bom.dependencies.find(({ ref }) => ref === purl)?.dependsOn.map(nameOf);
    const { dependencies, optionalDependencies } = manifest;
    expect(direct?.sort()).toEqual(Object.keys({ ...dependencies, ...optionalDependencies }).sort());
  }
});

test('that of the command lists all it brings along, with versions and licenses', () => {
  const { components } = read('scalearn');
  const licenses = new Map(components.map((each) => [idOf(each), licenseOf(each)]));
  const cli = readManifest(join(root, 'packages/cli'));
  const hub = readManifest(join(root, 'packages/hub'));
  expect(licenses.get(`onnxruntime-node@${cli.optionalDependencies?.['onnxruntime-node']}`)).toBe('MIT');
  expect(licenses.get(`@huggingface/hub@${hub.dependencies?.['@huggingface/hub']}`)).toBe('MIT');
  const names = components.map(idOf).map((id) => id.replace(/(.)@.*/, '$1'));
  expect(names).toEqual(expect.arrayContaining(['@scalearn/core', 'commander', 'onnxruntime-common']));
  // What only this repository uses.
  for (const name of ['vitest', 'typescript', 'verdaccio']) expect(names).not.toContain(name);
  expect([...licenses].filter(([, license]) => license === '')).toEqual([]);
});

const nameOf = (purl: string): string => decodeURIComponent(/^pkg:npm\/(.+)@/.exec(purl)?.[1] ?? '');
