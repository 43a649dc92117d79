import { expect, test } from 'vitest';
import { largestBatch, tokensOf } from '../../src/model/batches.ts';

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
