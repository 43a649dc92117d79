import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { logMe, logMeTargets, randomRegretAt, regretAt, regretTest, ShapeError } from '../src/index.ts';

interface Case {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly features: number[];
  readonly targets: number[][];
  readonly logMe: number;
}

const { cases } = JSON.parse(readFileSync(new URL('recorded/log-me.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[];
};

describe('LogME', () => {
  test.each(cases)(
    'of $name is what NumPy and SciPy give',
    ({ rows, columns, features, targets, logMe: expected }) => {
      expect(logMe({ values: features, rows, columns }, targets)).toBeCloseTo(expected, 8);
    },
  );

  test('does not change if features are rotated, and prefers those that tell the targets', () => {
    const { rows, columns, features, targets } = cases[0]!;
    const turned = features.map((value, i) => {
      const [first, second] = [features[i - (i % columns)]!, features[i - (i % columns) + 1]!];
      if (i % columns === 0) return 0.6 * first - 0.8 * second;
      return i % columns === 1 ? 0.8 * first + 0.6 * second : value;
    });
    const own = logMe({ values: features, rows, columns }, targets);
    expect(logMe({ values: turned, rows, columns }, targets)).toBeCloseTo(own, 8);
    const moved = [...features.slice(columns), ...features.slice(0, columns)];
    expect(logMe({ values: moved, rows, columns }, targets)).toBeLessThan(own);
  });

  test('without any feature is the evidence of noise', () => {
    const y = [1, 0, 1, 1];
    const expected = 0.5 * (Math.log(4 / (2 * Math.PI * 3)) - 1);
    expect(logMe({ values: Array(8).fill(0), rows: 4, columns: 2 }, [y])).toBeCloseTo(expected, 12);
  });

  test('has a target for each class that occurs, for each label, the scores, or the choices', () => {
    const lists = (columns: Float64Array[]): number[][] => columns.map((each) => [...each]);
    expect(lists(logMeTargets('singleLabelClassification', [0, 2, 0], 3))).toEqual([
      [1, 0, 1],
      [0, 1, 0],
    ]);
    expect(
      lists(
        logMeTargets(
          'multiLabelClassification',
          [
            [1, 0, 1],
            [0, 0, 1],
          ],
          3,
        ),
      ),
    ).toEqual([
      [1, 0],
      [1, 1],
    ]);
    expect(lists(logMeTargets('regression', [0.5, -1], 1))).toEqual([[0.5, -1]]);
    expect(lists(logMeTargets('multipleChoice', [1, 0], 2))).toEqual([[0, 1, 1, 0]]);
  });

  test('refuses what does not fit', () => {
    const features = { values: [1, 2, 3, 4], rows: 2, columns: 2 };
    for (const [given, targets] of [
      [{ ...features, rows: 3 }, [[1, 0, 1]]],
      [{ ...features, rows: 0 }, [[]]],
      [{ ...features, values: [1, 2, Number.NaN, 4] }, [[1, 0]]],
      [features, []],
      [features, [[1, 0, 1]]],
      [features, [[0, 0]]],
      [features, [[Number.NaN, 1]]],
    ] as const)
      expect(() => logMe(given, targets)).toThrow(ShapeError);
  });
});

describe('regret', () => {
  const scores = [0.5, 0.9, 0.7, 0.6];

  test('is what the first k of a ranking miss', () => {
    expect(regretAt(scores, [0, 2, 1, 3], 1)).toBeCloseTo(0.4);
    expect(regretAt(scores, [0, 2, 1, 3], 2)).toBeCloseTo(0.2);
    expect(regretAt(scores, [0, 2, 1, 3], 3)).toBe(0);
  });

  test('of random candidates is the mean over all choices', () => {
    expect(randomRegretAt(scores, 1)).toBeCloseTo(0.9 - 0.675, 12);
    const pairs = [0, 1, 2, 3].flatMap((a) => [0, 1, 2, 3].filter((b) => b > a).map((b) => [a, b]));
    const mean = pairs.reduce((sum, pair) => sum + regretAt(scores, pair, 2), 0) / pairs.length;
    expect(randomRegretAt(scores, 2)).toBeCloseTo(mean, 12);
    expect(randomRegretAt(scores, 4)).toBeCloseTo(0, 12);
    expect(randomRegretAt(scores, 9)).toBeCloseTo(0, 12);
  });

  test('a ranking is compared with random choice', () => {
    // Of four candidates the best comes first by chance in a quarter of the cases, for both targets in a sixteenth.
    const good = [0.9, 0.1, 0.5, 0.3];
    const both = regretTest([good, good], 1);
    expect(both.p).toBeCloseTo(1 / 16, 2);
    expect(both.regret).toBe(0);
    expect(both.randomRegret).toBeCloseTo(0.9 - 0.45, 12);
    // The worst first: every choice has as small a regret.
    expect(regretTest([good.toReversed().toSorted((a, b) => a - b)], 1).p).toBe(1);
    // The best is among two of four in half of the cases.
    expect(regretTest([good], 2).p).toBeCloseTo(1 / 2, 1);
    expect(regretTest([good, good], 1)).toEqual(both);
    expect(regretTest([good, good], 1, { seed: 1 }).p).not.toBe(both.p);
  });

  test('refuses no candidate and no k', () => {
    for (const [given, k] of [
      [[], 1],
      [scores, 0],
      [scores, 1.5],
    ] as const) {
      expect(() => regretAt(given, [0], k)).toThrow(ShapeError);
      expect(() => randomRegretAt(given, k)).toThrow(ShapeError);
    }
  });
});
