import { describe, expect, test } from 'vitest';
import { bestThreshold, fitTemperature, probabilities, reliability, wilsonInterval } from '../src/index.ts';

/** Rows whose class 1 has the given log odds, with labels in exactly that proportion. */
function calibrated(scale: number) {
  const odds = [-2, -1, -0.5, 0.5, 1, 2];
  const logits: number[] = [];
  const labels: number[] = [];
  for (const z of odds) {
    const positives = Math.round(1000 / (1 + Math.exp(-z)));
    for (let i = 0; i < 1000; i++) {
      logits.push(0, z * scale);
      labels.push(i < positives ? 1 : 0);
    }
  }
  return { logits, labels, rows: labels.length, columns: 2 };
}

describe('temperature scaling', () => {
  test.each([1, 3, 0.4])('finds the factor %f by which logits are too large', (scale) => {
    expect(fitTemperature('singleLabelClassification', calibrated(scale))).toBeCloseTo(scale, 2);
  });

  test('of labels one by one', () => {
    const { logits, labels, rows } = calibrated(2.5);
    const multi = { logits: logits.filter((_, i) => i % 2 === 1), labels, rows: rows / 2, columns: 2 };
    expect(fitTemperature('multiLabelClassification', multi)).toBeCloseTo(2.5, 2);
  });

  test('stays 1 with few rows, and in its range if every prediction is right', () => {
    const right = { logits: [0, 1, 1, 0], labels: [1, 0], rows: 2, columns: 2 };
    expect(fitTemperature('singleLabelClassification', right)).toBe(1);
    const many = { logits: Array(80).fill([0, 1]).flat(), labels: Array(80).fill(1), rows: 80, columns: 2 };
    expect(fitTemperature('singleLabelClassification', many)).toBeCloseTo(0.1, 9);
  });
});

describe('reliability', () => {
  test('of calibrated probabilities has no error, of overconfident ones has some', () => {
    const good = reliability('singleLabelClassification', calibrated(1));
    expect(good.expectedCalibrationError).toBeLessThan(1e-3);
    expect(good.bins.reduce((sum, { rows }) => sum + rows, 0)).toBe(6000);
    const over = reliability('singleLabelClassification', calibrated(3));
    expect(over.expectedCalibrationError).toBeGreaterThan(0.1);
    const scaled = reliability('singleLabelClassification', calibrated(3), 3);
    expect(scaled.expectedCalibrationError).toBeCloseTo(good.expectedCalibrationError, 6);
  });

  test('sees certain predictions in the last bin', () => {
    const { bins } = reliability('singleLabelClassification', {
      ...{ logits: [0, 100], labels: [1], rows: 1, columns: 2 },
    });
    expect(bins[9]).toEqual({ from: 0.9, to: 1, rows: 1, confidence: 1, accuracy: 1 });
  });
});

test('the threshold with the largest micro F1 lies between probabilities', () => {
  const output = { logits: [-3, -2, -1, 0, 1, 2], labels: [0, 0, 1, 1, 1, 1], rows: 3, columns: 2 };
  const threshold = bestThreshold(output);
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  expect(threshold).toBeCloseTo((sigmoid(-2) + sigmoid(-1)) / 2, 12);
  expect(bestThreshold({ ...output, labels: [0, 0, 0, 0, 0, 0] })).toBe(0.5);
});

test('probabilities are of logits divided by the temperature', () => {
  const logits = { logits: [2, 0], rows: 1, columns: 2 };
  expect(probabilities('singleLabelClassification', logits, 2)[0]).toBeCloseTo(1 / (1 + Math.exp(-1)), 12);
  expect(probabilities('multiLabelClassification', logits, 2)[1]).toBe(0.5);
});

test("Wilson's interval, as tables have it", () => {
  const known = [
    [0, 10, 0, 0.27753],
    [10, 10, 0.72247, 1],
    [81, 263, 0.25527, 0.36621],
    [1, 1, 0.20654, 1],
  ] as const;
  for (const [successes, trials, low, high] of known) {
    const [from, to] = wilsonInterval(successes, trials);
    expect(from).toBeCloseTo(low, 4);
    expect(to).toBeCloseTo(high, 4);
  }
});
