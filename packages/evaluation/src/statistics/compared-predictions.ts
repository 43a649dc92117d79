import { ShapeError } from '../errors.ts';
import { mean, type Numbers } from '../lists.ts';

/** Predictions of two methods for the same rows. */
export interface ComparedPredictions {
  /** Labels `[rows]`; for several labels per row `[rows, columns]`. */
  readonly labels: Numbers;
  /** Predictions for every seed, each in the shape of the labels. The lists of `b` belong to the same seeds. */
  readonly a: readonly Numbers[];
  /** Predictions of the other method, in the same form. */
  readonly b: readonly Numbers[];
  /** Number of labels per row. Default 1. */
  readonly columns?: number;
  /** The compared metric of labels and predictions. It is averaged over seeds. */
  readonly metric: (labels: Numbers, predictions: Numbers) => number;
}

/** Returns the number of rows. @throws ShapeError if lists or seeds do not match */
export function rowsOf({ labels, a, b, columns = 1 }: ComparedPredictions): number {
  if (a.length !== b.length || a.length === 0)
    throw new ShapeError(`There are predictions of ${a.length} seeds to compare with those of ${b.length}.`);
  for (const predictions of [...a, ...b])
    if (predictions.length !== labels.length)
      throw new ShapeError(`There are ${labels.length} labels but ${predictions.length} predictions.`);
  if (labels.length === 0 || labels.length % columns !== 0)
    throw new ShapeError(`${labels.length} labels do not fill rows of ${columns}.`);
  return labels.length / columns;
}

/** Returns the metric of `a` minus that of `b`, averaged over seeds. */
export function metricDifference({ labels, a, b, metric }: ComparedPredictions): number {
  return mean(a.map((predictions, seed) => metric(labels, predictions) - metric(labels, b[seed]!)));
}

/** Returns the given rows of a list, in the given order. */
export function takeRows(values: Numbers, rows: Int32Array, columns: number): Float64Array {
  const taken = new Float64Array(rows.length * columns);
  for (let i = 0; i < rows.length; i++)
    for (let column = 0; column < columns; column++)
      taken[i * columns + column] = values[rows[i]! * columns + column]!;
  return taken;
}
