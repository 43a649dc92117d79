// File systems without hard links: exFAT, many network shares and mounted folders.
import { readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { takeLock } from '../src/folders/lock.ts';

vi.mock('node:fs/promises', async (original) => ({
  ...(await original<typeof import('node:fs/promises')>()),
  link: async () => {
    throw Object.assign(new Error('EPERM: operation not permitted, link'), {
      code: 'EPERM',
      syscall: 'link',
    });
  },
}));

const folder = scratchFolder();
const lock = join(folder, 'lock');

test('a lock is taken by one at a time, and from the dead by one of many', async () => {
  const release = await takeLock(lock, 'runs/rte');
  await expect(takeLock(lock, 'runs/rte')).rejects.toThrow('runs/rte is in use by process');
  await release();
  writeFileSync(lock, JSON.stringify({ pid: 2 ** 30, host: hostname(), started: null }));
  const tries = await Promise.allSettled(Array.from({ length: 20 }, () => takeLock(lock, 'runs/rte')));
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(readdirSync(folder)).toEqual(['lock']);
});
