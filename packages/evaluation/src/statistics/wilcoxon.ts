import { ranks } from '../correlation.ts';
import { type Numbers, sum } from '../lists.ts';
import { normalTwoSided } from './distributions.ts';
import { differencesOf } from './pairs.ts';

export interface WilcoxonTest {
  /** The smaller of the sums of ranks above and below 0. */
  readonly statistic: number;
  /** Two-sided p-value; NaN if all pairs are equal. */
  readonly p: number;
  /** `exact`, or `normal` for ties, zeros or more than 50 pairs: an approximation, corrected for ties. */
  readonly method: 'exact' | 'normal';
}

/**
 * Performs Wilcoxon's signed-rank test on pairs. Equal pairs are dropped. The method is chosen like the default of
 * scipy's `wilcoxon`.
 */
export function wilcoxonTest(a: Numbers, b: Numbers): WilcoxonTest {
  const all = differencesOf(a, b);
  const differences = all.filter((value) => value !== 0);
  const rank = ranks(differences.map(Math.abs));
  const above = sum(rank.filter((_, i) => differences[i]! > 0));
  const n = differences.length;
  const statistic = Math.min(above, (n * (n + 1)) / 2 - above);
  const plain = n === all.length && new Set(rank).size === n && n <= 50;
  return plain
    ? { statistic, p: exactP(statistic, n), method: 'exact' }
    : { statistic, p: normalP(statistic, rank), method: 'normal' };
}

/** Returns the fraction of all sets of ranks from 1 to n with a sum as extreme. */
function exactP(statistic: number, n: number): number {
  // Number of sets by their sum. With 50 ranks these are exact whole numbers.
  const sets = new Float64Array((n * (n + 1)) / 2 + 1);
  sets[0] = 1;
  for (let rank = 1; rank <= n; rank++)
    for (let total = sets.length - 1; total >= rank; total--) sets[total]! += sets[total - rank]!;
  return Math.min(1, (2 * sum(sets.subarray(0, statistic + 1))) / 2 ** n);
}

function normalP(statistic: number, rank: readonly number[]): number {
  const n = rank.length;
  const groups = new Map<number, number>();
  for (const value of rank) groups.set(value, (groups.get(value) ?? 0) + 1);
  const ties = sum([...groups.values()].map((size) => size ** 3 - size));
  const deviation = Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24 - ties / 48);
  return normalTwoSided((statistic - (n * (n + 1)) / 4) / deviation);
}
