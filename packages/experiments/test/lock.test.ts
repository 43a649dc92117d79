import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { takeLock } from '../src/folders/lock.ts';

const scratch = scratchFolder();

/** The path of a lock in a folder of its own. */
const path = (): string => join(mkdtempSync(join(scratch, 'lock-')), 'lock');

test('one at a time, and again after release', async () => {
  const lock = path();
  const release = await takeLock(lock, 'runs/rte');
  await expect(takeLock(lock, 'runs/rte')).rejects.toThrow(
    `runs/rte is in use by process ${process.pid}; wait`,
  );
  await release();
  await (await takeLock(lock, 'runs/rte'))();
  expect(readdirSync(join(lock, '..'))).toEqual([]);
});

test('is taken over from the dead, by one of many', async () => {
  // Process numbers end far below this one; or a number that came back with another start; or a torn file.
  const dead = [
    JSON.stringify({ pid: 2 ** 30, host: hostname(), started: null }),
    JSON.stringify({ pid: 2 ** 30, host: hostname(), started: '1' }),
    ...(process.platform === 'linux'
      ? [JSON.stringify({ pid: process.pid, host: hostname(), started: '1' })]
      : []),
    '{"pid":',
  ];
  for (const holder of dead) {
    const lock = path();
    writeFileSync(lock, holder);
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => takeLock(lock, 'runs/rte')));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(readdirSync(join(lock, '..'))).toEqual(['lock']);
  }
});

test('is taken in the end where the last one was killed while it took it over', async () => {
  const lock = path();
  const dead = JSON.stringify({ pid: 2 ** 30, host: hostname(), started: null });
  for (const name of [lock, `${lock}.takeover`]) writeFileSync(name, dead);
  // Time goes fast: how old a file is counts.
  const [began, now] = [Date.now(), Date.now.bind(Date)];
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => began + 20 * (now() - began));
  const release = await takeLock(lock, 'runs/rte').finally(() => clock.mockRestore());
  await release();
  expect(readdirSync(join(lock, '..'))).toEqual([]);
});

test('what was killed while it took one is removed; what is alive, or of others, is not', async () => {
  const lock = path();
  const other = (pid: number, host = hostname()): string => JSON.stringify({ pid, host, started: null });
  const uuid = '.b100e74d-c594-4315-9f4b-e8b140a5';
  const beside: Record<string, string> = {
    [`lock${uuid}0b01`]: other(2 ** 30),
    'lock.takeover': other(2 ** 30),
    [`lock${uuid}0b02`]: other(process.ppid),
    [`lock${uuid}0b03`]: other(1, 'elsewhere'),
    [`lock${uuid}0b04`]: '',
    'lock.txt': 'not ours',
  };
  for (const [name, content] of Object.entries(beside)) writeFileSync(join(lock, '..', name), content);
  await (await takeLock(lock, 'runs/rte'))();
  expect(readdirSync(join(lock, '..')).sort()).toEqual(Object.keys(beside).slice(2).sort());
});

test('works without hard links, for one of many at a time, and after the dead', async () => {
  for (const holder of [undefined, JSON.stringify({ pid: 2 ** 30, host: hostname(), started: null })]) {
    const lock = path();
    if (holder !== undefined) writeFileSync(lock, holder);
    const original = fs.link;
    fs.link = () => Promise.reject(Object.assign(new Error('no links'), { code: 'EPERM', syscall: 'link' }));
    syncBuiltinESMExports();
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => takeLock(lock, 'runs/rte')));
    fs.link = original;
    syncBuiltinESMExports();
    const taken = tries.filter((each) => each.status === 'fulfilled');
    expect(taken).toHaveLength(1);
    for (const each of tries)
      if (each.status === 'rejected') expect(each.reason.message).toContain('is in use by process');
    await taken[0]?.value();
    expect(readdirSync(join(lock, '..'))).toEqual([]);
  }
});

test('of another machine is left alone', async () => {
  const lock = path();
  writeFileSync(lock, JSON.stringify({ pid: 1, host: 'elsewhere', started: null }));
  await expect(takeLock(lock, 'runs/rte')).rejects.toThrow(
    'by process 1 on elsewhere; wait for it, or delete',
  );
  rmSync(lock);
});
