// What a store promises, in a folder and in a bucket.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { filesIn } from '../../src/store/access.ts';
import { openStore, type ResultStore } from '../../src/store/store.ts';
import {
  type BucketServer,
  bucketEnvironment,
  bucketNeed,
  startBucketServer,
} from '../support/bucket-server.ts';
import { describeWith } from '../support/needs.ts';

const scratch = mkdtempSync(join(tmpdir(), 'scalearn-store-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let server: BucketServer | undefined;
beforeAll(async () => {
  if (!bucketNeed) server = await startBucketServer();
});
afterAll(() => server?.stop());

const kinds: [string, string | undefined, (name: string) => Promise<ResultStore>][] = [
  ['a folder', undefined, (name) => openStore(join(scratch, name))],
  [
    'a bucket',
    bucketNeed,
    async (name) => {
      await server?.createBucket(name);
      return openStore(`s3://${name}/runs`, { environment: bucketEnvironment(server?.url ?? '') });
    },
  ],
];

const files = (text: string) => ({
  'run.json': new Blob([text]),
  'deep/weights.bin': new Blob([text, text]),
});
const record = { deviceKind: 'onnx', seconds: 3 };

for (const [kind, missing, open] of kinds)
  describeWith(kind, [missing], () => {
    const read = (folder: string) => readFileSync(join(folder, 'deep/weights.bin'), 'utf8');

    test('the first of two commits wins, and the second learns whether it is equal', async () => {
      const store = await open('commits');
      expect(await store.results.has(['k1', 'k2'])).toEqual(new Set());
      const first = await store.results.commit('k1', 'a1', files('x'), record);
      expect(first).toMatchObject({ isFirst: true, different: [], result: { attempt: 'a1', record } });
      const equal = await store.results.commit('k1', 'a2', files('x'), record);
      expect(equal).toMatchObject({ isFirst: false, different: [], result: { attempt: 'a1' } });
      const other = await store.results.commit(
        'k1',
        'a3',
        { ...files('x'), 'run.json': new Blob(['y']) },
        record,
      );
      expect(other).toMatchObject({ isFirst: false, different: ['run.json'] });
      const varying = { ...record, varying: ['run.json'] };
      const third = await store.results.commit('k1', 'a4', files('other'), varying);
      expect(third).toMatchObject({ isFirst: false, different: ['deep/weights.bin'] });
      // The same attempt may repeat itself, as after a lost answer.
      const again = await store.results.commit('k1', 'a1', files('x'), record);
      expect(again).toMatchObject({ isFirst: true, different: [] });
      expect(await store.results.has(['k1', 'k2'])).toEqual(new Set(['k1']));
      const folder = join(scratch, 'download', kind);
      expect(await store.results.download('k1', folder)).toMatchObject({ key: 'k1', record });
      expect(read(folder)).toBe('xx');
      await expect(store.results.download('k2', folder)).rejects.toMatchObject({ reason: 'missing' });
    });

    test('the last whole checkpoint counts', async () => {
      const store = await open('checkpoints');
      const folder = join(scratch, 'checkpoint', kind);
      expect(await store.checkpoints.get('k1', folder)).toBeUndefined();
      await store.checkpoints.put('k1', 'a1', 1, files('1'));
      await store.checkpoints.put('k1', 'a1', 2, files('2'));
      await store.checkpoints.put('k1', 'a2', 1, files('3'));
      expect(await store.checkpoints.get('k1', folder)).toBe('a2');
      expect(read(folder)).toBe('33');
      await store.checkpoints.clear('k1');
      expect(await store.checkpoints.get('k1', folder)).toBeUndefined();
    });

    test('keeps attempts, logs, marks and plans', async () => {
      const store = await open('rest');
      await store.attempts.begin('k1', 'a1', { worker: 'w', time: 5, deviceKind: 'onnx' });
      await store.attempts.begin('k1', 'a2', { worker: 'w', time: 6, deviceKind: 'onnx' });
      await store.attempts.end('k1', 'a1', 'died', 'SIGKILL');
      await store.attempts.putLog('k1', 'a1', 'last words');
      expect(await store.attempts.list('k1')).toEqual([
        { name: 'a1', worker: 'w', time: 5, deviceKind: 'onnx', end: 'died', reason: 'SIGKILL' },
        { name: 'a2', worker: 'w', time: 6, deviceKind: 'onnx', end: undefined, reason: undefined },
      ]);
      await store.marks.put('k1', { state: 'failed', reason: 'no such file' });
      expect(await store.marks.get('k1')).toEqual({ state: 'failed', reason: 'no such file' });
      await store.forgive(['k1', 'k2']);
      expect(await store.marks.get('k1')).toBeUndefined();
      expect(await store.attempts.list('k1')).toEqual([]);
      expect(await store.attempts.getLog('k1', 'a1')).toBe('last words');
      const jobs = [{ key: 'k1', arguments: ['--seed', '0'], parents: [] }];
      await store.putPlan('grid', jobs);
      expect(await store.getPlan('grid')).toEqual({ jobs, note: undefined });
      await store.putPlan('noted', jobs, 'a note');
      expect((await store.getPlan('noted'))?.note).toBe('a note');
      expect(await store.listPlans()).toEqual(['grid', 'noted']);
      expect(await store.getPlan('other')).toBeUndefined();
    });
  });

describeWith('a folder', [], () => {
  test('is refused where it cannot be one', async () => {
    writeFileSync(join(scratch, 'file'), '');
    await expect(openStore(join(scratch, 'file/store'))).rejects.toMatchObject({ reason: 'location' });
  });

  test('a damaged file, and a name that leaves the folder, are refused', async () => {
    const store = await openStore(join(scratch, 'damaged'));
    await store.results.commit('k1', 'a1', files('x'), record);
    writeFileSync(join(scratch, 'damaged/k1/a1/files/run.json'), 'z');
    const folder = join(scratch, 'out');
    await expect(store.results.download('k1', folder)).rejects.toMatchObject({ reason: 'damaged' });
    expect(existsSync(join(folder, 'run.json'))).toBe(false);

    const text = JSON.stringify({
      ...{ format: 1, key: 'k2', attempt: 'a1', record },
      files: [{ name: '../../escaped', size: 1, sha256: '0'.repeat(64) }],
    });
    mkdirSync(join(scratch, 'damaged/k2'), { recursive: true });
    writeFileSync(join(scratch, 'damaged/k2/result.json'), text);
    await expect(store.results.download('k2', folder)).rejects.toThrow('could leave its folder');
    await expect(store.results.commit('k3', 'a1', { '../x': new Blob([]) }, record)).rejects.toThrow(
      'cannot be the name',
    );
  });

  test('a checkpoint that is damaged counts as none', async () => {
    const store = await openStore(join(scratch, 'torn'));
    await store.checkpoints.put('k1', 'a1', 1, files('1'));
    writeFileSync(join(scratch, 'torn/k1/a1/checkpoints/1/run.json'), '2');
    expect(await store.checkpoints.get('k1', join(scratch, 'torn-out'))).toBeUndefined();
    expect(existsSync(join(scratch, 'torn-out'))).toBe(false);
  });

  test('files of a folder are stored under their paths', async () => {
    const store = await openStore(join(scratch, 'paths'));
    mkdirSync(join(scratch, 'from/deep'), { recursive: true });
    writeFileSync(join(scratch, 'from/run.json'), 'a');
    writeFileSync(join(scratch, 'from/deep/weights.bin'), 'b');
    await store.results.commit('k1', 'a1', await filesIn(join(scratch, 'from')), record);
    expect((await store.results.read('k1'))?.files.map(({ name }) => name)).toEqual([
      'deep/weights.bin',
      'run.json',
    ]);
  });
});
