import { computeMetrics, type MetricReport, type MetricSpec } from './compute.ts';
import { mean, type Numbers } from './lists.ts';
import type { Logits } from './predictions.ts';

/**
 * Computes a task's metrics if every row gets the same prediction: the most frequent class (of equally frequent ones
 * the lowest), the mean score, or each label that at least half of the rows have.
 *
 * @param task its problem and metrics
 * @param labels class ids or scores `[rows]`; for multi-label problems 0 or 1, `[rows, columns]`
 * @param columns number of classes, or of labels per row; 1 for regression
 * @param train labels from which the prediction is computed; default: the labels themselves
 */
export function majorityReport(
  task: MetricSpec,
  labels: Numbers,
  columns: number,
  train: Numbers = labels,
): MetricReport {
  const rows = task.problem === 'multiLabelClassification' ? labels.length / columns : labels.length;
  return computeMetrics(task, { ...majorityOutput(task, rows, columns, train), labels });
}

/** Returns the output that gives every row the same prediction, computed from the labels of the training rows. */
export function majorityOutput(task: MetricSpec, rows: number, columns: number, train: Numbers): Logits {
  const row = logitsOf(task, train, columns);
  const logits = Float64Array.from({ length: rows * columns }, (_, i) => row[i % columns]!);
  return { logits, rows, columns };
}

/** Returns one row of logits. */
function logitsOf({ problem }: MetricSpec, train: Numbers, columns: number): number[] {
  if (problem === 'regression') return [mean(train)];
  const counts = Array<number>(columns).fill(0);
  if (problem === 'multiLabelClassification') {
    for (let i = 0; i < train.length; i++) counts[i % columns]! += train[i]!;
    const rows = train.length / columns;
    return counts.map((count) => (2 * count >= rows ? 1 : -1));
  }
  for (let i = 0; i < train.length; i++) counts[train[i]!]! += 1;
  const commonest = counts.indexOf(Math.max(...counts));
  return counts.map((_, id) => (id === commonest ? 1 : 0));
}
