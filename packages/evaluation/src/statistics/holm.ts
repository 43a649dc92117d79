import type { Numbers } from '../lists.ts';

/**
 * Applies Holm's step-down correction for multiple comparisons. Comparisons with a corrected `p` of at most α are
 * significant together, with a probability of at most α of any false positive. It is uniformly better than Bonferroni's
 * correction.
 *
 * @returns the corrected `p` of each comparison, in the given order; NaN is kept and does not count as a comparison
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
