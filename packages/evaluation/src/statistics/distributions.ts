import { erfc, incompleteBeta } from './special-functions.ts';

/** Returns the two-sided tail probability of Student's t distribution: values at least as far from 0 as `t`. */
export function studentTwoSided(t: number, degreesOfFreedom: number): number {
  const square = t * t;
  if (square === Number.POSITIVE_INFINITY) return 0;
  const total = degreesOfFreedom + square;
  return incompleteBeta(degreesOfFreedom / 2, 0.5, degreesOfFreedom / total, square / total);
}

/** Returns the critical t of a two-sided interval: beyond ±t lies `1 - confidence` of Student's distribution. */
export const studentCritical = (confidence: number, degreesOfFreedom: number): number =>
  critical((t) => studentTwoSided(t, degreesOfFreedom), confidence);

/** Returns the critical z of a two-sided interval: beyond ±z lies `1 - confidence` of the normal distribution. */
export const normalCritical = (confidence: number): number => critical(normalTwoSided, confidence);

function critical(twoSided: (value: number) => number, confidence: number): number {
  const outside = 1 - confidence;
  let low = 0;
  let high = 1;
  while (twoSided(high) > outside) high *= 2;
  // Bisects down to adjacent numbers, because the distribution is monotone.
  for (let middle = high / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (twoSided(middle) > outside) low = middle;
    else high = middle;
  }
  return high;
}

/** Returns the two-sided tail probability of the normal distribution: values at least as far from 0 as `z`. */
export const normalTwoSided = (z: number): number => erfc(Math.abs(z) / Math.SQRT2);

/** Returns the probability that chi-squared with one degree of freedom is at least `x`. */
export const chiSquaredUpper = (x: number): number => normalTwoSided(Math.sqrt(x));

/** Returns the probability of at most `k` successes in a number of trials of probability 1/2. */
export const fairBinomialLower = (k: number, trials: number): number =>
  k >= trials ? 1 : incompleteBeta(trials - k, k + 1, 0.5);
