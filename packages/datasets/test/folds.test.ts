import { expect, test } from 'vitest';
import { crossValidationFolds, type Example, SplitError } from '../src/index.ts';

const rows = (count: number, label: (i: number) => number): Example[] =>
  Array.from({ length: count }, (_, index) => ({ index, segments: [`text ${index}`], label: label(index) }));
const classes = { problem: 'singleLabelClassification' } as const;
const numbers = (part: readonly Example[]) => part.map(({ index }) => index).sort((a, b) => a - b);

test('every row is tested once, and trains or validates in the other folds', () => {
  const all = rows(103, (i) => i % 3);
  const folds = crossValidationFolds(classes, all, { folds: 4 });
  expect(folds.flatMap(({ testRows }) => testRows).sort((a, b) => a - b)).toEqual(numbers(all));
  for (const { train, validation, test: tested, testRows } of folds) {
    expect(numbers([...train, ...validation, ...tested])).toEqual(numbers(all));
    expect(tested.map(({ index }) => index)).toEqual(testRows);
    expect(validation).toHaveLength(Math.ceil((103 - tested.length) / 10));
  }
});

test('folds have the proportions of the classes', () => {
  const all = rows(100, (i) => Number(i < 30));
  for (const { train, validation, test: tested } of crossValidationFolds(classes, all)) {
    const ones = (part: readonly Example[]) => part.filter(({ label }) => label === 1).length;
    expect([ones(tested), tested.length]).toEqual([6, 20]);
    expect(ones(validation)).toBeGreaterThanOrEqual(2);
    expect(ones(train)).toBeLessThanOrEqual(22);
  }
});

test('a class with fewer rows than folds is in some of them', () => {
  const folds = crossValidationFolds(
    classes,
    rows(40, (i) => Number(i < 3)),
  );
  const ones = folds.map(({ test: tested }) => tested.filter(({ label }) => label === 1).length);
  expect(ones.reduce((sum, count) => sum + count)).toBe(3);
});

test('scores are divided at random, the same way for a seed', () => {
  const all = rows(20, (i) => i / 7);
  const scores = { problem: 'regression' } as const;
  const folds = crossValidationFolds(scores, all, { folds: 2, seed: 1 });
  expect(crossValidationFolds(scores, all, { folds: 2, seed: 1 })).toEqual(folds);
  expect(crossValidationFolds(scores, all, { folds: 2, seed: 2 })).not.toEqual(folds);
});

test('too few rows are refused', () => {
  expect(() =>
    crossValidationFolds(
      classes,
      rows(9, () => 0),
    ),
  ).toThrow(SplitError);
  expect(() =>
    crossValidationFolds(
      classes,
      rows(9, () => 0),
      { folds: 1 },
    ),
  ).toThrow('at least 2');
});
