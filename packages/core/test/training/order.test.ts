import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { caseFolder, caseNames } from '../../../../test/golden/folder.ts';
import { readBytes } from '../../../../test/golden/recorded.ts';
import { parseSafetensors } from '../../src/files.ts';
import { MT19937 } from '../../src/random/mt19937.ts';
import { epochBatches, JointOrder } from '../../src/training/order.ts';

interface SamplerCase {
  readonly dataset_sizes: readonly number[];
  readonly batch_size: number;
  readonly temperature: number;
  readonly seed: number;
  readonly epoch: number;
  readonly batches_per_epoch: number;
}

const rows = (batches: readonly Int32Array[]): number[] => batches.flatMap((batch) => [...batch]);

describe("an epoch's batches", () => {
  test('hold every row once, the last one what is left', () => {
    const batches = epochBatches(22, 8, 0, 0);
    expect(batches.map((batch) => batch.length)).toEqual([8, 8, 6]);
    expect(rows(batches).sort((a, b) => a - b)).toEqual([...Array(22).keys()]);
    expect(epochBatches(3, 8, 0, 0)).toHaveLength(1);
  });

  test('are in an order of their own for every epoch and seed, always the same', () => {
    const orders = [
      [0, 0],
      [0, 1],
      [1, 0],
    ].map(([seed, epoch]) => rows(epochBatches(22, 8, seed as number, epoch as number)).join());
    expect(new Set(orders).size).toBe(3);
    expect(rows(epochBatches(22, 8, 0, 1)).join()).toBe(orders[1]);
  });
});

const samplers = caseNames(({ kind }) => kind === 'sampler');

describe.each(samplers)('the recorded case %s', (name) => {
  const folder = caseFolder(name);
  test('draws the same tasks and the same rows', () => {
    const recorded = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')) as SamplerCase;
    const tensors = parseSafetensors(readBytes(join(folder, 'tensors.safetensors')));
    const { dataset_sizes: sizes, batch_size: batchSize, temperature, seed, epoch } = recorded;
    const words = tensors.int32('random_words');
    const random = new MT19937(seed + epoch);
    for (let i = 0; i < words.length / 2; i++)
      expect(random.word()).toBe((words[2 * i] as number) * 65536 + (words[2 * i + 1] as number));

    const order = new JointOrder({ sizes, batchSize, temperature, seed });
    expect(order.stepsPerEpoch).toBe(recorded.batches_per_epoch);
    const [tasks, rows] = [tensors.int32('tasks'), tensors.int32('rows')];
    const offsets = sizes.map((_, i) => sizes.slice(0, i).reduce((a, b) => a + b, 0));
    for (const [i, expected] of tasks.entries()) {
      const { task, rows: drawn } = order.at(epoch * order.stepsPerEpoch + i);
      expect(task).toBe(expected);
      const global = Array.from(drawn, (row) => row + (offsets[task] as number));
      expect(global).toEqual([...rows.subarray(i * batchSize, (i + 1) * batchSize)]);
    }
  });
});

describe('the order of joint training', () => {
  const make = (): JointOrder =>
    new JointOrder({ sizes: [50, 5, 20], batchSize: 4, temperature: 1, seed: 3 });

  test('is a function of the step, whatever was asked for before', () => {
    const order = make();
    const forwards = Array.from({ length: 60 }, (_, step) => order.at(step));
    const jumping = make();
    for (const step of [59, 3, 41, 40, 0, 20, 19]) expect(jumping.at(step)).toEqual(forwards[step]);
  });

  test('draws tasks by their sizes, rows within them, and other ones in every epoch', () => {
    const order = make();
    expect(order.stepsPerEpoch).toBe(19);
    const batches = Array.from({ length: 1900 }, (_, step) => order.at(step));
    const share = (task: number): number => batches.filter((batch) => batch.task === task).length / 1900;
    for (const [task, size] of [50, 5, 20].entries()) {
      expect(Math.abs(share(task) - size / 75)).toBeLessThan(0.04);
      for (const { rows } of batches.filter((batch) => batch.task === task))
        expect(Math.max(...rows)).toBeLessThan(size);
    }
    expect(batches.slice(0, 19)).not.toEqual(batches.slice(19, 38));
  });

  test('a high temperature makes tasks alike', () => {
    const order = new JointOrder({ sizes: [1000, 10], batchSize: 10, temperature: 1e6, seed: 0 });
    const tasks = Array.from({ length: 1000 }, (_, step) => order.at(step).task);
    expect(Math.abs(tasks.reduce((a, b) => a + b, 0) / 1000 - 0.5)).toBeLessThan(0.06);
  });
});
