import { expect, test } from 'vitest';
import { runInOrder, stepsUntil } from '../../src/model/loop.ts';

const later = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What the process would have ended with while some work was done. */
async function unhandledDuring(work: () => Promise<unknown>): Promise<unknown[]> {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  try {
    await work();
    await later(5);
  } finally {
    process.off('unhandledRejection', note);
  }
  return unhandled;
}

test('at most three pieces are under way at once, begun in order', async () => {
  const begun: number[] = [];
  let [now, most] = [0, 0];
  await runInOrder([0, 1, 2, 3, 4, 5], async (item) => {
    begun.push(item);
    most = Math.max(most, ++now);
    await later(item % 2);
    now--;
  });
  expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
  expect(most).toBe(3);
});

test('a piece that fails before an earlier one is handled, and the error of the earliest is thrown', async () => {
  const settled: number[] = [];
  const unhandled = await unhandledDuring(() =>
    expect(
      runInOrder([0, 1, 2, 3, 4, 5], async (item) => {
        await later(item === 0 ? 10 : 0);
        settled.push(item);
        throw new Error(`piece ${item}`);
      }),
    ).rejects.toThrow('piece 0'),
  );
  expect(unhandled).toEqual([]);
  expect(settled, 'what was begun has ended, and nothing was begun after the failure').toEqual([1, 2, 0]);
});

test('an error of the list itself, or of beginning a piece, waits for what is under way', async () => {
  let done = 0;
  const items = function* (): Generator<number> {
    yield 0;
    yield 1;
    throw new Error('no more items');
  };
  const work = async (): Promise<void> => {
    await later(5);
    done++;
  };
  await expect(runInOrder(items(), work)).rejects.toThrow('no more items');
  expect(done).toBe(2);
  const fails = (item: number): Promise<void> => {
    if (item === 1) throw new Error('not begun');
    return work();
  };
  await expect(runInOrder([0, 1, 2], fails)).rejects.toThrow('not begun');
  expect(done).toBe(3);
});

test('steps end at the signal', () => {
  const abort = new AbortController();
  const seen: number[] = [];
  for (const step of stepsUntil(9, 4, abort.signal)) {
    seen.push(step);
    if (step === 6) abort.abort();
  }
  expect(seen).toEqual([4, 5, 6]);
  expect([...stepsUntil(3, 1, undefined)]).toEqual([1, 2]);
});
