// Installs the workspace's dependencies when they are missing, incomplete or out of date.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { root, userEnvironment } from './places.mjs';
import { run } from './run.mjs';
import { say } from './say.mjs';

const marker = join(root, 'node_modules', '.scalearn-installed');

export async function install() {
  const wanted = fingerprint();
  if (installed() === wanted) return;
  await withLock(join(root, '.install.lock'), async () => {
    if (installed() === wanted) return;
    say('installing dependencies (on first use, or after an update) …');
    // The marker is removed during an install, so that an interrupted install does not look finished.
    rmSync(marker, { force: true });
    const code = await pnpm('install', '--frozen-lockfile', '--config.confirmModulesPurge=false');
    if (code !== 0) {
      throw new Error(
        `installing the dependencies failed (exit code ${code}; pnpm says why above). ` +
          'Is the npm registry reachable? The next call tries again.',
      );
    }
    mkdirSync(join(root, 'node_modules'), { recursive: true });
    writeFileSync(marker, wanted);
  });
}

/** Returns a hash of everything that determines what an install puts into node_modules. */
function fingerprint() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const file of ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml'])
    hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function installed() {
  try {
    return readFileSync(marker, 'utf8');
  } catch {
    return undefined;
  }
}

function pnpm(...args) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  // npx runs in a neutral folder: inside the workspace it would prefer the pnpm of an unfinished install. The timeout
  // is shorter than npm's five minutes.
  const npx = ['--yes', '--loglevel=error', '--fetch-timeout=60000', packageManager, '--dir', root];
  return run('npx', [...npx, ...args], {
    cwd: tmpdir(),
    env: userEnvironment,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
}
