import { describe, expect, test } from 'vitest';
import {
  accuracy,
  confidenceInterval,
  holm,
  majorityReport,
  matthewsCorrelation,
  mcNemarTest,
  mean,
  pairedBootstrap,
  pairedTTest,
  permutationTest,
  quantile,
  ShapeError,
  signFlipTest,
  standardDeviation,
  welchTTest,
} from '../../src/index.ts';
import {
  fairBinomialLower,
  normalTwoSided,
  studentCritical,
  studentTwoSided,
} from '../../src/statistics/distributions.ts';

const relative = (actual: number, expected: number): number => Math.abs(actual / expected - 1);

describe('distributions', () => {
  test('Student with 1 and 2 degrees of freedom have closed forms, far into the tails', () => {
    for (const t of [1e-3, 0.3, 1, 2.5, 40, 1e4]) {
      expect(relative(studentTwoSided(t, 1), (2 / Math.PI) * Math.atan(1 / t))).toBeLessThan(1e-12);
      const root = Math.sqrt(2 + t * t);
      expect(relative(studentTwoSided(t, 2), 2 / (root * (root + t)))).toBeLessThan(1e-12);
    }
  });

  test('the normal tail, as tables have it', () => {
    const known = [
      [0.5, 0.6170750774519738],
      [1.959963984540054, 0.05],
      [3, 0.0026997960632601866],
      [5, 5.733031437583892e-7],
    ] as const;
    for (const [z, p] of known) expect(relative(normalTwoSided(z), p)).toBeLessThan(1e-11);
  });

  test('critical values invert the distribution', () => {
    for (const confidence of [0.5, 0.95, 0.999]) {
      const p = 1 - confidence;
      expect(relative(studentCritical(confidence, 1), 1 / Math.tan((Math.PI * p) / 2))).toBeLessThan(1e-12);
      expect(relative(studentCritical(confidence, 2), Math.sqrt(2 / (p * (2 - p)) - 2))).toBeLessThan(1e-12);
    }
  });

  test('the binomial is a sum of Pascal numbers', () => {
    let term = 1;
    let total = 1;
    for (let k = 0; k < 40; k++) {
      expect(relative(fairBinomialLower(k, 40), total / 2 ** 40)).toBeLessThan(1e-12);
      term = (term * (40 - k)) / (k + 1);
      total += term;
    }
    expect(fairBinomialLower(40, 40)).toBe(1);
    // Far more rows than 2^-n can be written for.
    expect(mcNemarTest(Array(6000).fill(1), Array(6000).fill(0)).exactP).toBeGreaterThanOrEqual(0);
  });
});

test('a single score has no spread', () => {
  expect(standardDeviation([1])).toBeUndefined();
  expect(confidenceInterval([1])).toBeUndefined();
  expect(() => pairedTTest([1], [2])).toThrow(ShapeError);
});

test('a wider interval where more confidence is asked for', () => {
  const [low, high] = confidenceInterval([1, 2, 4], 0.99)!;
  const [inner, outer] = confidenceInterval([1, 2, 4])!;
  expect(low).toBeLessThan(inner);
  expect(high).toBeGreaterThan(outer);
});

test('quantiles are linear in between', () => {
  expect(quantile([3, 1, 2], 0.25)).toBe(1.5);
  expect(quantile([3, 1, 2], 1)).toBe(3);
});

test('Holm: steps down, stays monotone, keeps the order and leaves out what is undefined', () => {
  const corrected = holm([0.01, 0.04, Number.NaN, 0.03, 0.005]);
  [0.03, 0.06, Number.NaN, 0.06, 0.02].forEach((value, i) => {
    if (Number.isNaN(value)) expect(corrected[i]).toBeNaN();
    else expect(corrected[i]).toBeCloseTo(value, 12);
  });
});

const labels = Array.from({ length: 200 }, (_, i) => i % 2);
const flipped = (share: number): number[] =>
  labels.map((label, i) => ((i * 7) % 100 < share ? 1 - label : label));
const good = [flipped(10), flipped(12)];
const bad = [flipped(30), flipped(28)];

