import { type ComparedPredictions, metricDifference, rowsOf } from './compared-predictions.ts';
import { type ResamplingOptions, randomSigns } from './random-rows.ts';
import { drawnTest, type PermutationTest } from './sign-flip.ts';

/**
 * Performs the paired permutation test over rows, also known as approximate randomization. Under the null hypothesis
 * the predictions of the two methods for a row, of all seeds, are exchangeable. It works for any metric. If the metric
 * is a mean over rows, such as accuracy, `signFlipTest` of the rows' hits gives the same result much faster.
 *
 * @throws ShapeError if lists do not match in size
 */
export function permutationTest(
  compared: ComparedPredictions,
  options: ResamplingOptions = {},
): PermutationTest {
  const draws = permutationDraws(compared, options);
  return drawnTest(metricDifference(compared), draws);
}

/** Returns differences of the metric after random exchanges. */
export function permutationDraws(
  compared: ComparedPredictions,
  { resamples = 10_000, seed = 0 }: ResamplingOptions = {},
): Float64Array {
  const rows = rowsOf(compared);
  const { columns = 1 } = compared;
  const sign = randomSigns(seed);
  const a = compared.a.map((list) => Float64Array.from(list));
  const b = compared.b.map((list) => Float64Array.from(list));
  // Each draw continues from the one before, because another random exchange gives an independent assignment.
  return Float64Array.from({ length: resamples }, () => {
    for (let row = 0; row < rows; row++)
      if (sign() < 0) for (const [i, list] of a.entries()) exchange(list, b[i]!, row * columns, columns);
    return metricDifference({ ...compared, a, b });
  });
}

function exchange(a: Float64Array, b: Float64Array, from: number, count: number): void {
  for (let at = from; at < from + count; at++) {
    const value = a[at]!;
    a[at] = b[at]!;
    b[at] = value;
  }
}
