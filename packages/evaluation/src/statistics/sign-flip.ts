import { mean, type Numbers, sum } from '../lists.ts';
import { differencesOf } from './pairs.ts';
import { type ResamplingOptions, randomSigns } from './random-rows.ts';

export interface PermutationTest {
  /** Mean of the differences `a - b`. */
  readonly meanDifference: number;
  /** Two-sided p-value. */
  readonly p: number;
  /**
   * Number of assignments with a difference at least as large, of all assignments or of those drawn. Drawn ones include
   * the observed one.
   */
  readonly atLeastAsExtreme: number;
  /** Number of assignments that were counted. */
  readonly assignments: number;
  /** The smallest `p` that this test can give. With few pairs no difference is significant. */
  readonly smallestP: number;
  /** Whether all assignments were counted. */
  readonly exact: boolean;
}

/** Maximum number of pairs for the exact test. For more pairs, assignments are drawn. */
const exactPairs = 16;

/**
 * Performs the sign-flip test. Under the null hypothesis every difference could equally have the other sign. Pairs are
 * scores by seed, or hits by row. All assignments of signs are counted for up to 16 pairs. For more pairs, random ones
 * are drawn.
 *
 * @throws ShapeError if the lists differ in length
 */
export function signFlipTest(a: Numbers, b: Numbers, options: ResamplingOptions = {}): PermutationTest {
  const differences = differencesOf(a, b);
  const meanDifference = mean(differences);
  if (differences.length > exactPairs) return drawnTest(meanDifference, signFlipDraws(differences, options));
  const observed = Math.abs(sum(differences)) - tolerance(differences);
  const assignments = 2 ** differences.length;
  const atLeastAsExtreme = countExtreme(differences, observed);
  const p = atLeastAsExtreme / assignments;
  return { meanDifference, p, atLeastAsExtreme, assignments, smallestP: 2 / assignments, exact: true };
}

/** Returns mean differences under random signs. */
export function signFlipDraws(
  differences: Numbers,
  { resamples = 10_000, seed = 0 }: ResamplingOptions = {},
): Float64Array {
  const sign = randomSigns(seed);
  // Rows on which both agree have no effect.
  const unequal = Float64Array.from(differences).filter((value) => value !== 0);
  return Float64Array.from({ length: resamples }, () => {
    let total = 0;
    for (const value of unequal) total += sign() * value;
    return total / differences.length;
  });
}

/** Tests an observed difference against drawn ones. The observed one counts as drawn, so that no `p` is 0. */
export function drawnTest(meanDifference: number, draws: Float64Array): PermutationTest {
  const observed = Math.abs(meanDifference) * (1 - 1e-12);
  const atLeastAsExtreme = 1 + draws.filter((value) => Math.abs(value) >= observed).length;
  const assignments = 1 + draws.length;
  const p = atLeastAsExtreme / assignments;
  return { meanDifference, p, atLeastAsExtreme, assignments, smallestP: 1 / assignments, exact: false };
}

/** Bound of the rounding error of a sum. */
const tolerance = (differences: Numbers): number => 1e-12 * sum(Array.from(differences, Math.abs));

/** Counts the signed sums that are at least as far from 0 as the observed one. */
function countExtreme(differences: readonly number[], observed: number, from = 0, total = 0): number {
  if (from === differences.length) return Math.abs(total) >= observed ? 1 : 0;
  const value = differences[from]!;
  return (
    countExtreme(differences, observed, from + 1, total + value) +
    countExtreme(differences, observed, from + 1, total - value)
  );
}
