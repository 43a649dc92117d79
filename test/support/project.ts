// Empty projects with packages, as users have after `npm install`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { mustRun } from './process.ts';
import { packages, readManifest, root } from './repository.ts';

const bin = join(root, 'node_modules/.bin');

/**
 * PATH without the repository's binaries. The user's npm then runs on the user's Node, next to which it finds its
 * settings.
 */
const usersPath = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.endsWith('node_modules/.bin'))
  .join(delimiter);

export const npmEnvironment: Record<string, string> = {
  PATH: usersPath,
  npm_config_loglevel: 'error',
  // By default npm waits five minutes for a lost response before it retries.
  npm_config_fetch_timeout: '60000',
  npm_config_fetch_retry_mintimeout: '1000',
  // ONNX Runtime's install script downloads CUDA libraries from a host that may be unreachable.
  ONNXRUNTIME_NODE_INSTALL: 'skip',
};

export const buildAll = (): Promise<unknown> =>
  mustRun(join(bin, 'turbo'), ['run', 'build', '--filter=./packages/*', '--output-logs=errors-only'], {
    cwd: root,
    env: { TURBO_TELEMETRY_DISABLED: '1' },
  });

/** Builds the packages and packs them into a folder, as they are published. */
export const packAll = (into: string): Promise<unknown> =>
  mustRun(join(bin, 'node'), [join(root, 'scripts/bootstrap.mjs'), 'pack', into], { cwd: root });

/** Makes a project that takes `@scalearn/*` from a registry, and the rest from where the user's npm does. */
export function createProject(project: string, registry: string, manifest: object = {}): void {
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, 'package.json'), `${JSON.stringify({ private: true, ...manifest })}\n`);
  writeFileSync(join(project, '.npmrc'), `@scalearn:registry=${registry}\n`);
}

/** Installs packages by name with npm, `npm install NAMES...`. */
export const npmInstall = (project: string, names: readonly string[]): Promise<unknown> =>
  mustRun('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...names], {
    cwd: project,
    env: npmEnvironment,
  });

/** Installs packages by name with pnpm, where a package finds only the dependencies that it declares. */
export const pnpmInstall = (project: string, names: readonly string[]): Promise<unknown> =>
  mustRun(join(bin, 'pnpm'), ['add', '--prefer-offline', '--allow-build=onnxruntime-node', ...names], {
    cwd: project,
    env: npmEnvironment,
  });

/** Adds the versions that this repository is tested with to names of other packages. */
export const pinned = (names: readonly string[]): string[] =>
  names.map((name) => (packages.some((each) => each.name === name) ? name : pin(name)));

function pin(name: string): string {
  const { devDependencies } = readManifest(root);
  const version = devDependencies?.[name];
  if (!version) throw new Error(`the README installs ${name}, which is no devDependency of the repository`);
  return `${name}@${version}`;
}

/** The runtimes other than browsers in which a library must work. */
export const runtimes: Record<string, (program: string) => [file: string, args: string[]]> = {
  Node: (program) => [join(bin, 'node'), [program]],
  Deno: (program) => [join(bin, 'deno'), ['run', '-A', '--no-lock', '--node-modules-dir=manual', program]],
};
