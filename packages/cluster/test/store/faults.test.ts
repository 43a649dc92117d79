// Stores that fail: nothing is lost, and what does not pass ends with one sentence.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openStore, type ResultStore } from '../../src/store/store.ts';
import { makeSmallDisk } from '../faults/small-disk.ts';
import {
  type BucketServer,
  bucketEnvironment,
  bucketNeed,
  startBucketServer,
} from '../support/bucket-server.ts';
import { describeWith } from '../support/needs.ts';
import { type Fault, type FaultyProxy, startProxy } from '../support/proxy.ts';

const files = { 'run.json': new Blob(['x'.repeat(10_000)]) };
const record = { deviceKind: 'onnx' };

describeWith('a bucket', [bucketNeed], () => {
  let server: BucketServer;
  let proxy: FaultyProxy;
  beforeAll(async () => {
    server = await startBucketServer();
    await server.createBucket('runs');
    proxy = await startProxy(server.url);
  });
  afterAll(async () => {
    await proxy.stop();
    await server.stop();
  });
  afterEach(() => {
    proxy.fault = () => 'none';
  });

  let prefixes = 0;
  const open = (limit: number, signal?: AbortSignal): Promise<ResultStore> =>
    openStore(`s3://runs/${++prefixes}`, {
      environment: bucketEnvironment(proxy.url),
      patience: { first: 10, longest: 50, limit, signal },
      timeout: 150,
    });

  /** Every request fails twice in this way before it succeeds. */
  const twice = (fault: Fault): ((method: string, path: string) => Fault) => {
    const failures = new Map<string, number>();
    return (method, path) => {
      const count = failures.get(method + path) ?? 0;
      failures.set(method + path, count + 1);
      return count < 2 ? fault : 'none';
    };
  };

  test.each<Fault>(['500', 'hang', 'reset', 'lost-answer', 'cut-body', 'corrupt'])(
    'a store that fails for a while (%s) loses nothing',
    async (fault) => {
      const store = await open(30_000);
      proxy.fault = twice(fault);
      const commit = await store.results.commit('k1', 'a1', files, record);
      expect(commit).toMatchObject({ isFirst: true, different: [] });
      await store.checkpoints.put('k1', 'a1', 1, files);
      const fresh = await openStore(`s3://runs/${prefixes}`, { environment: bucketEnvironment(server.url) });
      expect(await fresh.results.read('k1')).toEqual(commit.result);
      const folder = mkdtempSync(join(tmpdir(), 'scalearn-faults-'));
      proxy.fault = twice(fault);
      await store.results.download('k1', folder);
      rmSync(folder, { recursive: true });
    },
  );

  test('a store that stays away ends with its reason, and nothing is committed', async () => {
    const store = await open(200);
    proxy.fault = () => '500';
    await expect(store.results.commit('k1', 'a1', files, record)).rejects.toMatchObject({
      reason: 'away',
      message: expect.stringContaining('InternalError: as asked'),
    });
    proxy.fault = () => 'none';
    expect(await store.results.has(['k1'])).toEqual(new Set());
  });

  test('waiting can be aborted', async () => {
    const controller = new AbortController();
    const store = await open(60_000, controller.signal);
    proxy.fault = () => 'reset';
    const commit = store.results.commit('k1', 'a1', files, record);
    setTimeout(() => controller.abort(new Error('stop now')), 100);
    await expect(commit).rejects.toThrow('stop now');
  });

  test('a wrong clock is corrected by that of the store', async () => {
    const store = await open(200);
    let skewed = 0;
    proxy.fault = () => (skewed++ === 0 ? 'skewed' : 'none');
    await store.results.commit('k1', 'a1', files, record);
    expect(skewed).toBeGreaterThan(1);
  });

  test('a service that ignores If-None-Match is refused', async () => {
    const plain = await startProxy(server.url, (headers) => {
      delete headers['if-none-match'];
    });
    try {
      const environment = bucketEnvironment(plain.url);
      await expect(openStore('s3://runs/ignored', { environment })).rejects.toMatchObject({
        reason: 'unsupported',
      });
    } finally {
      await plain.stop();
    }
  });

  test('a bucket that does not exist is named', async () => {
    const environment = bucketEnvironment(server.url);
    await expect(openStore('s3://absent', { environment })).rejects.toMatchObject({ reason: 'location' });
  });
});

describeWith('a folder on a full disk', [], () => {
  const disk = makeSmallDisk(1);
  afterAll(() => disk?.remove());

  test('waits for space, then says so; half a file is never seen', async (context) => {
    if (!disk) return context.skip('cannot mount a small disk here');
    const store = await openStore(join(disk.folder, 'store'), {
      patience: { first: 10, longest: 20, limit: 100 },
    });
    const large = { 'run.json': new Blob([new Uint8Array(1_600_000)]) };
    await expect(store.results.commit('k1', 'a1', large, record)).rejects.toMatchObject({ reason: 'full' });
    expect(await store.results.has(['k1'])).toEqual(new Set());
    // The space of the attempt is free again.
    const medium = { 'run.json': new Blob([new Uint8Array(600_000)]) };
    expect(await store.results.commit('k1', 'a1', medium, record)).toMatchObject({ isFirst: true });
  });
});
