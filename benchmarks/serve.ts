// Compares requests a second of @scalearn/serve with transformers.js behind the same framework, at 1, 8 and 64 connections.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadTask } from '@scalearn/datasets';
import autocannon from 'autocannon';
import { median } from './lib/measure.ts';
import { benchmarkOptions } from './lib/options.ts';
import { encoderFolder, glueFolder } from './lib/places.ts';
import { report } from './lib/report.ts';

const options = benchmarkOptions({ runs: 3 });
const folder = mkdtempSync(join(tmpdir(), 'scalearn-serve-'));
const cli = fileURLToPath(new URL('../packages/cli/src/bin.ts', import.meta.url));
const server = fileURLToPath(new URL('lib/server.ts', import.meta.url));
const source = '--conditions=@scalearn/source';
const seconds = 5;

/** Runs a program to its end. */
async function command(...args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [source, cli, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    cwd: folder,
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`scalearn ${args[0]} ended with ${String(code)}`);
}

/** Starts a server in its own process, and returns its address once it listens. */
async function serve(kind: 'scalearn' | 'transformers'): Promise<{ url: string; stop: () => void }> {
  const child = spawn(process.execPath, [source, server, kind, folder, String(options.threads)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (data) => resolve(String(data).trim()));
    child.once('exit', (code) => reject(new Error(`the server ${kind} ended with ${String(code)}`)));
  });
  return { url, stop: () => child.kill() };
}

try {
  await command(
    ...['train', '--task', 'miniglue/sst2', '--method', 'bottleneck', '--encoder', encoderFolder],
    ...['--limit', '64', '--eval-limit', '32', '--epochs', '1', '--device', 'onnx', '--out', 'model'],
  );
  await command('export', '--model', 'model', '--out', 'exported/model');
  const { train } = await loadTask('glue/sst2', { data: glueFolder, limit: 500 });
  const requests = train.map(({ segments: [text] }) => ({
    ...{ method: 'POST' as const, path: '/v1/classify', headers: { 'content-type': 'application/json' } },
    body: JSON.stringify({ inputs: [text] }),
  }));
  const servers = { scalearn: await serve('scalearn'), transformers: await serve('transformers') };
  for (const connections of [1, 8, 64]) {
    const load = (url: string, duration: number) => autocannon({ url, connections, duration, requests });
    const found = { scalearn: [] as autocannon.Result[], transformers: [] as autocannon.Result[] };
    for (let run = -1; run < options.runs; run++)
      for (const kind of ['scalearn', 'transformers'] as const) {
        const result = await load(servers[kind].url, run < 0 ? 2 : seconds);
        if (result.errors + result.non2xx > 0)
          throw new Error(`${kind} did not answer ${result.errors + result.non2xx} requests`);
        // The first run warms up.
        if (run >= 0) found[kind].push(result);
      }
    const rate = (kind: 'scalearn' | 'transformers'): number =>
      median(found[kind].map(({ requests: { average } }) => average));
    const times = (kind: 'scalearn' | 'transformers'): Record<string, number> =>
      Object.fromEntries(
        (['p50', 'p97_5', 'p99'] as const).map((p) => [
          p,
          median(found[kind].map(({ latency }) => latency[p])),
        ]),
      );
    report({
      name: 'serve',
      device: 'onnx',
      connections,
      value: rate('scalearn') / rate('transformers'),
      unit: 'ratio of requests/s',
      requestsPerSecond: rate('scalearn'),
      peer: 'transformers.js',
      peerRequestsPerSecond: rate('transformers'),
      milliseconds: times('scalearn'),
      peerMilliseconds: times('transformers'),
      threads: options.threads,
      ...(connections === 64 ? { required: 1.5 } : {}),
    });
  }
  for (const { stop } of Object.values(servers)) stop();
} finally {
  rmSync(folder, { recursive: true });
}
