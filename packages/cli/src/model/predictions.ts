import type { Answers } from '@scalearn/core';
import type { Problem } from '@scalearn/datasets';
import { regressionPredictions, sigmoidProbabilities, softmaxProbabilities } from '@scalearn/evaluation';

/** What a model says about one text. */
export type Prediction =
  | { readonly label: string; readonly probabilities: Readonly<Record<string, number>> }
  | { readonly labels: readonly string[]; readonly probabilities: Readonly<Record<string, number>> }
  | { readonly score: number };

/** A model's answers in words: the most probable class, all labels above one half, or a score. */
export function predictionsOf(
  { problem, labels }: { readonly problem: Problem; readonly labels: readonly string[] | null },
  answers: Answers,
): Prediction[] {
  const { rows, columns } = answers;
  const each = <T>(of: (row: number) => T): T[] => Array.from({ length: rows }, (_, row) => of(row));
  if (problem === 'regression' || labels === null) {
    const scores = regressionPredictions(answers);
    return each((row) => ({ score: scores[row]! }));
  }
  const several = problem === 'multiLabelClassification';
  const all = several ? sigmoidProbabilities(answers) : softmaxProbabilities(answers);
  return each((row) => {
    const own = all.subarray(row * columns, (row + 1) * columns);
    const probabilities = Object.fromEntries(labels.map((label, id) => [label, own[id]!]));
    if (several) return { labels: labels.filter((_, id) => own[id]! > 0.5), probabilities };
    // The first of equal ones, as in the metrics.
    return { label: labels[own.indexOf(Math.max(...own))]!, probabilities };
  });
}
