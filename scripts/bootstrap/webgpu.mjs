// Checks for a WebGPU adapter, and installs a software one if possible.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environment, node, root } from './places.mjs';
import { say } from './say.mjs';

/** Returns whether Dawn finds an adapter, after installing Mesa's software driver if that is needed and possible. */
export function ensureAdapter() {
  if (hasAdapter()) return true;
  if (!canInstallDriver()) return false;
  say('no WebGPU adapter: installing the software driver …');
  const script = join(root, 'scripts/install-software-gpu.sh');
  const { status, stdout, stderr } = spawnSync('bash', [script], { env: environment, encoding: 'utf8' });
  if (status !== 0) {
    say(`the software driver could not be installed:\n${stdout}${stderr}`);
    return false;
  }
  return hasAdapter();
}

/**
 * Tests for an adapter in another process: a driver that crashes must not end the tests, and Dawn needs the project's
 * Node.
 */
const hasAdapter = () =>
  spawnSync(node(), [join(root, 'scripts/probe-webgpu.mjs')], { env: environment, stdio: 'ignore' })
    .status === 0;

const canInstallDriver = () =>
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  existsSync('/etc/os-release') &&
  /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
