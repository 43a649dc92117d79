import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import {
  bottleneck,
  InterruptedError,
  type ProgressEvent,
  ReferenceDevice,
  type TrainEvent,
  train,
} from '../../src/index.ts';
import { mapTimeSliced } from '../../src/model/loop.ts';
import { tinyEncoder, tinyTask } from './tiny.ts';

const device = new ReferenceDevice();
const encoder = await tinyEncoder(device);
const task = tinyTask();
const options = { encoder, task, method: bottleneck({ width: 4 }), batchSize: 8, epochs: 2 };

/** Phases as they begin and end, with what they count. */
function phases(events: readonly TrainEvent[]): string[] {
  return events.flatMap((event) => {
    if (event.event !== 'progress') return [event.event];
    const { phase, done, total } = event;
    if (done === 0) return [`${phase} of ${total}`];
    return done === total ? [`${phase} done`] : [];
  });
}

test('training tells of every phase as it begins and ends', async () => {
  const events: TrainEvent[] = [];
  using _ = await train({ ...options, evalBatchSize: 5, onEvent: (event) => events.push(event) });
  const epoch = [...Array(5).fill('step'), 'evaluate of 16', 'evaluate done', 'epoch'];
  expect(phases(events)).toEqual([
    ...['tokenize of 56', 'tokenize done', 'compile of 1', 'compile done', 'compile of 1', 'compile done'],
    ...['start', ...epoch, ...epoch],
  ]);
  const evaluated = events.filter((event) => event.event === 'progress' && event.phase === 'evaluate');
  const first = evaluated.slice(0, 5) as ProgressEvent[];
  expect(first.map(({ done }) => done)).toEqual([0, 5, 10, 15, 16]);
});

test('so does predicting', async () => {
  using model = await train({ ...options, epochs: 1 });
  const events: ProgressEvent[] = [];
  const expected = ['tokenize of 3', 'tokenize done', 'compile of 1', 'compile done', 'evaluate of 3'];
  await model.predict(task.validation.slice(0, 3), { onProgress: (event) => events.push(event) });
  expect(phases(events)).toEqual([...expected, 'evaluate done']);
  await model.predictTexts([['red'], ['blue'], ['sea']], { onProgress: (event) => events.push(event) });
  expect(phases(events.slice(events.length / 2))).toEqual([...expected, 'evaluate done']);
});

test('long work lets the rest of the process go on, which may stop it', async () => {
  const busy = (i: number): number => {
    const end = performance.now() + 10;
    while (performance.now() < end);
    return 2 * i;
  };
  const items = Array.from({ length: 40 }, (_, i) => i);
  const seen: number[] = [];
  let turns = 0;
  const counting = setInterval(() => turns++, 1);
  const results = await mapTimeSliced(items, busy, { onProgress: (done) => seen.push(done) });
  clearInterval(counting);
  expect(results).toEqual(items.map((i) => 2 * i));
  expect([seen[0], seen.at(-1)]).toEqual([0, 40]);
  expect(seen.length).toBeGreaterThan(4);
  expect(turns).toBeGreaterThan(2);
  const controller = new AbortController();
  const stopped = mapTimeSliced(items, busy, { signal: controller.signal });
  void setTimeout(1).then(() => controller.abort(new Error('enough')));
  await expect(stopped).rejects.toThrow('enough');
});

test('an abort while texts are tokenized is an interruption', async () => {
  const controller = new AbortController();
  const slow = Object.create(encoder, {
    encode: {
      value: (...call: Parameters<typeof encoder.encode>) => {
        const end = performance.now() + 60;
        while (performance.now() < end);
        controller.abort();
        return encoder.encode(...call);
      },
    },
  }) as typeof encoder;
  const running = train({ ...options, encoder: slow, signal: controller.signal });
  await expect(running).rejects.toBeInstanceOf(InterruptedError);
  await expect(running).rejects.toThrow('training was interrupted before it began');
});
