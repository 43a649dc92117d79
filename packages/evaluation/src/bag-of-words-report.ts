import { type BagOfWordsTask, bagOfWords, type LabeledTexts } from './bag-of-words.ts';
import { computeMetrics, type MetricReport, type MetricSpec, type ScoredRow } from './compute.ts';

/**
 * Computes a task's metrics on its test split for the predictions of {@link bagOfWords}. It is a baseline that a
 * language model should clearly exceed.
 */
export function bagOfWordsReport(
  task: MetricSpec & BagOfWordsTask & { readonly test: readonly (LabeledTexts & ScoredRow)[] },
): MetricReport {
  const { test } = task;
  return computeMetrics(task, {
    ...bagOfWords(task, test),
    labels: test.flatMap(({ label }) => label),
    examples: test,
  });
}
