import { describe, expect, test } from 'vitest';
import {
  ArgumentError,
  bottleneck,
  ReferenceDevice,
  scalearn,
  type TrainOptions,
  train,
} from '../../src/index.ts';
import { tinyEncoder, tinyTask } from './tiny.ts';

/** As a program in JavaScript calls it: nothing has checked the types. */
const untyped = (options: Readonly<Record<string, unknown>>): TrainOptions =>
  options as unknown as TrainOptions;

describe('wrong use names the argument', async () => {
  const encoder = await tinyEncoder(new ReferenceDevice('float64'));
  const right = { encoder, task: tinyTask({}), method: bottleneck({ width: 2 }), epochs: 1 };

  test.each<[string, Record<string, unknown>]>([
    ['method must be a method, such as bottleneck(), not "bottleneck"', { method: 'bottleneck' }],
    ['method must be a method, such as bottleneck(), not a function', { method: bottleneck }],
    [
      'encoder must be an encoder, as loadEncoder returns it, not "roberta-base"',
      { encoder: 'roberta-base' },
    ],
    ['train has no option "epoch"; it has encoder, task', { epoch: 3 }],
    ['a task must have train and validation, lists of examples', { task: 'glue/rte' }],
    ['a task must have train and validation, lists of examples', { task: { id: 'a', train: [] } }],
    ['tasks must be a list of tasks, not "glue/rte"', { task: undefined, tasks: 'glue/rte' }],
    ['give a task, or several tasks for a joint method, not both', { tasks: [right.task] }],
    ['give a task, or several tasks for a joint method, not both', { task: undefined }],
    [
      "reductionFactor is 1000, but the encoder's hidden size is 8; give at most that",
      { method: bottleneck({ reductionFactor: 1000 }) },
    ],
  ])('%s', async (message, wrong) => {
    const attempt = train(untyped({ ...right, ...wrong }));
    await expect(attempt).rejects.toThrow(message);
    await expect(attempt).rejects.toBeInstanceOf(ArgumentError);
  });

  test('the types tell a task from several tasks', async () => {
    const { task, ...settings } = right;
    // @ts-expect-error neither a task nor tasks
    const neither: TrainOptions = settings;
    // @ts-expect-error both
    const both: TrainOptions = { ...right, tasks: [task, task] };
    for (const wrong of [neither, both]) await expect(train(wrong)).rejects.toBeInstanceOf(ArgumentError);
  });

  test('train takes an object', async () => {
    await expect(train(undefined as unknown as TrainOptions)).rejects.toThrow(
      'train takes an object of options',
    );
  });

  test.each<[string, () => unknown]>([
    ['a source must be an adapter, not "runs/a"', () => scalearn({ sources: ['runs/a'] as never })],
    ['sources must be a list of adapters, not "runs/a"', () => scalearn({ sources: 'runs/a' as never })],
    ['scalearn takes an object of options', () => scalearn(undefined as never)],
    ['scalearn has no option "variants"', () => scalearn({ sources: [], variants: 'scalearn++' } as never)],
    ['bottleneck has no option "reduction_factor"', () => bottleneck({ reduction_factor: 16 } as never)],
  ])('%s', (message, wrong) => {
    expect(wrong).toThrow(message);
    expect(wrong).toThrow(ArgumentError);
  });
});
