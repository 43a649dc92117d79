// Against what scipy gives, recorded.

import { describe, expect, test } from 'vitest';
import { recordedJson } from '../../../../test/golden/recorded.ts';
import {
  accuracy,
  mcNemarTest,
  pairedBootstrap,
  pairedTTest,
  signFlipTest,
  standardDeviation,
  welchTTest,
  wilcoxonTest,
} from '../../src/index.ts';

const recorded = <T>(name: string): T[] => recordedJson(`metrics/${name}.json`);

function expectClose(actual: number, expected: number | null): void {
  if (expected === null) expect(actual).toBeNaN();
  else expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(expected)));
}

interface Paired {
  readonly a: number[];
  readonly b: number[];
  readonly meanDifference: number;
  readonly standardDeviations: [number, number];
  readonly t: number | null;
  readonly tInfinite?: boolean;
  readonly tP: number | null;
  readonly degreesOfFreedom: number;
  readonly confidence95: [number, number] | null;
  readonly welchT: number | null;
  readonly welchP: number | null;
  readonly wilcoxon: { readonly statistic: number; readonly p: number | null; readonly method: string };
  readonly signFlip: { readonly atLeastAsExtreme: number; readonly assignments: number; readonly p: number };
}

describe('recorded by scipy', () => {
  test('paired and Welch t-tests, Wilcoxon, sign-flip', () => {
    const cases = recorded<Paired>('paired-tests');
    expect(cases.length).toBeGreaterThan(4);
    for (const { a, b, ...wanted } of cases) {
      expectClose(standardDeviation(a)!, wanted.standardDeviations[0]);
      expectClose(standardDeviation(b)!, wanted.standardDeviations[1]);
      const paired = pairedTTest(a, b);
      expectClose(paired.meanDifference, wanted.meanDifference);
      expect(paired.degreesOfFreedom).toBe(wanted.degreesOfFreedom);
      if (wanted.tInfinite) expect(Math.abs(paired.t)).toBe(Number.POSITIVE_INFINITY);
      else expectClose(paired.t, wanted.t);
      expectClose(paired.p, wanted.tP);
      if (wanted.confidence95)
        paired.interval.forEach((bound, i) => void expectClose(bound, wanted.confidence95![i]!));
      const welch = welchTTest(a, b);
      expectClose(welch.t, wanted.welchT);
      expectClose(welch.p, wanted.welchP);
      const ranked = wilcoxonTest(a, b);
      expectClose(ranked.statistic, wanted.wilcoxon.statistic);
      expectClose(ranked.p, wanted.wilcoxon.p);
      expect(ranked.method).toBe(wanted.wilcoxon.method === 'exact' ? 'exact' : 'normal');
      const { p, atLeastAsExtreme, assignments } = signFlipTest(a, b);
      expect({ p, atLeastAsExtreme, assignments }).toEqual(wanted.signFlip);
    }
  });

  test("McNemar's test", () => {
    const cases = recorded<{ correctA: number[]; correctB: number[] } & Record<string, number>>('mcnemar');
    expect(cases.length).toBeGreaterThan(4);
    for (const { correctA, correctB, ...wanted } of cases) {
      const found: Record<string, number> = { ...mcNemarTest(correctA, correctB) };
      for (const [name, value] of Object.entries(wanted)) expectClose(found[name]!, value);
    }
  });

  test('the paired bootstrap on given rows', () => {
    const cases = recorded<{
      readonly labels: number[];
      readonly predictionsA: number[];
      readonly predictionsB: number[];
      readonly resamples: number[][];
      readonly differences: number[];
      readonly shareNotPositive: number;
      readonly percentile95: [number, number];
    }>('bootstrap');
    expect(cases.length).toBeGreaterThan(4);
    for (const { labels, predictionsA, predictionsB, resamples, ...wanted } of cases) {
      const compared = { labels, a: [predictionsA], b: [predictionsB], metric: accuracy };
      const found = pairedBootstrap(compared, { rows: resamples });
      expect(found.differences).toHaveLength(wanted.differences.length);
      wanted.differences.forEach((value, i) => void expectClose(found.differences[i]!, value));
      expectClose(found.shareNotPositive, wanted.shareNotPositive);
      wanted.percentile95.forEach((value, i) => void expectClose(found.interval[i]!, value));
    }
  });
});
