import { describe, expect, test } from 'vitest';
import { epochBatches, largestBatch, tokensOf } from '../../src/training/batches.ts';

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

test('the largest batch is of the longest examples', () => {
  const examples = [3, 9, 4, 7].map((length) => ({
    texts: [{ inputIds: new Int32Array(length) }],
  }));
  expect(largestBatch(examples, 2).capacity).toEqual({
    tokens: 16,
    sequences: 2,
    boundaries: 3,
    examples: 2,
  });
  expect(largestBatch(examples, 32).capacity).toEqual({
    ...{ tokens: 23, sequences: 4, boundaries: 5, examples: 4 },
  });
});

test('the length of an example is that of all its choices', () => {
  const examples = [
    [9, 1],
    [6, 5],
    [2, 7],
  ].map((lengths) => ({ texts: lengths.map((length) => ({ inputIds: new Int32Array(length) })) }));
  expect(tokensOf(examples[2]!)).toBe(9);
  const { capacity, lengths } = largestBatch(examples, 2);
  expect(lengths).toEqual([6, 5, 9, 1]);
  expect(capacity).toEqual({ tokens: 21, sequences: 4, boundaries: 5, examples: 2 });
});
