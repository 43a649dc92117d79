import { type ComparedPredictions, metricDifference, rowsOf } from './compared-predictions.ts';
import { type ResamplingOptions, randomSigns } from './random-rows.ts';
import { drawnTest, type PermutationTest } from './sign-flip.ts';

/**
 * The paired permutation test over rows, also known as approximate randomisation: were both methods the same, the
 * predictions for a row, of all seeds, could as well be exchanged. For any metric; where it is a mean over rows, as
 * accuracy is, `signFlipTest` of the rows' hits does the same much faster.
 *
 * @throws ShapeError where lists do not fit together
 */
export function permutationTest(
  compared: ComparedPredictions,
  options: ResamplingOptions = {},
): PermutationTest {
  const draws = permutationDraws(compared, options);
  return drawnTest(metricDifference(compared), draws);
}

/** Differences of the metric after random exchanges. */
export function permutationDraws(
  compared: ComparedPredictions,
  { resamples = 10_000, seed = 0 }: ResamplingOptions = {},
): Float64Array {
  const rows = rowsOf(compared);
  const { columns = 1 } = compared;
  const sign = randomSigns(seed);
  const a = compared.a.map((list) => Float64Array.from(list));
  const b = compared.b.map((list) => Float64Array.from(list));
  // What is exchanged twice is as good as new: each draw goes on from the one before.
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
