import { describe, expect, test } from 'vitest';
import { recordedJson } from '../../../test/golden/recorded.ts';
import { InvalidOptionError, SplitError } from '../src/errors.ts';
import { nestedSubset, trainTestSplit } from '../src/split.ts';

interface Case {
  name: string;
  n: number;
  labels: number[] | null;
  seed: number;
  trainSize?: number;
  train: number[];
  validation: number[];
  error?: string;
}

// datasets.Dataset.train_test_split with numpy 2.4
test('stratified: forty rows of labels i² mod 3', () => {
  const labels = Array.from({ length: 40 }, (_, i) => i ** 2 % 3);
  const { train, validation } = trainTestSplit(40, { labels });
  expect([...validation]).toEqual([14, 24, 38, 17]);
  expect([...train.slice(0, 12)]).toEqual([22, 29, 18, 34, 7, 39, 37, 28, 0, 16, 4, 2]);
});

test('unstratified: 250 rows', () => {
  const { train, validation } = trainTestSplit(250);
  expect([...validation.slice(0, 10)]).toEqual([120, 50, 54, 46, 245, 135, 171, 3, 204, 221]);
  expect([...train.slice(0, 10)]).toEqual([96, 104, 228, 118, 121, 89, 178, 133, 240, 218]);
});

test('subsets are nested and keep the proportions', () => {
  const labels = Array.from({ length: 200 }, (_, i) => (i % 4 === 0 ? 1 : 0));
  const half = nestedSubset(200, 50, { labels });
  const tenth = nestedSubset(200, 10, { labels });
  expect(half.length).toBe(100);
  expect(half.filter((row) => labels[row] === 1).length).toBe(25);
  expect(tenth.length).toBe(20);
  expect([...tenth].every((row) => half.includes(row))).toBe(true);
  expect(nestedSubset(200, 100, { labels }).length).toBe(200);
  const { train, validation } = trainTestSplit(200, { labels, maxTrainPct: 10 });
  expect([train.length, validation.length]).toEqual([18, 2]);
  expect([...train, ...validation].sort((a, b) => a - b)).toEqual([...tenth].sort((a, b) => a - b));
});

test.each([0, 3, 7, 52.5, 105, Number.NaN])('refuses a subset of %s %%', (percent) => {
  expect(() => nestedSubset(100, percent)).toThrow(InvalidOptionError);
});

test.each([0, 1])('refuses to divide %s rows', (rows) => {
  expect(() => trainTestSplit(rows)).toThrow(SplitError);
});

test('names what makes a stratified split impossible', () => {
  const one = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7];
  expect(() => trainTestSplit(12, { labels: one })).toThrow(/Class 7 has only one row/);
  const three = Array.from({ length: 18 }, (_, i) => i % 3);
  expect(() => trainTestSplit(18, { labels: three })).toThrow(/validation part would have 2 rows for 3/);
  expect(() => trainTestSplit(18, { labels: three, trainSize: 2 })).toThrow(/training part would have 2/);
});

describe('recorded splits', () => {
  const cases = recordedJson<Case[]>('data/split-cases.json');

  test.each(cases)('$name, seed $seed', (expected) => {
    const split = () =>
      trainTestSplit(expected.n, {
        labels: expected.labels ?? undefined,
        seed: expected.seed,
        trainSize: expected.trainSize,
      });
    if (expected.error !== undefined) {
      expect(split).toThrow(SplitError);
    } else {
      const { train, validation } = split();
      expect([...train]).toEqual(expected.train);
      expect([...validation]).toEqual(expected.validation);
    }
  });
});
