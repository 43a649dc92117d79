import { ShapeError } from './errors.ts';

/** A list of numbers, plain or typed. */
export type Numbers = ArrayLike<number>;

/** Throws `ShapeError` unless there is one prediction per label, and at least one. */
export function checkPaired(labels: Numbers, predictions: Numbers): void {
  if (labels.length !== predictions.length) {
    throw new ShapeError(`There are ${labels.length} labels but ${predictions.length} predictions.`);
  }
  if (labels.length === 0) throw new ShapeError('There is nothing to score: no labels and no predictions.');
}

export function sum(values: Numbers): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}

export function mean(values: Numbers): number {
  return sum(values) / values.length;
}

/** Returns `a / b`, or 0 if `b` is 0, like scikit-learn's `zero_division=0`. */
export function ratio(a: number, b: number): number {
  return b === 0 ? 0 : a / b;
}
