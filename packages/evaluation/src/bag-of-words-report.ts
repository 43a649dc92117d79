import { bagOfWords, type LabeledTexts } from './bag-of-words.ts';
import { computeMetrics, type MetricReport, type MetricSpec, type ScoredRow } from './compute.ts';

/**
 * Computes a task's metrics on its test split for the predictions of {@link bagOfWords}. It is a baseline that a
 * language model should clearly exceed.
 *
 * @param task a task with one class or one score per row
 */
export function bagOfWordsReport(
  task: MetricSpec & {
    readonly labels: readonly string[] | null;
    readonly train: readonly LabeledTexts[];
    readonly test: readonly (LabeledTexts & ScoredRow)[];
  },
): MetricReport {
  const { labels, test } = task;
  const predictions = bagOfWords(task, test);
  // The predicted class has the largest logit.
  const logits = labels ? predictions.flatMap((id) => labels.map((_, i) => Number(i === id))) : predictions;
  return computeMetrics(task, {
    logits: Float32Array.from(logits),
    rows: test.length,
    columns: labels?.length ?? 1,
    labels: test.map(({ label }) => Number(label)),
    examples: test,
  });
}
