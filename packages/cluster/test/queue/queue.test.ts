import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Job } from '../../src/job.ts';
import { Queue, type TakenJob } from '../../src/queue/queue.ts';
import { type Database, databaseNeed, startDatabase } from '../support/database.ts';
import { describeWith } from '../support/needs.ts';

const job = (key: string, ...parents: string[]): Job => ({ key, arguments: ['--task', key], parents });
const diamond = [job('a'), job('b', 'a'), job('c', 'a'), job('d', 'b', 'c'), job('e')];

describeWith('a queue', [databaseNeed], () => {
  let database: Database;
  const opened: Queue[] = [];
  beforeAll(async () => {
    database = await startDatabase();
  });
  afterAll(async () => {
    await Promise.all(opened.map((queue) => queue.close()));
    database.stop();
  });

  const open = async (
    url: string,
    options: { numerics?: string; heartbeatSeconds?: number } = {},
  ): Promise<Queue> => {
    const queue = await Queue.open(url, { numerics: '1', patience: { limit: 20_000 }, ...options });
    opened.push(queue);
    return queue;
  };
  const must = async (queue: Queue): Promise<TakenJob> => {
    const taken = await queue.take('fake');
    if (!taken) throw new Error('nothing to take');
    return taken;
  };
  const stateOf = async (queue: Queue): Promise<Record<string, string>> =>
    Object.fromEntries([...(await queue.states())].map(([key, { state }]) => [key, state]).sort());

  test('gives a job that needs a kind of device to workers of this kind alone', async () => {
    const queue = await open(database.create('kinds'));
    const pinned = { ...job('pinned'), deviceKind: 'webgpu', seconds: 900 };
    await queue.submit([pinned, job('free'), { ...job('after', 'pinned'), deviceKind: 'webgpu' }]);
    const free = await queue.take('onnx');
    expect(free?.job).toEqual(job('free'));
    expect(await queue.take('onnx')).toBeUndefined();
    if (free) await queue.complete(free);
    expect(await Promise.all(['onnx', 'webgpu', undefined].map((kind) => queue.isEmpty(kind)))).toEqual([
      ...[true, false, false],
    ]);
    const taken = await queue.take('webgpu');
    expect(taken).toMatchObject({ job: pinned, retryCount: 0 });
    if (taken) await queue.complete(taken);
    expect(await queue.take('onnx')).toBeUndefined();
    expect((await queue.take('webgpu'))?.job.key).toBe('after');
  });

  test('gives jobs after their parents, each once, the most urgent first', async () => {
    const url = database.create('order');
    const queue = await open(url);
    expect(await queue.submit(diamond)).toEqual({ added: ['a', 'b', 'c', 'd', 'e'], queued: [] });
    expect(await stateOf(queue)).toEqual({
      a: 'ready',
      b: 'waiting',
      c: 'waiting',
      d: 'waiting',
      e: 'ready',
    });
    const order: string[] = [];
    for (let taken = await queue.take('fake'); taken; taken = await queue.take('fake')) {
      order.push(taken.job.key);
      expect(taken.job).toEqual(diamond.find(({ key }) => key === taken?.job.key));
      expect(await queue.complete(taken)).toBe(true);
      expect(await queue.complete(taken)).toBe(false);
    }
    expect(order[0]).toBe('a');
    expect(order.indexOf('d')).toBeGreaterThan(Math.max(order.indexOf('b'), order.indexOf('c')));
    expect(order.slice().sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('a submission adds only what is neither done nor queued, and waits for what is running', async () => {
    const queue = await open(database.create('again'));
    await queue.submit([job('a'), job('e')]);
    const a = await must(queue);
    expect(await queue.submit(diamond, { done: new Set(['e']) })).toEqual({
      added: ['b', 'c', 'd'],
      queued: ['a'],
    });
    const e = await must(queue);
    expect([a.job.key, e.job.key].sort()).toEqual(['a', 'e']);
    const [running, other] = a.job.key === 'a' ? [a, e] : [e, a];
    await queue.complete(other);
    expect(await queue.take('fake')).toBeUndefined();
    await queue.complete(running);
    expect([(await must(queue)).job.key, (await must(queue)).job.key].sort()).toEqual(['b', 'c']);
    expect(await queue.take('fake')).toBeUndefined();
  });

  test('parents with a result are not waited for', async () => {
    const queue = await open(database.create('results'));
    await queue.submit(diamond, { done: new Set(['a', 'b', 'e']) });
    expect(await stateOf(queue)).toEqual({ c: 'ready', d: 'waiting' });
  });

  test('two submissions at once add each job once', async () => {
    const url = database.create('two');
    const [one, two] = await Promise.all([open(url), open(url)]);
    const both = await Promise.all([one.submit(diamond), two.submit(diamond)]);
    expect(both.map(({ added }) => added.length).sort()).toEqual([0, 5]);
    expect((await one.states()).size).toBe(5);
  });

  test('a job of an attempt that was handed back is taken at once, or after a delay', async () => {
    const queue = await open(database.create('back'));
    await queue.submit([job('a')]);
    const first = await must(queue);
    await queue.handBack(first);
    expect(await queue.heartbeat(first)).toBe(false);
    const second = await must(queue);
    expect(second).toMatchObject({ id: first.id, retryCount: 1 });
    // The first attempt has no say any more.
    expect(await queue.heartbeat(first)).toBe(false);
    expect(await queue.complete(first)).toBe(false);
    expect(await queue.heartbeat(second)).toBe(true);
    await queue.handBack(second, 1);
    expect(await queue.take('fake')).toBeUndefined();
    await setTimeout(1100);
    expect((await must(queue)).retryCount).toBe(2);
  });

  test('a job whose worker gives no sign of life is taken by another, any number of times', async () => {
    const queue = await open(database.create('dead'), { heartbeatSeconds: 1 });
    await queue.submit([job('a'), job('b', 'a')]);
    for (let i = 0; i < 4; i++) {
      let taken = await queue.take('fake');
      for (const end = Date.now() + 15_000; !taken && Date.now() < end; taken = await queue.take('fake'))
        await setTimeout(100);
      expect(taken).toMatchObject({ job: { key: 'a' }, retryCount: i });
    }
    expect((await stateOf(queue)).b).toBe('waiting');
  });

  test('a job that fails cancels those that need it; a new submission revives them', async () => {
    const queue = await open(database.create('failed'));
    await queue.submit(diamond);
    const a = await must(queue);
    expect((await queue.fail(a)).sort()).toEqual(['b', 'c', 'd']);
    expect(await stateOf(queue)).toEqual({
      a: 'failed',
      b: 'cancelled',
      c: 'cancelled',
      d: 'cancelled',
      e: 'ready',
    });
    expect(await queue.fail(a)).toEqual([]);
    expect([...(await queue.submit(diamond)).added].sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(await stateOf(queue)).toEqual({
      a: 'ready',
      b: 'waiting',
      c: 'waiting',
      d: 'waiting',
      e: 'ready',
    });
    for (let taken = await queue.take('fake'); taken; taken = await queue.take('fake'))
      await queue.complete(taken);
    expect(new Set(Object.values(await stateOf(queue)))).toEqual(new Set(['done']));
  });

  test('cancels jobs with those that need them, also one that runs', async () => {
    const queue = await open(database.create('cancelled'));
    await queue.submit(diamond);
    const a = await must(queue);
    expect((await queue.cancel(['a'])).sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(await queue.heartbeat(a)).toBe(false);
    expect(await queue.complete(a)).toBe(false);
    expect(await queue.cancel(['a'])).toEqual([]);
    // A job that is submitted anew is not that of the worker that held it before.
    await queue.submit(diamond);
    const again = await must(queue);
    expect(again).toMatchObject({ job: { key: 'a' }, id: a.id });
    expect(await queue.complete(a)).toBe(false);
    expect(await queue.heartbeat(again)).toBe(true);
  });

  test('jobs of other numerics are left to others, and named', async () => {
    const url = database.create('numerics');
    const [old, recent] = [await open(url, { numerics: '1' }), await open(url, { numerics: '2' })];
    expect(await old.otherVersions()).toEqual([]);
    await recent.submit([job('a')]);
    expect(await old.take('fake')).toBeUndefined();
    expect(await old.otherVersions()).toEqual([{ format: 2, numerics: '2' }]);
    expect((await must(recent)).job.key).toBe('a');
  });

  test('what is not a job of a plan is ended, not run', async () => {
    const queue = await open(database.create('foreign'));
    await queue.submit([job('a')]);
    database.query(
      'foreign',
      `UPDATE scalearn.job SET data = jsonb_set(data, '{job,key}', '"../../etc"'), priority = 2000000000`,
    );
    expect(await queue.take('fake')).toBeUndefined();
    expect(database.query('foreign', 'SELECT state FROM scalearn.job').trim()).toBe('failed');
  });

  test('every limit is set', async () => {
    const queue = await open(database.create('limits'));
    await queue.submit([job('a'), job('b', 'a')]);
    const row = database.query(
      'limits',
      `SELECT expire_seconds > 86400 * 365, retry_limit > 1000, heartbeat_seconds, retry_delay, deletion_seconds,
              keep_until > now() + interval '10 years' FROM scalearn.job LIMIT 1`,
    );
    expect(row.trim()).toBe('t|t|10|0|7776000|t');
  });

  test('the database holds no password, and jobs are not statements', async () => {
    const queue = await open(database.create('plain'));
    const evil = { ...job('a'), arguments: ["'); DROP SCHEMA scalearn CASCADE; --", '$1', '\\', '{"x":1}'] };
    await queue.submit([evil, job('b', 'a')]);
    expect((await must(queue)).job).toEqual(evil);
    const dump = database.query('plain', 'SELECT data::text FROM scalearn.job');
    expect(dump).not.toContain('secret');
  });

  test('a restart of the database loses nothing', async () => {
    const own = await startDatabase();
    const queue = await Queue.open(own.create('jobs'), {
      numerics: '1',
      patience: { first: 50, limit: 30_000 },
    });
    await queue.submit(diamond);
    const a = await must(queue);
    const restart = own.restart(300);
    await setTimeout(150);
    expect(await queue.complete(a)).toBe(true);
    await restart;
    for (let taken = await queue.take('fake'); taken; taken = await queue.take('fake'))
      await queue.complete(taken);
    expect(new Set(Object.values(await stateOf(queue)))).toEqual(new Set(['done']));
    await queue.close();
    own.stop();
  });

  describe('says in one sentence why it cannot be used', () => {
    const reasonOf = async (url: string): Promise<{ reason: string; message: string }> => {
      const error: unknown = await Queue.open(url, { numerics: '1', patience: { limit: 0 } }).catch((e) => e);
      expect(error).toMatchObject({ name: 'QueueError' });
      const { reason, message } = error as { reason: string; message: string };
      expect(message).not.toContain('secret');
      return { reason, message };
    };

    test.each([
      'mysql://u:secret@h/d',
      'not a url',
      'postgres://u:secret@h',
      'postgres://u:secret@h/d?sslmode=prefer',
    ])('%s', async (url) => {
      expect((await reasonOf(url)).reason).toBe('url');
    });

    test('a wrong password, and a database that does not exist', async () => {
      database.create('login');
      const wrong = `${database.url.replace('secret', 'wrong')}/login`;
      expect(await reasonOf(wrong)).toMatchObject({
        reason: 'login',
        message: expect.stringContaining('password'),
      });
      expect((await reasonOf(`${database.url}/absent`)).reason).toBe('login');
    });

    test('no server', async () => {
      expect((await reasonOf('postgres://u:secret@127.0.0.1:9/d')).reason).toBe('away');
    });

    test('a server without TLS', async () => {
      database.create('tls');
      const { reason, message } = await reasonOf(`${database.url}/tls?sslmode=require`);
      expect({ reason, message }).toMatchObject({
        reason: 'url',
        message: expect.stringContaining('sslmode'),
      });
    });

    test('tables of another version, and a user without rights', async () => {
      const url = database.create('older');
      await (await open(url)).submit([job('a')]);
      database.query('older', 'UPDATE scalearn.version SET version = version - 1');
      const { reason, message } = await reasonOf(url);
      expect({ reason, message }).toMatchObject({
        reason: 'schema',
        message: expect.stringContaining('DROP SCHEMA'),
      });
      database.create('rights');
      database.query('rights', "CREATE ROLE weak LOGIN PASSWORD 'secret'");
      const weak = `${database.url.replace('scalearn:', 'weak:')}/rights`;
      expect((await reasonOf(weak)).reason).toBe('permission');
    });
  });
});
