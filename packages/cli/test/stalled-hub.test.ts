// A hub that never answers, and networks that reach it only through a proxy.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { start } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

const folder = scratchFolder();
const world = tinyWorld(folder);
const at = (name: string): string => join(folder, name);

let hub: Server;
let asked = (): void => {};
let answer: 'nothing' | 'half' = 'nothing';
const seen: string[] = [];
const url = (): string => `http://127.0.0.1:${(hub.address() as AddressInfo).port}`;

beforeAll(async () => {
  hub = createServer((request, response) => {
    seen.push(request.url ?? '');
    if (answer === 'half') response.setHeader('content-type', 'application/json').write('{');
    asked();
  });
  // As a proxy it is asked for a tunnel.
  hub.on('connect', ({ url }, socket) => {
    seen.push(url ?? '');
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((ready) => hub.listen(0, '127.0.0.1', ready));
});
afterAll(() => {
  vi.unstubAllEnvs();
  hub.closeAllConnections();
  hub.close();
});
beforeEach(() => {
  seen.length = 0;
  vi.stubEnv('HF_HUB_CACHE', at('cache'));
  vi.stubEnv('HF_TOKEN_PATH', at('token'));
});

describe('a hub that stalls', () => {
  test.each<[string, 'nothing' | 'half', string[]]>([
    ['an encoder', 'nothing', ['--encoder', 'tiny/encoder', '--task', 'miniglue/rte']],
    ['data', 'half', ['--encoder', world.encoder, '--task', 'glue/rte']],
  ])('%s: the first signal ends the command at once', async (_, how, args) => {
    vi.stubEnv('HF_ENDPOINT', url());
    answer = how;
    const reached = new Promise<void>((done) => {
      asked = done;
    });
    const running = start(['train', ...args, '--out', at('out'), '--device', 'reference']);
    await Promise.race([reached, running.ended]);
    const began = performance.now();
    running.process.kill('SIGINT');
    const { code, err } = await running.ended;
    expect(performance.now() - began).toBeLessThan(5000);
    expect(code, err).toBe(130);
    expect(err).toMatch(/Interrupted/);
  });
});

test('the proxy of the environment is used', async () => {
  vi.stubEnv('HF_ENDPOINT', 'https://hub.test');
  vi.stubEnv('HTTPS_PROXY', url());
  vi.stubEnv('NO_PROXY', '');
  const args = ['train', '--encoder', 'tiny/encoder', '--task', 'miniglue/rte', '--out', at('proxied')];
  const { err } = await start([...args, '--device', 'reference']).ended;
  expect(seen, err).toEqual(['hub.test:443']);
  expect(err).toMatch(/error: tiny\/encoder@main: the hub could not be reached.*HTTPS_PROXY.*NO_PROXY/);
});
