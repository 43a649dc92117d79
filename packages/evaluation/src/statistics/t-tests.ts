import { ShapeError } from '../errors.ts';
import { mean, type Numbers } from '../lists.ts';
import { studentCritical, studentTwoSided } from './distributions.ts';
import { differencesOf } from './pairs.ts';
import { confidenceInterval, type Interval, standardDeviation } from './spread.ts';

export interface TTest {
  /** The statistic. Infinite if all differences are equal and not 0; NaN if all are 0. */
  readonly t: number;
  /** Two-sided p-value; NaN if `t` is NaN. */
  readonly p: number;
  /** Degrees of freedom. */
  readonly degreesOfFreedom: number;
}

export interface PairedTTest extends TTest {
  /** Mean of the differences `a - b`. */
  readonly meanDifference: number;
  /** 95 % confidence interval of the mean difference. */
  readonly interval: Interval;
}

/**
 * Performs Student's paired t-test on the scores of two methods by seed, in the same order.
 *
 * @throws ShapeError for fewer than two pairs
 */
export function pairedTTest(a: Numbers, b: Numbers): PairedTTest {
  const differences = differencesOf(a, b);
  const interval = confidenceInterval(differences);
  if (!interval) throw new ShapeError('A t-test needs two pairs of scores at least.');
  const constant = differences.every((value) => value === differences[0]);
  const meanDifference = mean(differences);
  const error = constant ? 0 : standardDeviation(differences)! / Math.sqrt(differences.length);
  return { ...tested(meanDifference / error, differences.length - 1), meanDifference, interval };
}

export interface WelchTTest extends TTest {
  /** Difference of the means of `a` and `b`. */
  readonly meanDifference: number;
  /** 95 % confidence interval of the difference. */
  readonly interval: Interval;
}

/**
 * Performs Welch's t-test on the scores of two methods with independent seeds.
 *
 * @throws ShapeError for fewer than two scores of either
 */
export function welchTTest(a: Numbers, b: Numbers): WelchTTest {
  const [ofA, ofB] = [errorSquared(a), errorSquared(b)];
  const total = ofA + ofB;
  const degreesOfFreedom = total ** 2 / (ofA ** 2 / (a.length - 1) + ofB ** 2 / (b.length - 1));
  const meanDifference = mean(a) - mean(b);
  const half = total === 0 ? 0 : studentCritical(0.95, degreesOfFreedom) * Math.sqrt(total);
  const interval = [meanDifference - half, meanDifference + half] as const;
  return { ...tested(meanDifference / Math.sqrt(total), degreesOfFreedom), meanDifference, interval };
}

function tested(t: number, degreesOfFreedom: number): TTest {
  const p = Number.isFinite(t) ? studentTwoSided(t, degreesOfFreedom) : Number.isNaN(t) ? Number.NaN : 0;
  return { t, p, degreesOfFreedom };
}

/** Returns the square of the standard error of the mean. */
function errorSquared(values: Numbers): number {
  const deviation = standardDeviation(values);
  if (deviation === undefined) throw new ShapeError("Welch's t-test needs two scores of each at least.");
  return deviation ** 2 / values.length;
}
