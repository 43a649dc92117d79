import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { patiently } from '../../src/patience.ts';
import { openStore } from '../../src/store/store.ts';
import { Latest } from '../../src/worker/latest.ts';
import { Parents } from '../../src/worker/parents.ts';
import { makeScratch } from '../../src/worker/scratch.ts';
import { describeWith } from '../support/needs.ts';

const scratch = mkdtempSync(join(tmpdir(), 'scalearn-parts-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describeWith('results of parents on a machine', [], () => {
  test('are downloaded once, stay while they are used, and then while there is room', async () => {
    const store = await openStore(join(scratch, 'store'));
    for (const key of ['a', 'b', 'c'])
      await store.results.commit(key, 'x', { f: new Blob([key.repeat(100)]) }, { deviceKind: 'fake' });
    const parents = new Parents(store, join(scratch, 'cache'), 150);
    const [a, again] = await Promise.all([parents.hold('a'), parents.hold('a')]);
    expect(again.folder).toBe(a.folder);
    expect(readFileSync(join(a.folder, 'f'), 'utf8')).toBe('a'.repeat(100));
    const b = await parents.hold('b');
    await parents.release('b');
    // There is no room for both, and one of them is in use.
    expect([existsSync(a.folder), existsSync(b.folder)]).toEqual([true, false]);
    await parents.release('a');
    expect(existsSync(a.folder)).toBe(true);
    await parents.release('a');
    const c = await parents.hold('c');
    await parents.release('c');
    expect([existsSync(a.folder), existsSync(c.folder)]).toEqual([false, true]);
    expect((await parents.hold('a')).folder).not.toBe(a.folder);
  });

  test('one that is missing is asked for again', async () => {
    const store = await openStore(join(scratch, 'late'));
    const parents = new Parents(store, join(scratch, 'late-cache'), 0);
    await expect(parents.hold('a')).rejects.toMatchObject({ reason: 'missing' });
    await store.results.commit('a', 'x', { f: new Blob(['1']) }, { deviceKind: 'fake' });
    expect((await parents.hold('a')).result.attempt).toBe('x');
  });
});

test('of what waits for its turn only the newest runs', async () => {
  const errors: unknown[] = [];
  const latest = new Latest((error) => void errors.push(error));
  const ran: number[] = [];
  for (let i = 0; i < 5; i++)
    latest.run(async () => {
      await setTimeout(20);
      ran.push(i);
      if (i === 0) throw new Error('first');
    });
  await latest.idle();
  expect(ran).toEqual([0, 4]);
  expect(errors).toEqual([new Error('first')]);
});

test('folders of dead workers of this machine are removed', async () => {
  const own = await makeScratch(scratch);
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  const dead = own.replace(`-${process.pid}-`, `-${pid}-`);
  mkdirSync(dead);
  const other = await makeScratch(scratch);
  expect([own, dead, other].map((path) => existsSync(path))).toEqual([true, false, true]);
});

test('patience doubles its waits, ends at its limit, and does not repeat what cannot pass', async () => {
  let calls = 0;
  const fail = (): Promise<never> => {
    calls++;
    return Promise.reject(new Error('away'));
  };
  const began = performance.now();
  await expect(patiently(fail, () => true, { first: 20, longest: 80, limit: 400 })).rejects.toThrow('away');
  expect(performance.now() - began).toBeLessThan(400 + 300);
  expect(calls).toBeGreaterThanOrEqual(5);
  calls = 0;
  await expect(patiently(fail, () => false)).rejects.toThrow('away');
  expect(calls).toBe(1);
});
