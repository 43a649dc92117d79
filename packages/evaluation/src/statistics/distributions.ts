import { erfc, incompleteBeta } from './special-functions.ts';

/** Share of Student's t distribution that lies at least as far from 0 as `t`, on both sides. */
export function studentTwoSided(t: number, degreesOfFreedom: number): number {
  const square = t * t;
  if (square === Number.POSITIVE_INFINITY) return 0;
  const total = degreesOfFreedom + square;
  return incompleteBeta(degreesOfFreedom / 2, 0.5, degreesOfFreedom / total, square / total);
}

/** The t beyond which, on both sides, lies `1 - confidence` of Student's distribution. */
export function studentCritical(confidence: number, degreesOfFreedom: number): number {
  const outside = 1 - confidence;
  let low = 0;
  let high = 1;
  while (studentTwoSided(high, degreesOfFreedom) > outside) high *= 2;
  // Until neighboring numbers: the distribution is monotone.
  for (let middle = high / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (studentTwoSided(middle, degreesOfFreedom) > outside) low = middle;
    else high = middle;
  }
  return high;
}

/** Share of the normal distribution that lies at least as far from 0 as `z`, on both sides. */
export const normalTwoSided = (z: number): number => erfc(Math.abs(z) / Math.SQRT2);

/** Share of the chi-squared distribution with one degree of freedom that is at least `x`. */
export const chiSquaredUpper = (x: number): number => normalTwoSided(Math.sqrt(x));

/** Share of a binomial distribution, trials of probability 1/2, that is at most `k`. */
export const fairBinomialLower = (k: number, trials: number): number =>
  k >= trials ? 1 : incompleteBeta(trials - k, k + 1, 0.5);
