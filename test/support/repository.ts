import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

export interface Manifest {
  name: string;
  version: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  engines?: Record<string, string>;
  exports?: Record<string, string | Record<string, string>>;
  bin?: Record<string, string>;
}

/** A package of this workspace that users install. */
export interface Package {
  readonly folder: string;
  readonly name: string;
  readonly manifest: Manifest;
}

export const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));

export const packages: readonly Package[] = readdirSync(`${root}/packages`).map((entry) => {
  const folder = `${root}/packages/${entry}`;
  const manifest = readManifest(folder);
  return { folder, name: manifest.name, manifest };
});

/** An entry of a package: what programs import, such as `@scalearn/core/graph`, and its source file. */
export interface Entry {
  readonly name: string;
  readonly source: string;
}

export const entriesOf = ({ folder, name, manifest }: Package): Entry[] =>
  Object.entries(manifest.exports ?? {}).flatMap(([path, at]) =>
    typeof at === 'object' && at['@scalearn/source'] !== undefined
      ? [{ name: `${name}${path.slice(1)}`, source: join(folder, at['@scalearn/source']) }]
      : [],
  );

/** The packages that programs import. The others are commands. */
export const libraries: readonly Package[] = packages.filter(({ manifest }) => manifest.exports?.['.']);
