import { describe, expect, test } from 'vitest';
import { TokenizerError } from '../../src/tokenizer/errors.ts';
import { truncatedLengths } from '../../src/tokenizer/truncation.ts';

describe('longestFirst', () => {
  test.each<[number[], number, number[]]>([
    [[3, 4], 7, [3, 4]], // fits
    [[10, 2], 7, [5, 2]], // the shorter one stays whole
    [[2, 10], 7, [2, 5]],
    [[10, 8], 7, [4, 3]], // both are cut, the longer one keeps more
    [[8, 10], 7, [3, 4]],
    [[9, 9], 7, [3, 4]], // of two equal ones the second counts as longer
    [[9, 9], 1, [0, 1]],
    [[5, 5], 0, [0, 0]],
    [[9], 4, [4]],
  ])('%j to %d', (lengths, budget, expected) => {
    expect(truncatedLengths(lengths, budget, 'longestFirst')).toEqual(expected);
  });

  test('fills the budget exactly and never lets the longer text end up shorter', () => {
    for (let first = 0; first < 12; first++) {
      for (let second = 0; second < 12; second++) {
        for (let budget = 0; budget <= first + second; budget++) {
          const [a, b] = truncatedLengths([first, second], budget, 'longestFirst') as [number, number];
          expect(a + b).toBe(budget);
          expect(a <= first && b <= second).toBe(true);
          expect(first > second ? a >= b : b >= a).toBe(true);
        }
      }
    }
  });
});

describe('onlyFirst and onlySecond', () => {
  test('cut the named text alone', () => {
    expect(truncatedLengths([10, 4], 8, 'onlyFirst')).toEqual([4, 4]);
    expect(truncatedLengths([4, 10], 8, 'onlySecond')).toEqual([4, 4]);
    expect(truncatedLengths([10], 8, 'onlyFirst')).toEqual([8]);
  });

  test('refuse to empty it', () => {
    expect(() => truncatedLengths([4, 10], 10, 'onlyFirst')).toThrow(TokenizerError);
    expect(() => truncatedLengths([10, 4], 10, 'onlySecond')).toThrow(/second text has only 4/);
    expect(() => truncatedLengths([10], 8, 'onlySecond')).toThrow(/no second text/);
  });
});
