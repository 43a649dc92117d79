// A plan through a Slurm of one node. Its tasks train milliseconds.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Job } from '../../src/job.ts';
import { sbatchOptions } from '../../src/slurm/sbatch-options.ts';
import { Slurm } from '../../src/slurm/slurm.ts';
import { openStore, type ResultStore } from '../../src/store/store.ts';
import { cancelJobs, retryJobs, submitPlan } from '../../src/submit.ts';
import { expectedModels } from '../support/expected-models.ts';
import { modelName } from '../support/fake-model.ts';
import { describeWith } from '../support/needs.ts';
import { type SlurmServer, slurmNeed, startSlurm } from '../support/slurm.ts';

const job = (key: string, parents: string[] = [], ...args: string[]): Job => ({
  key,
  arguments: args,
  parents,
});
const program = fileURLToPath(new URL('../support/fake-alone.ts', import.meta.url));

describeWith('a plan in Slurm', [slurmNeed], () => {
  // Blanks and quotes are nothing special in a name.
  const scratch = mkdtempSync(join(tmpdir(), 'scalearn slurm\'s %a "test"-'));
  let server: SlurmServer;
  const before = process.env.SLURM_CONF;
  beforeAll(async () => {
    // Arrays of three tasks at most.
    server = await startSlurm(4, 4);
    process.env.SLURM_CONF = server.environment.SLURM_CONF;
  }, 60_000);
  afterAll(() => {
    server.stop();
    if (before === undefined) delete process.env.SLURM_CONF;
    else process.env.SLURM_CONF = before;
    rmSync(scratch, { recursive: true });
  });

  async function setUp(plan: string, jobs: readonly Job[], pause = 0) {
    const place = join(scratch, plan);
    const store = await openStore(place);
    await store.putPlan(plan, jobs);
    const command = [process.execPath, '--conditions=@scalearn/source', program, place, plan, String(pause)];
    const slurm = new Slurm(store, { plan, launch: { command, sbatch: [] }, pollSeconds: 0.2 });
    return { store, slurm, place };
  }
  const planOf = async (store: ResultStore, name: string): Promise<readonly Job[]> =>
    (await store.getPlan(name))?.jobs ?? [];
  async function states(slurm: Slurm): Promise<Record<string, string>> {
    return Object.fromEntries([...(await slurm.states())].map(([key, { state }]) => [key, state]));
  }
  async function until(isSo: () => Promise<boolean>): Promise<void> {
    while (!(await isSo())) await setTimeout(100);
  }
  async function untilEnded(slurm: Slurm): Promise<Record<string, string>> {
    const isOpen = (state: string): boolean => ['waiting', 'ready', 'running'].includes(state);
    await until(async () => !Object.values(await states(slurm)).some(isOpen));
    return states(slurm);
  }
  async function modelOf(store: ResultStore, key: string): Promise<Buffer> {
    const folder = mkdtempSync(join(scratch, 'model-'));
    await store.results.download(key, folder);
    return readFileSync(join(folder, modelName));
  }

  test('is trained in order, in arrays of the size that is allowed', { timeout: 60_000 }, async () => {
    const jobs = [
      ...['a', 'b', 'c', 'd'].map((key) => job(key)),
      ...['e', 'f'].map((key) => job(key, ['a', 'b'])),
      job('g', ['e', 'c']),
    ];
    const { store, slurm } = await setUp('order', jobs);
    const submission = await submitPlan(store, slurm, jobs);
    expect(submission).toEqual({ added: jobs.map(({ key }) => key), queued: [], done: [] });
    const arrays = [...(await store.arrays.all()).values()].map((array) => array.jobs.map(({ key }) => key));
    expect(arrays).toEqual([['a', 'b', 'c'], ['d'], ['e', 'f'], ['g']]);
    expect((await submitPlan(store, slurm, jobs)).added).toEqual([]);
    expect(await states(slurm)).toMatchObject({ g: 'waiting' });
    expect(new Set(Object.values(await untilEnded(slurm)))).toEqual(new Set(['done']));
    const expected = expectedModels(jobs);
    for (const { key } of jobs) expect(await modelOf(store, key), key).toEqual(expected.get(key));
  });

  test('that is retried trains what failed, and what was cancelled because of it', {
    timeout: 60_000,
  }, async () => {
    const jobs = [
      job('bad', [], '3', 'refuse'),
      job('good'),
      job('child', ['bad']),
      job('grandchild', ['child', 'good']),
    ];
    const { store, slurm } = await setUp('failure', [...jobs, job('other', ['good'])]);
    await submitPlan(store, slurm, [...jobs, job('other', ['good'])]);
    expect(await untilEnded(slurm)).toEqual({
      ...{ bad: 'failed', good: 'done', other: 'done', child: 'cancelled', grandchild: 'cancelled' },
    });
    expect(await store.marks.get('bad')).toMatchObject({ state: 'failed', reason: /the data differ/ });
    const why = { state: 'cancelled', reason: expect.stringMatching(/^it needs bad, which failed/) };
    expect(await store.marks.get('grandchild')).toEqual(why);
    expect((await slurm.states()).get('grandchild')).toEqual(why);
    const retried = await retryJobs(store, slurm, await planOf(store, 'failure'), ['bad']);
    expect([...retried.added].sort()).toEqual(['bad', 'child', 'grandchild']);
    expect(await states(slurm)).toMatchObject({ child: 'waiting', grandchild: 'waiting' });
    await untilEnded(slurm);
    expect(await store.attempts.list('bad')).toHaveLength(1);
  });

  test('goes on from its checkpoint after the death of a task, or when its time is over; what is cancelled does not', {
    timeout: 60_000,
  }, async () => {
    const jobs = [
      ...[job('killed', [], '20'), job('timed', [], '20'), job('unwanted', [], '1000')],
      ...[job('after', ['killed']), job('below', ['unwanted'])],
    ];
    const { store, slurm } = await setUp('signals', jobs, 100);
    await submitPlan(store, slurm, jobs);
    for (const key of ['killed', 'timed', 'unwanted'])
      await until(async () => (await store.checkpoints.get(key, join(scratch, `seen-${key}`))) !== undefined);
    const [attempt] = await store.attempts.list('killed');
    process.kill(Number(/-(\d+)$/.exec(attempt?.worker ?? '')?.[1]), 'SIGKILL');
    const [[name, array] = ['']] = await store.arrays.all();
    expect(array?.jobs.map(({ key }) => key)).toEqual(['killed', 'timed', 'unwanted']);
    const [line = ''] = execFileSync('squeue', ['--noheader', '--format=%F', `--name=${name}`])
      .toString()
      .split('\n');
    // What Slurm does before the time is over.
    execFileSync('scancel', ['--batch', '--signal=TERM', `${line}_1`, `${line}_2`]);
    const endsOf = async (key: string): Promise<unknown[]> =>
      (await store.attempts.list(key)).sort((a, b) => a.time - b.time).map(({ end }) => end);
    await until(async () => (await endsOf('timed')).includes('handed-back'));
    expect((await cancelJobs(store, slurm, ['unwanted'], 'no more')).sort()).toEqual(['below', 'unwanted']);
    expect(await untilEnded(slurm)).toEqual({
      ...{ killed: 'done', timed: 'done', after: 'done', unwanted: 'cancelled', below: 'cancelled' },
    });
    expect(await endsOf('killed')).toEqual([undefined, 'committed']);
    expect(await endsOf('timed')).toEqual(['handed-back', 'committed']);
    for (const key of ['killed', 'timed']) {
      expect(await modelOf(store, key)).toEqual(expectedModels(jobs).get(key));
      const last = (await store.attempts.list(key)).find(({ end }) => end === 'committed');
      const log = await store.attempts.getLog(key, last?.name ?? '');
      expect(log).toMatch(new RegExp(`^${key} begins at [1-9]`));
    }
  });

  test('is submitted as a whole, or not at all; Slurm says why', { timeout: 60_000 }, async () => {
    const jobs = [job('x'), job('y', ['x'])];
    const { store, slurm } = await setUp('refused', jobs);
    const withOptions = (sbatch: string) =>
      new Slurm(store, { plan: 'refused', launch: { command: ['true'], sbatch: sbatchOptions(sbatch) } });
    await expect(submitPlan(store, withOptions('--partition=none'), jobs)).rejects.toThrow(
      /^sbatch refused it: .*invalid partition specified: none/,
    );
    expect((await store.arrays.all()).size).toBe(0);
    expect(await states(slurm)).toEqual({});
    const named = withOptions(String.raw`--comment="it's a \"test\" of $HOME" -c 2 --array=%1 --hold`);
    await submitPlan(store, named, jobs);
    const shown = execFileSync('squeue', ['--noheader', '--states=PENDING', '--format=%C|%k'])
      .toString()
      .trim()
      .split('\n');
    expect(shown).toEqual(Array.from({ length: 2 }, () => `2|it's a "test" of $HOME`));
    const [first] =
      execFileSync('scontrol', ['show', 'job'])
        .toString()
        .match(/ArrayTaskThrottle=\d+/) ?? [];
    expect(first).toBe('ArrayTaskThrottle=1');
    expect((await slurm.cancel(['x'])).sort()).toEqual(['x', 'y']);
  });
});