describe('over rows', () => {
  test('a clear difference is significant, and none is not', () => {
    const better = permutationTest(
      { labels, a: good, b: bad, metric: matthewsCorrelation },
      { resamples: 999 },
    );
    expect(better.meanDifference).toBeGreaterThan(0.3);
    expect(better.p).toBe(1 / 1000);
    expect(better.smallestP).toBe(1 / 1000);
    const none = permutationTest({ labels, a: good, b: good, metric: accuracy }, { resamples: 99 });
    expect([none.meanDifference, none.p]).toEqual([0, 1]);
  });

  test('for accuracy, exchanging predictions is flipping the signs of hits', () => {
    const [a, b] = [flipped(20), flipped(24)];
    const hits = (list: number[]): number[] => list.map((value, i) => (value === labels[i] ? 1 : 0));
    const exchanged = permutationTest({ labels, a: [a], b: [b], metric: accuracy }, { resamples: 4000 });
    const signs = signFlipTest(hits(a), hits(b), { resamples: 4000 });
    expect(exchanged.meanDifference).toBeCloseTo(signs.meanDifference, 12);
    // The exact value, of the 8 rows that differ, all one way.
    for (const { p, exact } of [exchanged, signs]) {
      expect(exact).toBe(false);
      expect(Math.abs(p - 2 / 2 ** 8)).toBeLessThan(0.006);
    }
  });

  test('the same seed gives the same draws, another one others', () => {
    const compared = { labels, a: [flipped(20)], b: [flipped(24)], metric: matthewsCorrelation };
    const draw = (seed: number): number[] => [
      ...pairedBootstrap(compared, { resamples: 20, seed }).differences,
    ];
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  test('labels of a row stay together', () => {
    const rows: number[][] = [];
    const metric = (_: ArrayLike<number>, predictions: ArrayLike<number>): number => {
      rows.push([...Array(3).keys()].map((row) => predictions[2 * row]! - predictions[2 * row + 1]!));
      return 0;
    };
    const a = [[1, 2, 3, 4, 5, 6]];
    const b = [[11, 12, 13, 14, 15, 16]];
    permutationTest({ labels: [0, 0, 0, 0, 0, 0], a, b, columns: 2, metric }, { resamples: 50 });
    expect(new Set(rows.flat())).toEqual(new Set([-1]));
    // What was given is not changed.
    expect([a, b]).toEqual([[[1, 2, 3, 4, 5, 6]], [[11, 12, 13, 14, 15, 16]]]);
  });

  test('what does not fit together is refused', () => {
    const compared = { labels, a: good, b: bad, metric: accuracy };
    expect(() => permutationTest({ ...compared, b: bad.slice(1) })).toThrow(
      '2 seeds to compare with those of 1',
    );
    expect(() => permutationTest({ ...compared, labels: [1] })).toThrow('1 labels but 200 predictions');
    expect(() => pairedBootstrap({ ...compared, columns: 3 })).toThrow('do not fill rows of 3');
    expect(() => signFlipTest([1], [1, 2])).toThrow(ShapeError);
    expect(() => signFlipTest([], [])).toThrow(ShapeError);
  });
});

test('draws are fair, whatever the seed', () => {
  const a = Array.from({ length: 20 }, (_, i) => (i < 8 ? 1 : 0));
  const ps = Array.from(
    { length: 40 },
    (_, seed) => signFlipTest(a, Array(20).fill(0), { resamples: 2000, seed }).p,
  );
  // 2 of 2⁸ assignments; six standard errors to either side.
  expect(Math.abs(mean(ps) - 2 / 2 ** 8)).toBeLessThan(0.0018);
  expect(Math.max(...ps)).toBeLessThan(0.02);
});

test('few seeds cannot be significant, and the test says so', () => {
  const { p, smallestP, exact } = signFlipTest([0.9, 0.91, 0.92], [0.1, 0.11, 0.12]);
  expect([p, smallestP, exact]).toEqual([0.25, 0.25, true]);
});

describe('the same answer for every row', () => {
  const spec = (
    problem: 'singleLabelClassification' | 'regression' | 'multiLabelClassification',
    metric: string,
  ) => ({ problem, metrics: [metric], primaryMetric: metric }) as const;

  test('is the commonest class, of the training rows where they are given', () => {
    const classes = spec('singleLabelClassification', 'accuracy');
    expect(majorityReport(classes, [0, 1, 1, 2], 3).primary.value).toBe(0.5);
    expect(majorityReport(classes, [0, 1, 1, 2], 3, [2, 2, 0]).primary.value).toBe(0.25);
    expect(majorityReport(classes, [0, 1], 2, [1, 0]).primary.value).toBe(0.5);
  });

  test('is the mean score, whose correlation is undefined', () => {
    expect(majorityReport(spec('regression', 'meanSquaredError'), [1, 3], 1).primary.value).toBe(1);
    expect(majorityReport(spec('regression', 'pearson'), [1, 3], 1).primary.value).toBeNaN();
  });

  test('has the labels of at least half of the rows', () => {
    const several = spec('multiLabelClassification', 'accuracy');
    expect(majorityReport(several, [1, 0, 1, 0, 0, 1], 2).primary.value).toBeCloseTo(2 / 3, 12);
  });
});

describe('the interval of the difference of two means', () => {
  test('ends where the test gives 0.05', () => {
    const [a, b] = [
      [0.781, 0.828, 0.828],
      [0.719, 0.656, 0.625],
    ];
    const { interval, meanDifference } = welchTTest(a, b);
    expect(meanDifference).toBeCloseTo(0.1457, 4);
    for (const end of interval)
      expect(
        welchTTest(
          a.map((score) => score - end),
          b,
        ).p,
      ).toBeCloseTo(0.05, 10);
  });

  test('is a point for constant scores', () => {
    expect(welchTTest([0.5, 0.5], [0.25, 0.25]).interval).toEqual([0.25, 0.25]);
  });
});
