import { mean, type Numbers, sum } from '../lists.ts';
import { differencesOf } from './pairs.ts';
import { type ResamplingOptions, randomSigns } from './random-rows.ts';

export interface PermutationTest {
  readonly meanDifference: number;
  /** Two-sided. */
  readonly p: number;
  /** Assignments, all or those drawn, with a difference at least as large; of those drawn, the observed one counts. */
  readonly atLeastAsExtreme: number;
  readonly assignments: number;
  /** The least `p` that this test can give: with few pairs no difference is significant. */
  readonly smallestP: number;
  /** Whether all assignments were counted. */
  readonly exact: boolean;
}

/** More pairs than these are drawn from. */
const exactPairs = 16;

/**
 * The sign-flip test: were both methods the same, every difference could as well have the other sign. Pairs are scores
 * by seed, or hits by row. All assignments of signs are counted for up to 16 pairs, above that random ones.
 *
 * @throws ShapeError unless both are equally long
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

/** Mean differences under random signs. */
export function signFlipDraws(
  differences: Numbers,
  { resamples = 10_000, seed = 0 }: ResamplingOptions = {},
): Float64Array {
  const sign = randomSigns(seed);
  // Rows on which both agree change nothing.
  const unequal = Float64Array.from(differences).filter((value) => value !== 0);
  return Float64Array.from({ length: resamples }, () => {
    let total = 0;
    for (const value of unequal) total += sign() * value;
    return total / differences.length;
  });
}

/** How an observed difference lies among those drawn. It counts as one of them, so that no `p` is 0. */
export function drawnTest(meanDifference: number, draws: Float64Array): PermutationTest {
  const observed = Math.abs(meanDifference) * (1 - 1e-12);
  const atLeastAsExtreme = 1 + draws.filter((value) => Math.abs(value) >= observed).length;
  const assignments = 1 + draws.length;
  const p = atLeastAsExtreme / assignments;
  return { meanDifference, p, atLeastAsExtreme, assignments, smallestP: 1 / assignments, exact: false };
}

/** What rounding may have added to a sum. */
const tolerance = (differences: Numbers): number => 1e-12 * sum(Array.from(differences, Math.abs));

/** Of all signed sums, how many are at least as far from 0. */
function countExtreme(differences: readonly number[], observed: number, from = 0, total = 0): number {
  if (from === differences.length) return Math.abs(total) >= observed ? 1 : 0;
  const value = differences[from]!;
  return (
    countExtreme(differences, observed, from + 1, total + value) +
    countExtreme(differences, observed, from + 1, total - value)
  );
}
