// Runs every test: installs a software GPU driver if there is no GPU, runs vitest, and lists what could not run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { findChromium } from './browser.mjs';
import { missingSuites } from './missing.mjs';
import { environment, node, root, userFolder } from './places.mjs';
import { run } from './run.mjs';
import { closingLine, readCounts } from './summary.mjs';
import { ensureAdapter } from './webgpu.mjs';

export async function test(args) {
  const adapter = ensureAdapter();
  const chromium = findChromium();
  const scratch = mkdtempSync(join(tmpdir(), 'scalearn-test-'));
  const counted = join(scratch, 'counts.json');
  try {
    let code = await run(node(), [...vitest, ...args], {
      cwd: root,
      env: { ...testEnvironment(adapter, chromium), SCALEARN_TEST_COUNTS: counted },
    });
    const notes = [];
    if (!adapter) {
      notes.push(...missingSuites(webgpuSuites));
      // Machines with CI set must find failures: suites that could not run count as failed.
      if (process.env.CI) {
        notes.push('CI is set, so a missing WebGPU adapter is a failure.');
        code ||= 1;
      }
    }
    if (!chromium) notes.push(...missingSuites(browserSuites));
    for (const note of notes) console.log(note);
    const counts = readCounts(counted, code);
    console.log(closingLine(counts));
    return counts.failed > 0 ? code || 1 : code;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const webgpuSuites = {
  what: 'a WebGPU adapter',
  ending: '.gpu.test.ts',
  remedy: 'a GPU driver, or as root: bash scripts/install-software-gpu.sh',
};

const browserSuites = {
  what: 'Chromium',
  ending: '.browser.test.ts',
  remedy: 'as root: bash scripts/install-chromium.sh, or CHROMIUM=/path/to/it',
};

const vitest = [
  join(root, 'node_modules/vitest/vitest.mjs'),
  'run',
  '--reporter=default',
  `--reporter=${join(root, 'scripts/bootstrap/counter.mjs')}`,
];

function testEnvironment(adapter, chromium) {
  const env = { ...environment, SCALEARN_TEST_WEBGPU: adapter ? '1' : '0' };
  if (chromium) env.CHROMIUM = chromium;
  // vitest runs in the root; the folders are relative to the user's folder.
  if (env.SCALEARN_GOLDEN)
    env.SCALEARN_GOLDEN = env.SCALEARN_GOLDEN.split(delimiter)
      .map((folder) => resolve(userFolder, folder))
      .join(delimiter);
  return env;
}
