import { ShapeError } from '../errors.ts';
import { mean, type Numbers } from '../lists.ts';
import { studentCritical } from './distributions.ts';

/** The sample standard deviation, `n - 1` below; undefined for fewer than two values, which have none. */
export function standardDeviation(values: Numbers): number | undefined {
  if (values.length < 2) return undefined;
  const center = mean(values);
  const squares = mean(Array.from(values, (value) => (value - center) ** 2));
  return Math.sqrt((squares * values.length) / (values.length - 1));
}

export type Interval = readonly [low: number, high: number];

/**
 * Where the mean lies with some confidence, by Student's t: the values are taken for a sample of a normal
 * distribution, such as scores over seeds.
 *
 * @param confidence between 0 and 1; 0.95 by default
 * @returns undefined for fewer than two values
 */
export function confidenceInterval(values: Numbers, confidence = 0.95): Interval | undefined {
  const deviation = standardDeviation(values);
  if (deviation === undefined) return undefined;
  const half = (studentCritical(confidence, values.length - 1) * deviation) / Math.sqrt(values.length);
  return [mean(values) - half, mean(values) + half];
}

/**
 * What lies between the sorted values, linear in between, as NumPy's default.
 *
 * @param share from 0, the least, to 1, the largest
 */
export function quantile(values: Numbers, share: number): number {
  if (values.length === 0) throw new ShapeError('There are no values to take a quantile of.');
  const sorted = Float64Array.from(values).sort();
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)]!;
  const high = sorted[Math.ceil(at)]!;
  return low + (high - low) * (at - Math.floor(at));
}
