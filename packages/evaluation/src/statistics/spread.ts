import { ShapeError } from '../errors.ts';
import { mean, type Numbers } from '../lists.ts';
import { studentCritical } from './distributions.ts';

/** Returns the sample standard deviation, with `n - 1` in the denominator. Undefined for fewer than two values. */
export function standardDeviation(values: Numbers): number | undefined {
  if (values.length < 2) return undefined;
  const center = mean(values);
  const squares = mean(Array.from(values, (value) => (value - center) ** 2));
  return Math.sqrt((squares * values.length) / (values.length - 1));
}

export type Interval = readonly [low: number, high: number];

/**
 * Returns the confidence interval of the mean by Student's t. It assumes that the values, such as scores over seeds,
 * are a sample of a normal distribution.
 *
 * @param confidence between 0 and 1; default 0.95
 * @returns undefined for fewer than two values
 */
export function confidenceInterval(values: Numbers, confidence = 0.95): Interval | undefined {
  const deviation = standardDeviation(values);
  if (deviation === undefined) return undefined;
  const half = (studentCritical(confidence, values.length - 1) * deviation) / Math.sqrt(values.length);
  return [mean(values) - half, mean(values) + half];
}

/**
 * Returns a quantile with linear interpolation, like NumPy's default.
 *
 * @param share from 0, the minimum, to 1, the maximum
 */
export function quantile(values: Numbers, share: number): number {
  if (values.length === 0) throw new ShapeError('There are no values to take a quantile of.');
  const sorted = Float64Array.from(values).sort();
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)]!;
  const high = sorted[Math.ceil(at)]!;
  return low + (high - low) * (at - Math.floor(at));
}
