import { describe, expect, test } from 'vitest';
import { atThreshold, multiLabelPredictions, wrongRows } from '../src/index.ts';

const classes = { problem: 'singleLabelClassification', labels: ['no', 'yes'] } as const;
const labels = { problem: 'multiLabelClassification', labels: ['a', 'b', 'c'] } as const;
const ln = Math.log;

describe('wrong rows', () => {
  test('of classes come surest first, with the probability of every class', () => {
    // The second class is 3, 1/4, 9 and 1 times as probable as the first.
    const logits = [0, ln(3), 0, -ln(4), 0, ln(9), 0, 0];
    const found = wrongRows(classes, { logits, labels: [0, 0, 0, 1], rows: 4, columns: 2 });
    expect(found.map(({ row }) => row)).toEqual([2, 0, 3]);
    expect(found[0]).toMatchObject({ label: 'no', predicted: 'yes' });
    expect(found[0]!.certainty).toBeCloseTo(0.9, 12);
    expect(found[0]!.probabilities.no).toBeCloseTo(0.1, 12);
    expect(found[2]).toMatchObject({ label: 'yes', predicted: 'no', certainty: 0.5 });
  });

  test('have calibrated probabilities', () => {
    const output = { logits: [0, 2 * ln(3)], labels: [0], rows: 1, columns: 2 };
    expect(wrongRows(classes, output, { temperature: 2 })[0]!.certainty).toBeCloseTo(0.75, 12);
  });

  test('of a multi-label problem are those with any label wrong', () => {
    const logits = [ln(4), -ln(4), -ln(9), ln(4), -ln(4), ln(9)];
    const output = { logits, labels: [1, 0, 1, 1, 0, 1], rows: 2, columns: 3 };
    expect(wrongRows(labels, output)).toMatchObject([{ row: 0, label: ['a', 'c'], predicted: ['a'] }]);
    expect(wrongRows(labels, output)[0]!.certainty).toBeCloseTo(0.9, 12);
    // At a threshold of 0.15 the label of probability 0.2 is predicted, too.
    expect(wrongRows(labels, output, { threshold: 0.15 }).map(({ predicted }) => predicted)).toEqual([
      ['a', 'b'],
      ['a', 'b', 'c'],
    ]);
  });

  test('of scores are all rows, the largest error first', () => {
    const output = { logits: [1, 5, 2], labels: [1.5, 3, 2], rows: 3, columns: 1 };
    const found = wrongRows({ problem: 'regression', labels: null }, output);
    expect(found.map(({ row, certainty }) => [row, certainty])).toEqual([
      [1, 2],
      [0, 0.5],
      [2, 0],
    ]);
    expect(found[0]).toMatchObject({ label: 3, predicted: 5 });
  });
});

test('logits at a threshold are predicted where the probability is above it', () => {
  // Probabilities 0.2, 0.35 and 0.8 at temperature 2.
  const logits = [2 * ln(0.2 / 0.8), 2 * ln(0.35 / 0.65), 2 * ln(0.8 / 0.2)];
  const output = { logits, rows: 1, columns: 3 };
  const predicted = (threshold: number) =>
    Array.from(multiLabelPredictions(atThreshold(output, threshold, 2)));
  expect(predicted(0.5)).toEqual([0, 0, 1]);
  expect(predicted(0.3)).toEqual([0, 1, 1]);
  expect(predicted(0.9)).toEqual([0, 0, 0]);
});
