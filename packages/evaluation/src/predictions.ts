import { NonFiniteLogitError, ShapeError } from './errors.ts';
import type { Numbers } from './lists.ts';

/** A model's output for a data set: `[rows, columns]` logits, row-major. */
export interface Logits {
  /** `[rows, columns]`, row-major. */
  readonly logits: Numbers;
  /** Number of rows. */
  readonly rows: number;
  /** Number of classes, labels or choices; 1 for regression. */
  readonly columns: number;
}

/** Returns the column of the largest logit in each row, or the first of equal ones, like NumPy's argmax. */
export function argmaxPredictions(output: Logits): Int32Array {
  checkLogits(output);
  const { logits, rows, columns } = output;
  return Int32Array.from({ length: rows }, (_, row) => {
    let best = 0;
    for (let column = 1; column < columns; column++) {
      if (logits[row * columns + column]! > logits[row * columns + best]!) best = column;
    }
    return best;
  });
}

/**
 * Returns 1 where the sigmoid of the logit is above one half, that is where the logit is above 0, otherwise 0. `[rows,
 * columns]`
 */
export function multiLabelPredictions(output: Logits): Uint8Array {
  checkLogits(output);
  return Uint8Array.from(output.logits, (logit) => (logit > 0 ? 1 : 0));
}

/** Returns the single output of every row, not clipped to the range of the scores. */
export function regressionPredictions(output: Logits): Numbers {
  checkLogits(output);
  if (output.columns !== 1) throw new ShapeError(`Regression needs 1 output a row, not ${output.columns}.`);
  return output.logits;
}

/** Returns the logits of one class, `[rows]`. */
export function classLogits(output: Logits, id: number): Float64Array {
  checkLogits(output);
  const { logits, rows, columns } = output;
  if (id >= columns) throw new ShapeError(`There are ${columns} logits a row, so none for class ${id}.`);
  return Float64Array.from({ length: rows }, (_, row) => logits[row * columns + id]!);
}

/** Returns the probabilities of the classes `[rows, columns]`: the softmax of each row. Each row sums to 1. */
export function softmaxProbabilities(output: Logits): Float64Array {
  checkLogits(output);
  const { logits, rows, columns } = output;
  const probabilities = new Float64Array(rows * columns);
  for (let start = 0; start < probabilities.length; start += columns) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let i = start; i < start + columns; i++) largest = Math.max(largest, logits[i]!);
    let total = 0;
    for (let i = start; i < start + columns; i++) {
      probabilities[i] = Math.exp(logits[i]! - largest);
      total += probabilities[i]!;
    }
    for (let i = start; i < start + columns; i++) probabilities[i]! /= total;
  }
  return probabilities;
}

/** Returns the independent probability of each label `[rows, columns]`: the sigmoid of each logit. */
export function sigmoidProbabilities(output: Logits): Float64Array {
  checkLogits(output);
  return Float64Array.from(output.logits, (logit) => 1 / (1 + Math.exp(-logit)));
}

/** Throws `ShapeError` for a wrong count and `NonFiniteLogitError` for NaN or an infinity. */
function checkLogits({ logits, rows, columns }: Logits): void {
  if (logits.length !== rows * columns) {
    throw new ShapeError(`There are ${logits.length} logits, expected ${rows} rows of ${columns}.`);
  }
  for (let i = 0; i < logits.length; i++) {
    if (!Number.isFinite(logits[i])) {
      throw new NonFiniteLogitError(Math.floor(i / columns), i % columns, logits[i]!);
    }
  }
}
