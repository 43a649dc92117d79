// The special functions of the distributions, accurate to about 1e-13. Libraries with them are larger than this
// package.

/** Lanczos' coefficients for g = 7, as in Numerical Recipes and Boost. */
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** Returns ln Γ(x) for x above 0. */
function logGamma(x: number): number {
  const z = x - 1;
  const series = lanczos.reduce((sum, c, i) => (i === 0 ? c : sum + c / (z + i)), 0);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(series);
}

/**
 * Returns the regularized incomplete beta function I_x(a, b), computed by its continued fraction (DLMF 8.17.22).
 *
 * @param x from 0 to 1
 * @param y 1 − x, if it is known more precisely than by subtraction
 */
export function incompleteBeta(a: number, b: number, x: number, y: number = 1 - x): number {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  // The fraction converges fast on the other side of the mean.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, y, x);
  const front = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(y);
  const term = (i: number): number => {
    const m = Math.floor(i / 2);
    const above = i % 2 === 0 ? m * (b - m) : -(a + m) * (a + b + m);
    return (above * x) / ((a + i - 1) * (a + i));
  };
  return Math.exp(front) / (a * continuedFraction(1, term));
}

/** Returns the complementary error function, 1 − erf x, without loss of precision where it is small. */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  if (x < 2) return 1 - erfSeries(x);
  // DLMF 7.9.2.
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * continuedFraction(x, (i) => i / 2));
}

/** Sums the series of DLMF 7.6.2, whose terms are all positive. */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; term > sum * Number.EPSILON; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** Returns b + a₁ / (b + a₂ / (b + …)), by Lentz's method. */
function continuedFraction(b: number, a: (i: number) => number): number {
  let value = b;
  let ratio = b;
  let inverse = 0;
  for (let i = 1; i < 10_000; i++) {
    inverse = 1 / (b + a(i) * inverse);
    ratio = b + a(i) / ratio;
    const change = ratio * inverse;
    value *= change;
    if (Math.abs(change - 1) < 2 * Number.EPSILON) break;
  }
  return value;
}
