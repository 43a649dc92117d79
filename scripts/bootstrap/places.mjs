// Paths, and the environment of every task.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
export const bin = join(root, 'node_modules', '.bin');

/** The user's current folder. npm changes to the root and stores that folder in INIT_CWD. */
export const userFolder =
  process.env.npm_lifecycle_event && process.env.INIT_CWD && process.cwd() === root
    ? process.env.INIT_CWD
    : process.cwd();

const path = (process.env.PATH ?? '').split(delimiter);

/**
 * The environment without the project's own programs, for the user's npm and npx. They must run on their own Node: npm
 * looks for the system's settings (registry, certificates) beside the Node that runs it.
 */
export const userEnvironment = {
  ...process.env,
  PATH: path.filter((folder) => !folder.endsWith(join('node_modules', '.bin'))).join(delimiter),
};

export const environment = {
  ...process.env,
  PATH: [bin, ...path].join(delimiter),
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
};

/** Resolves `@scalearn/*` to the packages' sources, so that no build is needed. */
export const fromSource = '--conditions=@scalearn/source';

/**
 * Returns Node 24, which the root installs. On a system without a build of it, returns the current Node if it is new
 * enough.
 */
export function node() {
  const own = join(bin, 'node');
  if (existsSync(own)) return own;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  throw new Error(
    `there is no bundled Node for ${process.platform} ${process.arch}: install Node 24 or newer ` +
      `(this is ${process.versions.node}) and try again`,
  );
}
