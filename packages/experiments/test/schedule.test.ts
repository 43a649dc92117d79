import { expect, test } from 'vitest';
import { schedule, type Work } from '../src/execution/schedule.ts';

const work = (id: string, ...needs: string[]): Work<string> => ({ id, needs, item: id });

/** Runs work whose pieces end when they are told to. */
function world(all: readonly Work<string>[], jobs: number) {
  const log: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const controller = new AbortController();
  const ended = schedule<string, string>(all, {
    ...{ jobs, signal: controller.signal },
    run: (item) =>
      new Promise((resolve, reject) => {
        log.push(`${item} begins`);
        ends.set(item, (error) => (error ? reject(error) : resolve(item)));
        controller.signal.addEventListener('abort', () => reject(new Error('stopped')));
      }),
    onOutcome: ({ id }, outcome) =>
      void log.push(`${id} ${outcome.state === 'failed' ? outcome.error : outcome.state}`),
  });
  const end = async (id: string, error?: Error): Promise<void> => {
    ends.get(id)?.(error);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { log, end, ended, controller };
}

test('no more at once than asked for, each after what it needs', async () => {
  const { log, end, ended } = world([work('d', 'a', 'b'), work('a'), work('b'), work('c')], 2);
  expect(log).toEqual(['a begins', 'b begins']);
  await end('a');
  expect(log.slice(2)).toEqual(['a done', 'c begins']);
  await end('b');
  expect(log.slice(4)).toEqual(['b done', 'd begins']);
  await end('c');
  await end('d');
  expect([...(await ended).values()].map(({ state }) => state)).toEqual(['done', 'done', 'done', 'done']);
});

test('what fails takes with it what needs it; the rest goes on', async () => {
  const { log, end, ended } = world([work('a'), work('b', 'a'), work('c', 'b'), work('d')], 1);
  await end('a', new Error('no space'));
  await end('d');
  await ended;
  expect(log).toEqual([
    'a begins',
    'a no space',
    'b its source a failed',
    'c its source b failed',
    'd begins',
    'd done',
  ]);
});

test('what is stopped, and what was not begun, is missing', async () => {
  const { log, controller, ended } = world([work('a'), work('b'), work('c', 'a')], 1);
  controller.abort();
  const outcomes = await ended;
  expect(log[0]).toBe('a begins');
  expect([...outcomes.values()].map(({ state }) => state)).toEqual(['missing', 'missing', 'missing']);
});

test('an outcome that cannot be kept ends it, after what runs has ended', async () => {
  const begun: string[] = [];
  const told: string[] = [];
  const ended = schedule<string, string>([work('a'), work('b'), work('c')], {
    ...{ jobs: 2, signal: new AbortController().signal },
    async run(item) {
      begun.push(item);
      if (item === 'b') await new Promise((resolve) => setTimeout(resolve, 20));
      return item;
    },
    onOutcome({ id }, { state }) {
      told.push(`${id} ${state}`);
      if (id === 'a') throw new Error('the disk is full');
    },
  });
  await expect(ended).rejects.toThrow('the disk is full');
  expect([begun, told]).toEqual([
    ['a', 'b'],
    ['a done', 'b done'],
  ]);
});

test('neither is what runs left alone where the outcome is of something that was not begun', async () => {
  const told: string[] = [];
  const ended = schedule<string, string>([work('a'), work('b'), work('c', 'a')], {
    ...{ jobs: 2, signal: new AbortController().signal },
    async run(item) {
      await new Promise((resolve) => setTimeout(resolve, item === 'b' ? 20 : 0));
      if (item === 'a') throw new Error('a is broken');
      return item;
    },
    onOutcome({ id }, { state }) {
      told.push(`${id} ${state}`);
      if (id === 'c') throw new Error('the disk is full');
    },
  });
  await expect(ended).rejects.toThrow('the disk is full');
  expect(told).toEqual(['a failed', 'c failed', 'b done']);
});
