import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { JobState } from '../src/scheduler.ts';
import { planStatus } from '../src/status.ts';
import { openStore } from '../src/store/store.ts';
import { describeWith } from './support/needs.ts';

const scratch = mkdtempSync(join(tmpdir(), 'scalearn-status-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describeWith('the status of a plan', [], () => {
  const job = (key: string, ...parents: string[]) => ({ key, arguments: [], parents });
  const jobs = [
    ...[job('done'), job('running', 'done'), job('ready', 'done'), job('waiting', 'running')],
    ...[job('failed'), job('cancelled', 'failed'), job('unmarked'), job('lost', 'done')],
  ];
  const queued: Record<string, JobState> = {
    ...{ done: 'running', running: 'running', ready: 'ready', waiting: 'waiting' },
    ...{ failed: 'failed', cancelled: 'cancelled', unmarked: 'cancelled' },
  };
  const states = new Map(
    jobs.flatMap((each) => {
      const state = queued[each.key];
      const reason = each.key === 'unmarked' ? 'Slurm ended it' : undefined;
      return state === undefined ? [] : [[each.key, { state, reason }] as const];
    }),
  );

  test('comes from the store, and of what runs and waits from the queue', async () => {
    const store = await openStore(scratch);
    await store.results.commit('done', 'a', { f: new Blob(['']) }, { deviceKind: 'onnx' });
    await store.attempts.begin('running', 'a1', { worker: 'old', time: 1, deviceKind: 'onnx' });
    await store.attempts.end('running', 'a1', 'handed-back');
    await store.attempts.begin('running', 'a2', { worker: 'host-7', time: 2, deviceKind: 'onnx' });
    await store.marks.put('failed', { state: 'failed', reason: 'no data' });
    await store.marks.put('cancelled', { state: 'cancelled', reason: 'it needs failed' });

    const found = await planStatus(store, { states: async () => states }, jobs);
    expect(found.map(({ key, state }) => [key, state])).toEqual([
      ['done', 'done'],
      ['running', 'running'],
      ['ready', 'ready'],
      ['waiting', 'waiting'],
      ['failed', 'failed'],
      ['cancelled', 'cancelled'],
      ['unmarked', 'cancelled'],
      ['lost', 'unqueued'],
    ]);
    expect(found[1]).toMatchObject({ worker: 'host-7', attempt: 'a2', started: 2 });
    expect(found[6]).toMatchObject({ reason: 'Slurm ended it' });
    expect(found[4]).toMatchObject({ reason: 'no data', worker: undefined });

    const alone = await planStatus(store, undefined, jobs);
    expect(alone.map(({ state }) => state)).toEqual([
      ...['done', 'running', 'ready', 'waiting', 'failed', 'cancelled', 'ready', 'ready'],
    ]);
  });
});
