import { describe, expect, test } from 'vitest';
import { Batcher, QueueFullError, StoppingError, Turns } from '../src/index.ts';

/** A model that repeats its texts, and keeps the sizes of its batches. It waits until it is released. */
function slowModel() {
  const batches: number[] = [];
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const predict = async (texts: readonly unknown[]) => {
    batches.push(texts.length);
    await gate;
    return texts;
  };
  return { batches, predict, release };
}

describe('a batcher', () => {
  test('gathers what arrives together and what arrives while a batch runs, and answers in order', async () => {
    const { batches, predict, release } = slowModel();
    const batcher = new Batcher(predict, new Turns(), { maxWait: 0 });
    const first = [batcher.submit(['a', 'b']), batcher.submit(['c'])];
    while (batches.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const later = [batcher.submit(['d']), batcher.submit(['e', 'f']), batcher.submit(['g'])];
    release();
    expect(await Promise.all([...first, ...later])).toEqual([['a', 'b'], ['c'], ['d'], ['e', 'f'], ['g']]);
    expect(batches).toEqual([3, 4]);
  });

  test('never splits a request, and begins a full batch without waiting', async () => {
    const { batches, predict, release } = slowModel();
    release();
    const batcher = new Batcher(predict, new Turns(), { maxBatch: 3, maxWait: 1e6 });
    await Promise.all([
      batcher.submit(['a', 'b']),
      batcher.submit(['c', 'd']),
      batcher.submit(['e', 'f', 'g']),
    ]);
    expect(batches).toEqual([4, 3]);
  });

  test('answers a single client at once, and waits for others where there were several', async () => {
    const { batches, predict, release } = slowModel();
    release();
    const alone = new Batcher(predict, new Turns(), { maxWait: 1e6 });
    for (const text of ['a', 'b', 'c']) expect(await alone.submit([text])).toEqual([text]);
    expect(batches).toEqual([1, 1, 1]);
    const batcher = new Batcher(predict, new Turns(), { maxBatch: 2, maxWait: 1e6 });
    await Promise.all([batcher.submit(['d']), batcher.submit(['e'])]);
    const next = batcher.submit(['f']);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(batches.slice(3)).toEqual([2]);
    expect(await Promise.all([next, batcher.submit(['g'])])).toEqual([['f'], ['g']]);
    expect(batches.slice(3)).toEqual([2, 2]);
  });

  test('refuses more than may wait, but takes a single large request', async () => {
    const { predict, release } = slowModel();
    const batcher = new Batcher(predict, new Turns(), { maxQueue: 2, maxWait: 0 });
    const large = batcher.submit(['a', 'b', 'c']);
    await expect(batcher.submit(['d'])).rejects.toThrow(QueueFullError);
    release();
    expect(await large).toHaveLength(3);
    expect(await batcher.submit(['d'])).toEqual(['d']);
  });

  test('leaves out what was given up before its batch', async () => {
    const { batches, predict, release } = slowModel();
    release();
    const batcher = new Batcher(predict, new Turns(), { maxWait: 5 });
    const given = new AbortController();
    const [up, kept] = [batcher.submit(['a'], given.signal), batcher.submit(['b'])];
    given.abort(new Error('gone'));
    await expect(up).rejects.toThrow('gone');
    expect(await kept).toEqual(['b']);
    expect(batches).toEqual([1]);
  });

  test('rejects all requests of a batch that fails, and goes on', async () => {
    let calls = 0;
    const predict = async (texts: readonly unknown[]) => {
      if (calls++ === 0) throw new Error('lost');
      return texts;
    };
    const batcher = new Batcher(predict, new Turns(), { maxWait: 0 });
    const both = await Promise.allSettled([batcher.submit(['a']), batcher.submit(['b'])]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await batcher.submit(['c'])).toEqual(['c']);
  });

  test('answers all that wait before it stops', async () => {
    const { predict, release } = slowModel();
    const batcher = new Batcher(predict, new Turns());
    const waiting = batcher.submit(['a']);
    const stopped = batcher.stop();
    release();
    await stopped;
    expect(await waiting).toEqual(['a']);
    await expect(batcher.submit(['b'])).rejects.toThrow(StoppingError);
  });

  test('of one device take turns', async () => {
    let running = 0;
    const predict = async (texts: readonly unknown[]) => {
      expect(++running).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 2));
      running--;
      return texts;
    };
    const turns = new Turns();
    const [a, b] = [new Batcher(predict, turns, { maxWait: 0 }), new Batcher(predict, turns, { maxWait: 0 })];
    await Promise.all([a.submit(['a']), b.submit(['b']), a.submit(['c']), b.submit(['d'])]);
  });
});
