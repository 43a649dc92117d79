import { computeMetrics, type MetricReport, type MetricSpec } from './compute.ts';
import { mean, type Numbers } from './lists.ts';

/**
 * A task's metrics when every row gets the same answer: the commonest class (of equally common ones the lowest), the
 * mean score, or each label that at least half of the rows have.
 *
 * @param task its problem and metrics
 * @param labels class ids or scores `[rows]`; of several labels a row 0 or 1, `[rows, columns]`
 * @param columns classes, or labels of a row; 1 where the problem is regression
 * @param train where the answer is taken from; the labels themselves by default
 */
export function majorityReport(
  task: MetricSpec,
  labels: Numbers,
  columns: number,
  train: Numbers = labels,
): MetricReport {
  const isMultiLabel = task.problem === 'multiLabelClassification';
  const answer = answerOf(task, train, columns);
  const rows = isMultiLabel ? labels.length / columns : labels.length;
  const logits = Float64Array.from({ length: rows * columns }, (_, i) => answer[i % columns]!);
  return computeMetrics(task, { logits, rows, columns, labels });
}

/** One row of logits. */
function answerOf({ problem }: MetricSpec, train: Numbers, columns: number): number[] {
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
