// Empty projects with one package, as users have after `npm install`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { mustRun } from './process.ts';
import { type Package, packages, readManifest, root, withWorkspaceDependencies } from './repository.ts';

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

const tarball = ({ name, manifest }: Package) =>
  `${name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`;

/** Installs all packages at once, like `npm init -y && npm i ./scalearn-*.tgz`. */
export async function installAll(project: string, tarballs: string): Promise<void> {
  mkdirSync(project, { recursive: true });
  const options = { cwd: project, env: npmEnvironment };
  await mustRun('npm', ['init', '-y'], options);
  const files = packages.map((each) => join(tarballs, tarball(each)));
  await mustRun('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...files], options);
}

/**
 * Installs the package and the other packages that its README names. Packages of this repository come from `tarballs`.
 */
export async function install(
  each: Package,
  project: string,
  tarballs: string,
  named: readonly string[],
): Promise<void> {
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }\n');
  const needed = [each, ...packages.filter(({ name }) => named.includes(name))];
  const ours = new Set(
    needed.flatMap(withWorkspaceDependencies).map((inner) => join(tarballs, tarball(inner))),
  );
  const others = named.filter((name) => !packages.some((inner) => inner.name === name)).map(pinned);
  // Optional dependencies are large and not required.
  const flags = ['--omit=optional', '--prefer-offline', '--no-audit', '--no-fund'];
  await mustRun('npm', ['install', ...flags, ...ours, ...others], {
    cwd: project,
    env: npmEnvironment,
  });
}

/** Returns the version that this repository is tested with. */
function pinned(name: string): string {
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
