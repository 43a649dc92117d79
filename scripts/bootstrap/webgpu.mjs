// Is there a WebGPU adapter, and can we install a software one?
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environment, node, root } from './places.mjs';
import { say } from './say.mjs';

/** True when Dawn finds an adapter, after installing Mesa's software driver where that is possible and needed. */
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

/** In a process of its own: a driver that crashes must not take the tests along, and Dawn wants the project's Node. */
const hasAdapter = () =>
  spawnSync(node(), [join(root, 'scripts/probe-webgpu.mjs')], { env: environment, stdio: 'ignore' })
    .status === 0;

const canInstallDriver = () =>
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  existsSync('/etc/os-release') &&
  /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
