// A worker whose database or store does not answer yet leaves at the first signal.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scratchFolder } from '../../../../test/support/scratch.ts';
import { describeWith } from '../../../cluster/test/support/needs.ts';
import { start } from '../support/run.ts';

const folder = scratchFolder();

describeWith('a worker that waits at its start', [], () => {
  /** Accepts connections, and says nothing. */
  let silent: Server;
  let port: number;
  const places: Record<string, () => string[]> = {
    'a database that does not run': () => ['--queue', 'postgres://me@127.0.0.1:1/runs', '--store', folder],
    'a database that does not answer': () => [
      ...['--queue', `postgres://me@127.0.0.1:${port}/runs`, '--store', join(folder, 'x')],
    ],
    'a bucket that does not answer': () => [
      ...['--queue', 'postgres://me@127.0.0.1:1/runs', '--store', 's3://bucket/x'],
    ],
  };
  beforeAll(async () => {
    silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    ({ port } = silent.address() as AddressInfo);
  });
  afterAll(() => void silent.close());

  test.each(Object.keys(places))('for %s', { timeout: 60_000 }, async (what) => {
    const environment = {
      ...process.env,
      ...{ AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, AWS_REGION: 'x' },
      ...{ AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' },
    };
    const isSilent = !what.includes('run');
    const connected = isSilent ? once(silent, 'connection') : undefined;
    const device = ['--device', 'reference'];
    const worker = start(['work', ...(places[what]?.() ?? []), ...device, '--json'], 'node', environment);
    await (connected ?? new Promise((resolve) => setTimeout(resolve, 1500)));
    const began = performance.now();
    worker.process.kill('SIGTERM');
    const ended = await worker.ended;
    expect(ended).toMatchObject({ code: 130, err: expect.stringMatching(/^Interrupted/) });
    expect(performance.now() - began).toBeLessThan(3000);
  });
});
