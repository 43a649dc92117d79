import type { Numbers } from '../lists.ts';

/**
 * Holm's step-down correction for many comparisons: those with a corrected `p` of at most α are significant together,
 * with a chance of at most α that any is by mistake. Uniformly better than Bonferroni's.
 *
 * @returns the corrected `p` of each, in the order given; NaN stays, and does not count as a comparison
 */
export function holm(p: Numbers): number[] {
  const order = Array.from(p, (_, i) => i)
    .filter((i) => !Number.isNaN(p[i]))
    .sort((i, j) => p[i]! - p[j]!);
  const corrected = Array.from(p, () => Number.NaN);
  let largest = 0;
  for (const [step, i] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (order.length - step) * p[i]!));
    corrected[i] = largest;
  }
  return corrected;
}
