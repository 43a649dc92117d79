import { RandomStream } from '@scalearn/core/graph';

// The npm registry has no optimizer without gradients that is kept up and runs in Node, Deno and pages without a bundler:
// fmin, the one that is used, is an early version that is years old. LoRAHub itself uses Nevergrad, which is Python.

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

type Vector = readonly number[];
type Matrix = readonly Vector[];

/**
 * Minimizes a function without gradients: CMA-ES with its standard settings (Hansen 2016, arXiv 1604.00772). The same
 * seed gives the same points. A value that is not a number counts as infinite.
 */
export async function minimize(
  f: (point: Vector) => number | Promise<number>,
  { start, deviation, evaluations, bounds, seed = 0 }: MinimizeOptions,
): Promise<Minimum> {
  const n = start.length;
  const stream = new RandomStream(seed, 'cma-es');
  const size = 4 + Math.floor(3 * Math.log(n));
  const raw = Array.from(
    { length: Math.floor(size / 2) },
    (_, i) => Math.log((size + 1) / 2) - Math.log(i + 1),
  );
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

  let mean: Vector = start;
  let sigma = deviation;
  let covariance: Matrix = start.map((_, i) => start.map((__, j) => Number(i === j)));
  let sigmaPath: Vector = start.map(() => 0);
  let path: Vector = start.map(() => 0);
  let best: Minimum = { point: [...start], value: Number.POSITIVE_INFINITY };
  let used = 0;
  const evaluate = async (point: Vector): Promise<number> => {
    const found = await f(point);
    const value = Number.isNaN(found) ? Number.POSITIVE_INFINITY : found;
    if (used++ === 0 || value < best.value) best = { point: [...point], value };
    return value;
  };
  const bounded = (x: number): number => (bounds ? Math.min(bounds[1], Math.max(bounds[0], x)) : x);

  if (evaluations > 0) await evaluate(mean.map(bounded));
  for (let generation = 1; used < evaluations; generation++) {
    const { axes, lengths } = axesOf(covariance);
    const candidates: { readonly step: Vector; readonly value: number }[] = [];
    for (let k = 0; k < size && used < evaluations; k++) {
      const drawn = Array.from(stream.normal(n, 0, 1), (z, i) => z * at(lengths, i));
      const moved = times(axes, drawn).map((y, i) => bounded(at(mean, i) + sigma * y));
      const step = moved.map((x, i) => (x - at(mean, i)) / sigma);
      candidates.push({ step, value: await evaluate(moved) });
    }
    // The last generation may be too small to learn from.
    if (candidates.length < size) break;
    candidates.sort((a, b) => a.value - b.value);
    const chosen = weights.map((weight, k) => ({ weight, step: at(candidates, k).step }));
    const step = start.map((_, i) => chosen.reduce((sum, each) => sum + each.weight * at(each.step, i), 0));
    mean = mean.map((x, i) => x + sigma * at(step, i));
    const whitened = times(
      axes,
      times(transposed(axes), step).map((y, i) => y / at(lengths, i)),
    );
    const pull = Math.sqrt(cSigma * (2 - cSigma) * mass);
    sigmaPath = sigmaPath.map((p, i) => (1 - cSigma) * p + pull * at(whitened, i));
    const isSlow =
      Math.hypot(...sigmaPath) / Math.sqrt(1 - (1 - cSigma) ** (2 * generation)) <
      (1.4 + 2 / (n + 1)) * expected;
    const push = isSlow ? Math.sqrt(cPath * (2 - cPath) * mass) : 0;
    path = path.map((p, i) => (1 - cPath) * p + push * at(step, i));
    const kept = 1 - cOne - cMany + (isSlow ? 0 : cOne * cPath * (2 - cPath));
    covariance = covariance.map((row, i) =>
      row.map((c, j) => {
        const many = chosen.reduce((sum, each) => sum + each.weight * at(each.step, i) * at(each.step, j), 0);
        return kept * c + cOne * at(path, i) * at(path, j) + cMany * many;
      }),
    );
    sigma *= Math.exp((cSigma / damping) * (Math.hypot(...sigmaPath) / expected - 1));
  }
  return best;
}

/** Eigenvectors of a symmetric matrix as columns, and the roots of its eigenvalues, by Jacobi rotations. */
function axesOf(matrix: Matrix): { readonly axes: Matrix; readonly lengths: Vector } {
  const n = matrix.length;
  const a = matrix.map((row) => [...row]);
  const axes = matrix.map((row, i) => row.map((_, j) => Number(i === j)));
  for (let sweep = 0; sweep < 30; sweep++) {
    const off = Math.max(0, ...a.flatMap((row, i) => row.slice(i + 1).map(Math.abs)));
    if (off <= 1e-15 * Math.max(...a.map((row, i) => Math.abs(at(row, i))))) break;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        const angle = 0.5 * Math.atan2(2 * at(at(a, p), q), at(at(a, q), q) - at(at(a, p), p));
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        const rotate = (row: number[]): void => {
          const [x, y] = [at(row, p), at(row, q)];
          [row[p], row[q]] = [c * x - s * y, s * x + c * y];
        };
        for (const row of [...a, ...axes]) rotate(row);
        const [x, y] = [[...at(a, p)], [...at(a, q)]];
        a[p] = x.map((v, j) => c * v - s * at(y, j));
        a[q] = x.map((v, j) => s * v + c * at(y, j));
      }
  }
  return { axes, lengths: a.map((row, i) => Math.sqrt(Math.max(at(row, i), 1e-20))) };
}

const times = (matrix: Matrix, vector: Vector): number[] =>
  matrix.map((row) => row.reduce((sum, value, j) => sum + value * at(vector, j), 0));
const transposed = (matrix: Matrix): number[][] => matrix.map((_, j) => matrix.map((row) => at(row, j)));

/** An element that is there by construction. */
const at = <T>(list: readonly T[], i: number): T => list[i] as T;
