import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { InterruptedError, JobError, StoreError } from '../../src/errors.ts';
import type { Job } from '../../src/job.ts';
import { Queue } from '../../src/queue/queue.ts';
import { openStore, type ResultStore } from '../../src/store/store.ts';
import { cancelJobs, retryJobs, submitPlan } from '../../src/submit.ts';
import type { WorkEvent } from '../../src/worker/events.ts';
import type { Train } from '../../src/worker/train.ts';
import { type WorkOptions, work } from '../../src/worker/work.ts';
import { type Database, databaseNeed, startDatabase } from '../support/database.ts';
import { expectedModels } from '../support/expected-models.ts';
import { fakeTraining } from '../support/fake-child.ts';
import { modelName } from '../support/fake-model.ts';
import { describeWith } from '../support/needs.ts';

const job = (key: string, parents: string[] = [], ...args: string[]): Job => ({
  key,
  arguments: args,
  parents,
});
const diamond = [job('a'), job('b', ['a']), job('c', ['a']), job('d', ['b', 'c']), job('e')];

describeWith('a worker', [databaseNeed], () => {
  const scratch = mkdtempSync(join(tmpdir(), 'scalearn-work-test-'));
  let database: Database;
  let count = 0;
  const opened: Queue[] = [];
  beforeAll(async () => {
    database = await startDatabase();
  });
  afterEach(async () => {
    for (const queue of opened.splice(0)) await queue.close();
  });
  afterAll(() => {
    database.stop();
    rmSync(scratch, { recursive: true });
  });

  async function setUp(jobs: readonly Job[], heartbeatSeconds = 10) {
    const name = `work${++count}`;
    const place = join(scratch, name);
    const store = await openStore(place, { patience: { first: 5, longest: 10, limit: 50 } });
    const queue = await Queue.open(database.create(name), {
      ...{ numerics: '1', heartbeatSeconds },
      patience: { limit: 5000 },
    });
    opened.push(queue);
    await submitPlan(store, queue, jobs);
    const events: WorkEvent[] = [];
    const run = (train: Train, options: Partial<WorkOptions> = {}): Promise<void> =>
      work({
        ...{ queue, store, train, deviceKind: 'fake', worker: 'w', untilEmpty: true },
        ...{ pollSeconds: 0.05, retrySeconds: 1, scratch, onEvent: (event) => void events.push(event) },
        ...options,
      });
    const of = (kind: WorkEvent['event']): WorkEvent[] => events.filter(({ event }) => event === kind);
    return { store, queue, events, run, of, place };
  }

  const modelOf = async (store: ResultStore, key: string): Promise<Buffer> => {
    const folder = mkdtempSync(join(scratch, 'model-'));
    await store.results.download(key, folder);
    return readFileSync(join(folder, modelName));
  };
  async function until(isSo: () => Promise<boolean>): Promise<void> {
    while (!(await isSo())) await setTimeout(20);
  }
  const quick: Train = async (trained, { out }) => {
    writeFileSync(join(out, modelName), trained.key);
    return { deviceKind: 'other', seconds: 1 };
  };

  test('trains every job once, after its parents, in child processes', async () => {
    const { store, run, events, of } = await setUp(diamond);
    await run(fakeTraining(2), { jobs: 2 });
    for (const [key, model] of expectedModels(diamond)) expect(await modelOf(store, key)).toEqual(model);
    expect(of('start')).toHaveLength(5);
    const keys = events.map((event) => ('key' in event ? `${event.event} ${event.key}` : ''));
    expect(keys.indexOf('start d')).toBeGreaterThan(keys.indexOf('commit b'));
    const d = of('start').find((event) => 'key' in event && event.key === 'd');
    expect(d).toMatchObject({ parents: { b: (await store.results.read('b'))?.attempt }, resumed: undefined });
    const result = await store.results.read('d');
    expect(result).toMatchObject({ record: { deviceKind: 'fake' }, files: [{ name: modelName }] });
    expect(await store.attempts.getLog('d', result?.attempt ?? '')).toContain('d begins at 0');
    expect(await store.attempts.list('d')).toMatchObject([{ worker: 'w', end: 'committed' }]);
    expect(await store.checkpoints.get('d', join(scratch, 'none'))).toBeUndefined();
    expect(readdirSync(join(scratch, 'scalearn-work'))).toEqual([]);
  });

  test('does not train what has a result', async () => {
    const { store, run, of } = await setUp(diamond);
    await store.results.commit('a', 'earlier', { [modelName]: new Blob(['a']) }, { deviceKind: 'fake' });
    await run(quick);
    expect(of('known')).toMatchObject([{ key: 'a' }]);
    expect(of('start')).toHaveLength(4);
  });

  test('hands its jobs back when it is stopped, and the next worker resumes', async () => {
    const jobs = [job('long', [], '300')];
    const { store, run, of } = await setUp(jobs);
    const stop = new AbortController();
    const first = run(fakeTraining(10), { signal: stop.signal });
    const probe = join(scratch, 'probe');
    await until(async () => (await store.checkpoints.get('long', probe)) !== undefined);
    stop.abort();
    await first;
    expect(of('hand-back')).toMatchObject([{ key: 'long' }]);
    await run(fakeTraining(0));
    const [begin, again] = of('start');
    expect(again).toMatchObject({ resumed: begin && 'attempt' in begin ? begin.attempt : '' });
    expect(await modelOf(store, 'long')).toEqual(expectedModels(jobs).get('long'));
    const attempts = await store.attempts.list('long');
    expect(attempts.map(({ end }) => end).sort()).toEqual(['committed', 'handed-back']);
    const log = await store.attempts.getLog(
      'long',
      attempts.find(({ end }) => end === 'committed')?.name ?? '',
    );
    expect(log).not.toContain('begins at 0');
  });

  test('a job that cannot succeed is failed at once, and what needs it is cancelled by name', async () => {
    const jobs = [job('a', [], '1', 'refuse'), job('b', ['a']), job('c', ['b']), job('e')];
    const { store, queue, run, of } = await setUp(jobs);
    await run(fakeTraining(0));
    expect(of('failed')).toMatchObject([{ key: 'a', reason: expect.stringContaining('the data differ') }]);
    expect(of('died')).toEqual([]);
    expect(await store.marks.get('a')).toMatchObject({ state: 'failed' });
    expect(await store.marks.get('c')).toEqual({
      state: 'cancelled',
      reason: expect.stringMatching(/it needs a, which failed: .*the data differ/),
    });
    expect((await queue.states()).get('c')?.state).toBe('cancelled');
    // Tried anew, it succeeds this time.
    const again = await retryJobs(store, queue, jobs, ['a']);
    expect([...again.added].sort()).toEqual(['a', 'b', 'c']);
    expect(await store.marks.get('a')).toBeUndefined();
    await run(quick);
    expect(await store.results.has(['a', 'b', 'c', 'e'])).toEqual(new Set(['a', 'b', 'c', 'e']));
  });

  test('a job that kills its process three times is failed with the end of its log', async () => {
    const { store, run, of } = await setUp([job('a', [], '1', 'die'), job('b', ['a']), job('e')]);
    await run(fakeTraining(0));
    expect(of('died')).toHaveLength(3);
    expect(of('failed')).toMatchObject([{ key: 'a', cancelled: ['b'] }]);
    const mark = await store.marks.get('a');
    expect(mark?.reason).toMatch(/^3 attempts died, .*SIGKILL.*\n.*about to die/s);
    expect(await store.results.has(['a', 'b', 'e'])).toEqual(new Set(['e']));
    // The log stays out of the database.
    const outputs = database.query(`work${count}`, 'SELECT output::text FROM scalearn.job');
    expect(outputs).not.toContain('about to die');
    expect((await store.marks.get('b'))?.reason).toMatch(
      /^it needs a, which failed: 3 attempts died, .*SIGKILL/,
    );
    expect((await store.marks.get('b'))?.reason).not.toContain('Its log ends');
  });

  test('a job that kills its workers three times is failed by the next', async () => {
    const { store, run, of } = await setUp([job('a')]);
    for (const name of ['attempt-1-x', 'attempt-2-x', 'attempt-3-x'])
      await store.attempts.begin('a', name, { worker: 'gone', time: Number(name[8]), deviceKind: 'fake' });
    await store.attempts.putLog('a', 'attempt-3-x', 'last words');
    await run(quick);
    expect(of('start')).toEqual([]);
    expect(await store.marks.get('a')).toMatchObject({ reason: expect.stringContaining('last words') });
  });

  test('a job that is cancelled while it runs is left, and its late result harms nothing', async () => {
    const { store, queue, run, of } = await setUp([job('a', [], '10000'), job('b', ['a'])], 1);
    const running = run(fakeTraining(5));
    await until(async () => of('start').length > 0);
    expect((await cancelJobs(store, queue, ['a'], 'not wanted')).sort()).toEqual(['a', 'b']);
    await running;
    expect(of('lost')).toMatchObject([{ key: 'a' }]);
    expect(await store.marks.get('b')).toEqual({ state: 'cancelled', reason: 'not wanted' });
    expect(await store.attempts.list('a')).toMatchObject([{ end: 'cancelled' }]);
  });

  test('a job that takes long stays with its worker', async () => {
    const { run, of } = await setUp([job('a')], 1);
    const long: Train = async (trained, folder, options) => {
      await setTimeout(4000);
      return quick(trained, folder, options);
    };
    await run(long, { jobs: 2 });
    expect(of('start')).toHaveLength(1);
  });

  test('a late attempt with other bytes is reported', async () => {
    const { store, run, of } = await setUp([job('a')]);
    const slow: Train = async (trained, folder, options) => {
      const record = await quick(trained, folder, options);
      await store.results.commit('a', 'other', { [modelName]: new Blob(['?']) }, { deviceKind: 'fake' });
      return record;
    };
    await run(slow);
    expect(of('commit')).toMatchObject([{ isFirst: false }]);
    expect(of('different')).toMatchObject([{ key: 'a', files: [modelName], other: 'other' }]);
    expect((await modelOf(store, 'a')).toString()).toBe('?');
  });

  test('a job whose parent has no result yet waits for it', async () => {
    const { store, queue, run, of } = await setUp([job('a'), job('b', ['a'])]);
    const a = await queue.take('fake');
    if (!a) throw new Error('no job');
    await queue.complete(a);
    const late = setTimeout(300).then(() =>
      store.results.commit('a', 'late', { [modelName]: new Blob(['a']) }, { deviceKind: 'fake' }),
    );
    await run(quick);
    await late;
    expect(of('hand-back').length).toBeGreaterThan(0);
    expect(of('start')).toMatchObject([{ key: 'b', parents: { a: 'late' } }]);
  });

  test('a worker whose store is gone hands its job back and leaves with the reason', async () => {
    const { store, run, of, place } = await setUp([job('a')]);
    let isAway = true;
    const away: Train = async (trained, folder, options) => {
      if (isAway) {
        rmSync(place, { recursive: true });
        writeFileSync(place, '');
      }
      return quick(trained, folder, options);
    };
    await expect(run(away)).rejects.toThrow(StoreError);
    expect(of('hand-back')).toMatchObject([{ key: 'a' }]);
    rmSync(place);
    isAway = false;
    await run(away);
    expect(await store.results.has(['a'])).toEqual(new Set(['a']));
  });

  test('without the database, a training goes on to its result', async () => {
    const own = await startDatabase();
    const store = await openStore(join(scratch, 'alone'));
    const queue = await Queue.open(own.create('alone'), { numerics: '1', patience: { limit: 200 } });
    await submitPlan(store, queue, [job('a')]);
    const steady: Train = async (trained, folder, options) => {
      own.stop();
      await setTimeout(2000, undefined, { signal: options.signal });
      return quick(trained, folder, options);
    };
    const running = work({
      ...{ queue, store, train: steady, deviceKind: 'fake', jobs: 2, scratch, pollSeconds: 0.05 },
    });
    await expect(running).rejects.toMatchObject({ name: 'QueueError', reason: 'away' });
    expect(await store.results.has(['a'])).toEqual(new Set(['a']));
    await queue.close();
  });

  test('a worker that waits for the database leaves when it is stopped', async () => {
    const own = await startDatabase();
    const store = await openStore(join(scratch, 'waiting'));
    const queue = await Queue.open(own.create('waiting'), { numerics: '1', patience: { limit: 120_000 } });
    own.stop();
    const signal = AbortSignal.timeout(500);
    const began = performance.now();
    await work({ queue, store, train: quick, deviceKind: 'fake', scratch, signal });
    expect(performance.now() - began).toBeLessThan(20_000);
    await queue.close();
  });

  test('a checkpoint that is gone before it is stored harms nothing', async () => {
    const { store, run, of } = await setUp([job('a')]);
    const hasty: Train = async (trained, folder, options) => {
      const path = join(folder.out, 'checkpoint');
      for (const text of ['1', '2']) {
        writeFileSync(path, text);
        options.onCheckpoint(['checkpoint']);
      }
      rmSync(path);
      await setTimeout(300, undefined, { signal: options.signal });
      return quick(trained, folder, options);
    };
    await run(hasty);
    expect(of('died')).toEqual([]);
    expect(of('start')).toHaveLength(1);
    expect(await store.results.has(['a'])).toEqual(new Set(['a']));
  });

  test('a checkpoint that cannot be stored does not end its training', async () => {
    const { store, run, of } = await setUp([job('a')]);
    const put = store.checkpoints.put;
    store.checkpoints.put = () => Promise.reject(new StoreError('away', 'the store is away'));
    const steady: Train = async (trained, folder, options) => {
      writeFileSync(join(folder.out, 'checkpoint'), '1');
      options.onCheckpoint(['checkpoint']);
      await setTimeout(200, undefined, { signal: options.signal });
      rmSync(join(folder.out, 'checkpoint'));
      return quick(trained, folder, options);
    };
    await run(steady);
    store.checkpoints.put = put;
    expect(of('warning')).toMatchObject([{ key: 'a', reason: expect.stringContaining('the store is away') }]);
    expect(await store.results.has(['a'])).toEqual(new Set(['a']));
  });

  test('hidden files are no part of a result', async () => {
    const { store, run } = await setUp([job('a')]);
    const untidy: Train = async (trained, folder, options) => {
      writeFileSync(join(folder.out, '.lock'), '');
      return quick(trained, folder, options);
    };
    await run(untidy);
    expect((await store.results.read('a'))?.files.map(({ name }) => name)).toEqual([modelName]);
  });

  test('names jobs of another version, and leaves them', async () => {
    const { run, of } = await setUp([]);
    const name = `work${++count}`;
    const recent = await Queue.open(database.create(name), { numerics: '2' });
    const old = await Queue.open(`${database.url}/${name}`, { numerics: '1' });
    opened.push(recent, old);
    await recent.submit([job('a')]);
    await run(quick, { queue: old });
    expect(of('other-version')).toMatchObject([{ numerics: '2/2' }]);
    expect((await recent.states()).get('a')?.state).toBe('ready');
  });

  test('errors of a training are told apart', async () => {
    const { run, of } = await setUp([job('a'), job('b'), job('c')]);
    const tries = new Map<string, number>();
    await run(async (trained, folder, options) => {
      const count = (tries.get(trained.key) ?? 0) + 1;
      tries.set(trained.key, count);
      if (trained.key === 'a') throw new JobError('never');
      if (trained.key === 'b' && count === 1) throw new Error('the device was lost');
      if (trained.key === 'c' && count === 1) throw new InterruptedError('asked');
      return quick(trained, folder, options);
    });
    expect(Object.fromEntries(tries)).toEqual({ a: 1, b: 2, c: 2 });
    expect(of('failed')).toMatchObject([{ key: 'a', reason: 'never' }]);
    expect(of('commit')).toHaveLength(2);
  });
});
