import { bagOfWords, type LabeledTexts } from './bag-of-words.ts';
import { computeMetrics, type MetricReport, type MetricSpec, type ScoredRow } from './compute.ts';

/**
 * A task's metrics on its test split when {@link bagOfWords} answers: what a model that reads should be well above.
 *
 * @param task of one class or one score a row
 */
export function bagOfWordsReport(
  task: MetricSpec & {
    readonly labels: readonly string[] | null;
    readonly train: readonly LabeledTexts[];
    readonly test: readonly (LabeledTexts & ScoredRow)[];
  },
): MetricReport {
  const { labels, test } = task;
  const answers = bagOfWords(task, test);
  // The class that was chosen has the largest logit.
  const logits = labels ? answers.flatMap((id) => labels.map((_, i) => Number(i === id))) : answers;
  return computeMetrics(task, {
    logits: Float32Array.from(logits),
    rows: test.length,
    columns: labels?.length ?? 1,
    labels: test.map(({ label }) => Number(label)),
    examples: test,
  });
}
