// How a follower learns that jobs have ended.
import { join } from 'node:path';
import { openStore, type ScheduledJob, type Scheduler } from '@scalearn/cluster';
import { expect, test } from 'vitest';
import { scratchFolder } from '../../../../test/support/scratch.ts';
import { describeWith } from '../../../cluster/test/support/needs.ts';
import { Ends } from '../../src/cluster/ends.ts';

const folder = scratchFolder();

describeWith('the end of a job', [], () => {
  const scheduled = new Map<string, ScheduledJob>();
  const scheduler = {
    ...{ where: 'a scheduler', pollSeconds: 0.01 },
    states: async () => scheduled,
  } as Partial<Scheduler> as Scheduler;

  test('is its result, which may be seen some time after the scheduler says so', async () => {
    const store = await openStore(join(folder, 'store'));
    const ends = new Ends({ runs: [] }, { store, scheduler, onEvent: () => {}, appearance: 300 });
    const stop = new AbortController();
    const keys = ['late', 'never', 'broken', 'ended', 'marked', 'unknown'];
    scheduled.set('late', { state: 'done' });
    scheduled.set('never', { state: 'done' });
    scheduled.set('broken', { state: 'failed' });
    scheduled.set('ended', { state: 'failed', reason: 'Slurm ended it: timeout' });
    scheduled.set('marked', { state: 'done' });
    await store.marks.put('marked', { state: 'cancelled', reason: 'no more' });
    const found = Promise.all(keys.map((key) => ends.of(key, stop.signal)));
    const watching = ends.watch(stop.signal);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await store.results.commit('late', 'attempt-1', {}, { deviceKind: 'fake' });
    const [late, never, broken, ended, marked, unknown] = (await found).map((each) => each?.message);
    stop.abort();
    await watching;
    expect(late).toBeUndefined();
    const again = 'the same command submits it again';
    expect(never).toBe(`it is done in a scheduler and has no result; ${again}`);
    expect(broken).toBe(`it is failed in a scheduler and has no result; ${again}`);
    expect(ended).toBe('failed: Slurm ended it: timeout');
    expect(marked).toBe('cancelled: no more');
    expect(unknown).toBe(`it is unknown in a scheduler and has no result; ${again}`);
  });
});
