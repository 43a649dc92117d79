import { RandomStream } from '@scalearn/core/graph';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

// The registry has no optimizer without gradients that is kept up and runs in Node, Deno and the browser: fmin, the one
// that is used, had its last version years ago. LoRAHub itself uses Nevergrad, which is Python.

export interface MinimizeOptions {
  /** Where the search starts; it is evaluated too. */
  readonly start: readonly number[];
  /** Deviation of the first candidates in each dimension. */
  readonly deviation: number;
  /** Number of evaluations, that of the start included. */
  readonly evaluations: number;
  /** Smallest and largest value of each coordinate; candidates outside are moved to the bound; unbounded by default. */
  readonly bounds?: readonly [least: number, most: number];
  /** Seed of the candidates; 0 by default. */
  readonly seed?: number;
}

/** The best point that was evaluated. */
export interface Minimum {
  readonly point: readonly number[];
  readonly value: number;
}

/**
 * Minimizes a function without gradients: CMA-ES with its standard settings (Hansen 2016, arXiv 1604.00772). The same
 * seed gives the same points. A value that is not a number counts as infinite.
 */
export async function minimize(
  f: (point: readonly number[]) => number | Promise<number>,
  { start, deviation, evaluations, bounds, seed = 0 }: MinimizeOptions,
): Promise<Minimum> {
  const n = start.length;
  const stream = new RandomStream(seed, 'cma-es');
  const size = 4 + Math.floor(3 * Math.log(n));
  const parents = Math.floor(size / 2);
  const raw = Array.from({ length: parents }, (_, i) => Math.log((size + 1) / 2) - Math.log(i + 1));
  const total = raw.reduce((a, b) => a + b, 0);
  const weights = raw.map((w) => w / total);
  const mass = 1 / weights.reduce((sum, w) => sum + w * w, 0);
  // Rates of the step size, the paths and the covariance.
  const cSigma = (mass + 2) / (n + mass + 5);
  const damping = 1 + 2 * Math.max(0, Math.sqrt((mass - 1) / (n + 1)) - 1) + cSigma;
  const cPath = (4 + mass / n) / (n + 4 + (2 * mass) / n);
  const cOne = 2 / ((n + 1.3) ** 2 + mass);
  const cMany = Math.min(1 - cOne, (2 * (mass - 2 + 1 / mass)) / ((n + 2) ** 2 + mass));
  const expected = Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));

  let mean = Matrix.columnVector([...start]);
  let sigma = deviation;
  let covariance = Matrix.eye(n);
  let sigmaPath = Matrix.zeros(n, 1);
  let path = Matrix.zeros(n, 1);
  let best: Minimum = { point: [...start], value: Number.POSITIVE_INFINITY };
  let used = 0;
  const evaluate = async (point: readonly number[]): Promise<number> => {
    const found = await f(point);
    const value = Number.isNaN(found) ? Number.POSITIVE_INFINITY : found;
    if (used++ === 0 || value < best.value) best = { point: [...point], value };
    return value;
  };
  const bounded = (x: number): number => (bounds ? Math.min(bounds[1], Math.max(bounds[0], x)) : x);

  if (evaluations > 0) await evaluate(mean.to1DArray().map(bounded));
  for (let generation = 1; used < evaluations; generation++) {
    const { eigenvectorMatrix: axes, realEigenvalues } = new EigenvalueDecomposition(covariance, {
      assumeSymmetric: true,
    });
    const lengths = realEigenvalues.map((value) => Math.sqrt(Math.max(value, 1e-20)));
    const spread = axes.mmul(Matrix.diag(lengths));
    const candidates: { readonly step: Matrix; readonly value: number }[] = [];
    for (let k = 0; k < size && used < evaluations; k++) {
      const drawn = Matrix.columnVector([...stream.normal(n, 0, 1)]);
      const moved = Matrix.add(mean, spread.mmul(drawn).mul(sigma)).to1DArray().map(bounded);
      const value = await evaluate(moved);
      candidates.push({ step: Matrix.columnVector(moved).sub(mean).div(sigma), value });
    }
    // The last generation may be too small to learn from.
    if (candidates.length < size) break;
    const chosen = candidates.sort((a, b) => a.value - b.value).slice(0, parents);
    const sum = (of: (step: Matrix) => Matrix): Matrix =>
      chosen.map(({ step }, i) => of(step).mul(weights[i] as number)).reduce((a, b) => Matrix.add(a, b));
    const step = sum((each) => each.clone());
    mean = Matrix.add(mean, Matrix.mul(step, sigma));
    const whitened = axes.mmul(Matrix.diag(lengths.map((length) => 1 / length))).mmul(axes.transpose());
    const pull = whitened.mmul(step).mul(Math.sqrt(cSigma * (2 - cSigma) * mass));
    sigmaPath = Matrix.mul(sigmaPath, 1 - cSigma).add(pull);
    const length = sigmaPath.norm() / Math.sqrt(1 - (1 - cSigma) ** (2 * generation));
    const isSlow = length < (1.4 + 2 / (n + 1)) * expected;
    path = Matrix.mul(path, 1 - cPath);
    if (isSlow) path.add(Matrix.mul(step, Math.sqrt(cPath * (2 - cPath) * mass)));
    const kept = 1 - cOne - cMany + (isSlow ? 0 : cOne * cPath * (2 - cPath));
    covariance = Matrix.mul(covariance, kept)
      .add(path.mmul(path.transpose()).mul(cOne))
      .add(sum((each) => each.mmul(each.transpose())).mul(cMany));
    sigma *= Math.exp((cSigma / damping) * (sigmaPath.norm() / expected - 1));
  }
  return best;
}
