import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Problem } from './compute.ts';
import { ShapeError } from './errors.ts';
import { mean, type Numbers } from './lists.ts';

/** Features of labeled rows. */
export interface Features {
  /** `[rows, columns]`, row-major. */
  readonly values: Numbers;
  /** Number of rows. */
  readonly rows: number;
  /** Number of features of a row. */
  readonly columns: number;
}

/**
 * Returns LogME, the log of how probable the targets are in a linear model of the features (You et al. 2021, arXiv
 * 2102.11005), per row and averaged over the targets. Larger is better. Only values for the same targets can be compared.
 *
 * For targets y `[rows]` and features F the model is `y ~ N(F·w, I/β)` with `w ~ N(0, I/α)`. With `w` integrated out and
 * `t = α/β`, the best β has a closed form, and one number t is left to maximize
 *
 * `n/2·log(β/2π) - ½·Σ_i log(1 + σ_i/t) - n/2`, `β = n / yᵀ(I + F·Fᵀ/t)⁻¹y`
 *
 * with the eigenvalues σ of F·Fᵀ. There are no weights to train and no numbers to choose.
 *
 * @param targets columns to predict, each `[rows]`; see {@link logMeTargets}
 * @throws ShapeError if sizes do not fit, a number is not finite, or every value of a target is 0
 */
export function logMe(features: Features, targets: readonly Numbers[]): number {
  const { values, rows, columns } = features;
  if (rows === 0 || columns === 0 || values.length !== rows * columns)
    throw new ShapeError(`There are ${values.length} features, not ${rows} × ${columns}.`);
  if (targets.length === 0) throw new ShapeError('LogME needs at least one target.');
  const spectrum = spectrumOf(features);
  return mean(
    targets.map((target) => {
      if (target.length !== rows)
        throw new ShapeError(`There are ${rows} rows of features but ${target.length} targets.`);
      return logEvidence(spectrum, target);
    }),
  );
}

/**
 * Returns the targets of labels: one column of 0 and 1 for each class or label that occurs, or the scores. A multiple
 * choice has a row for each choice, which is 1 for the right one.
 *
 * @param labels label of each example
 * @param columns number of classes, labels or choices; 1 for scores
 */
export function logMeTargets(
  problem: Problem,
  labels: readonly (number | readonly number[])[],
  columns: number,
): Float64Array[] {
  if (problem === 'regression') return [Float64Array.from(labels, Number)];
  const hit = (label: number | readonly number[], c: number): number =>
    Number(typeof label === 'number' ? label === c : label[c]);
  if (problem === 'multipleChoice')
    return [
      Float64Array.from(labels.flatMap((label) => Array.from({ length: columns }, (_, c) => hit(label, c)))),
    ];
  return Array.from({ length: columns }, (_, c) =>
    Float64Array.from(labels, (label) => hit(label, c)),
  ).filter((column) => column.includes(1));
}

/** Eigenvalues and eigenvectors of the smaller of F·Fᵀ and Fᵀ·F. */
interface Spectrum {
  readonly rows: number;
  /** The eigenvalues σ above 0, with the direction in which F has each of them. */
  readonly parts: readonly { readonly value: number; readonly direction: Float64Array }[];
}

function spectrumOf({ values, rows, columns }: Features): Spectrum {
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i])) throw new ShapeError(`Feature ${i} is ${values[i]}, not a number.`);
  const isWide = rows <= columns;
  const F = new Matrix(
    Array.from({ length: rows }, (_, i) =>
      Array.from({ length: columns }, (_, j) => values[i * columns + j]!),
    ),
  );
  const gram = isWide ? F.mmul(F.transpose()) : F.transpose().mmul(F);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(gram, { assumeSymmetric: true });
  const smallest = Math.max(...realEigenvalues) * 1e-12;
  const parts = realEigenvalues.flatMap((value, k) => {
    if (!(value > smallest)) return [];
    const own = eigenvectorMatrix.getColumnVector(k);
    const direction = isWide
      ? own.to1DArray()
      : F.mmul(own)
          .to1DArray()
          .map((x) => x / Math.sqrt(value));
    return [{ value, direction: Float64Array.from(direction) }];
  });
  return { rows, parts };
}

function logEvidence({ rows, parts }: Spectrum, target: Numbers): number {
  let squares = 0;
  for (let i = 0; i < rows; i++) squares += target[i]! ** 2;
  if (!(squares > 0 && Number.isFinite(squares)))
    throw new ShapeError('A target has no value except 0, or one that is not a number.');
  const seen = parts.map(({ value, direction }) => ({
    value,
    square: direction.reduce((sum, x, i) => sum + x * target[i]!, 0) ** 2,
  }));
  // The part of the target that no weights can give.
  const rest = Math.max(0, squares - seen.reduce((sum, { square }) => sum + square, 0));
  const evidence = (logT: number): number => {
    const t = Math.exp(logT);
    let [misfit, logs] = [rest, 0];
    for (const { value, square } of seen) {
      misfit += square / (1 + value / t);
      logs += Math.log1p(value / t);
    }
    return 0.5 * (Math.log(rows / (2 * Math.PI * misfit)) - logs / rows - 1);
  };
  const scale = Math.log(mean(parts.map(({ value }) => value)));
  return parts.length === 0 ? evidence(0) : largest(evidence, scale - reach, scale + reach);
}

/** How far t may be from the mean eigenvalue, as a power of e. */
const reach = 30;

/** Returns the largest value of a smooth function: the best of a grid, refined by golden sections. */
function largest(f: (x: number) => number, from: number, to: number): number {
  const points = 121;
  const step = (to - from) / (points - 1);
  const best = Array.from({ length: points }, (_, i) => from + i * step).reduce((a, b) =>
    f(b) > f(a) ? b : a,
  );
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [Math.max(from, best - step), Math.min(to, best + step)];
  while (high - low > 1e-7) {
    const width = ratio * (high - low);
    if (f(high - width) > f(low + width)) high = low + width;
    else low = high - width;
  }
  return f((low + high) / 2);
}
