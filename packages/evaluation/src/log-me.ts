import type { Problem } from './compute.ts';
import { ShapeError } from './errors.ts';
import { mean, type Numbers, sum } from './lists.ts';
import { type Tridiagonal, tridiagonalize } from './tridiagonal.ts';

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
 * `n/2·log(β/2π) - ½·log det(I + F·Fᵀ/t) - n/2`, `β = n / yᵀ(I + F·Fᵀ/t)⁻¹y`
 *
 * There are no weights to train and no numbers to choose. The smaller of F·Fᵀ and Fᵀ·F is made tridiagonal once, after
 * which each t takes linear time.
 *
 * @param targets columns to predict, each `[rows]`; see {@link logMeTargets}
 * @throws ShapeError if sizes do not fit, a number is not finite, or every value of a target is 0
 */
export function logMe(features: Features, targets: readonly Numbers[]): number {
  const { values, rows, columns } = features;
  if (rows === 0 || columns === 0 || values.length !== rows * columns)
    throw new ShapeError(`There are ${values.length} features, not ${rows} × ${columns}.`);
  if (targets.length === 0) throw new ShapeError('LogME needs at least one target.');
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i])) throw new ShapeError(`Feature ${i} is ${values[i]}, not a number.`);
  for (const target of targets) checkTarget(target, rows);
  const gram = gramOf(features, targets);
  const { matrix, vectors } = tridiagonalize(gram.matrix, gram.vectors);
  return mean(
    targets.map((target, i) => {
      const squares = sum(Array.from(target, (value) => value * value));
      return logEvidence({ matrix, vector: vectors[i]!, squares, rows, isWide: gram.isWide });
    }),
  );
}

function checkTarget(target: Numbers, rows: number): void {
  if (target.length !== rows)
    throw new ShapeError(`There are ${rows} rows of features but ${target.length} targets.`);
  const size = Math.max(...Array.from(target, Math.abs));
  if (!(size > 0 && Number.isFinite(size)))
    throw new ShapeError('A target has no value except 0, or one that is not a number.');
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

/** The smaller of F·Fᵀ with the targets y, and Fᵀ·F with Fᵀy. */
interface Gram {
  readonly isWide: boolean;
  readonly matrix: Float64Array[];
  readonly vectors: Float64Array[];
}

function gramOf({ values, rows, columns }: Features, targets: readonly Numbers[]): Gram {
  const isWide = rows <= columns;
  const size = isWide ? rows : columns;
  // Element k of line i: a row of F if it is wide, else a column.
  const length = isWide ? columns : rows;
  const lines = Array.from({ length: size }, (_, i) =>
    Float64Array.from({ length }, (__, k) => values[isWide ? i * columns + k : k * columns + i]!),
  );
  const matrix = lines.map(() => new Float64Array(size));
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      const product = dot(lines[i]!, lines[j]!);
      matrix[i]![j] = product;
      matrix[j]![i] = product;
    }
  const vectors = targets.map((target) =>
    isWide ? Float64Array.from(target) : Float64Array.from(lines, (line) => dot(line, target)),
  );
  return { isWide, matrix, vectors };
}

function dot(a: Numbers, b: Numbers): number {
  let total = 0;
  for (let k = 0; k < a.length; k++) total += a[k]! * b[k]!;
  return total;
}

interface EvidenceCall {
  readonly matrix: Tridiagonal;
  readonly vector: Float64Array;
  /** yᵀy. */
  readonly squares: number;
  readonly rows: number;
  readonly isWide: boolean;
}

function logEvidence({ matrix, vector, squares, rows, isWide }: EvidenceCall): number {
  const evidence = (logT: number): number => {
    const t = Math.exp(logT);
    const { logDeterminant, quadratic } = solveShifted(matrix, vector, t);
    // (I + F·Fᵀ/t)⁻¹ = I - F(t·I + Fᵀ·F)⁻¹Fᵀ
    const misfit = isWide ? quadratic : Math.max(squares - quadratic / t, squares * 1e-15);
    return 0.5 * (Math.log(rows / (2 * Math.PI * misfit)) - logDeterminant / rows - 1);
  };
  const scale = mean(matrix.diagonal);
  if (!(scale > 0)) return evidence(0);
  return largest(evidence, Math.log(scale) - reach, Math.log(scale) + reach);
}

/** Returns log det(I + M/t), and vᵀ(I + M/t)⁻¹v, by Gaussian elimination. */
function solveShifted(
  { diagonal, beside }: Tridiagonal,
  vector: Float64Array,
  t: number,
): { readonly logDeterminant: number; readonly quadratic: number } {
  let [logDeterminant, quadratic, pivot, rest] = [0, 0, 1, 0];
  for (let i = 0; i < diagonal.length; i++) {
    const link = i === 0 ? 0 : beside[i - 1]! / t;
    const factor = link / pivot;
    pivot = 1 + diagonal[i]! / t - factor * link;
    rest = vector[i]! - factor * rest;
    logDeterminant += Math.log(pivot);
    quadratic += (rest * rest) / pivot;
  }
  return { logDeterminant, quadratic };
}

/** How far t may be from the mean of the diagonal, as a power of e. */
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
