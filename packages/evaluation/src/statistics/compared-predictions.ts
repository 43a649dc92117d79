import { ShapeError } from '../errors.ts';
import { mean, type Numbers } from '../lists.ts';

/** What two methods predicted for the same rows. */
export interface ComparedPredictions {
  /** `[rows]`; of several labels a row `[rows, columns]`. */
  readonly labels: Numbers;
  /** A list like the labels for every seed; the lists of `b` belong to the same seeds. */
  readonly a: readonly Numbers[];
  readonly b: readonly Numbers[];
  /** Labels of a row; 1 by default. */
  readonly columns?: number;
  /** What is compared, of labels and predictions: the mean over seeds. */
  readonly metric: (labels: Numbers, predictions: Numbers) => number;
}

/** Rows of both. @throws ShapeError unless lists and seeds fit together */
export function rowsOf({ labels, a, b, columns = 1 }: ComparedPredictions): number {
  if (a.length !== b.length || a.length === 0)
    throw new ShapeError(`There are predictions of ${a.length} seeds to compare with those of ${b.length}.`);
  for (const predictions of [...a, ...b])
    if (predictions.length !== labels.length)
      throw new ShapeError(`There are ${labels.length} labels but ${predictions.length} predictions.`);
  if (labels.length === 0 || labels.length % columns !== 0)
    throw new ShapeError(`${labels.length} labels are no rows of ${columns}.`);
  return labels.length / columns;
}

/** The metric of `a` minus that of `b`, the mean over seeds. */
export function metricDifference({ labels, a, b, metric }: ComparedPredictions): number {
  return mean(a.map((predictions, seed) => metric(labels, predictions) - metric(labels, b[seed]!)));
}

/** Some rows of a list, in an order. */
export function takeRows(values: Numbers, rows: Int32Array, columns: number): Float64Array {
  const taken = new Float64Array(rows.length * columns);
  for (let i = 0; i < rows.length; i++)
    for (let column = 0; column < columns; column++)
      taken[i * columns + column] = values[rows[i]! * columns + column]!;
  return taken;
}
