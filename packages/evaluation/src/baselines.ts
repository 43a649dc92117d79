import { type BagOfWordsTask, bagOfWords, type LabeledTexts } from './bag-of-words.ts';
import { computeMetrics, type MetricSpec, type ScoredOutput, type ScoredRow } from './compute.ts';
import { majorityOutput } from './majority.ts';
import type { Logits } from './predictions.ts';
import type { ResamplingOptions } from './statistics/random-rows.ts';
import { type ScoreDifference, scoreDifference, scoreInterval } from './statistics/score-interval.ts';

/** A task with the rows that its model was trained on. Tasks of `@scalearn/datasets` have this form. */
export interface AssessedTask extends MetricSpec, BagOfWordsTask {}

/** The score of a simple model that a trained one should exceed. */
export interface Baseline extends ScoreDifference {
  /** `majority`: the same answer for every row. `bagOfWords`: a linear model of the words in the texts. */
  readonly kind: 'majority' | 'bagOfWords';
  /** Its primary metric on the same rows; NaN if it is undefined. */
  readonly score: number;
}

interface BaselineOptions extends ResamplingOptions {
  /** Whether the bag-of-words baseline is fitted. */
  readonly bagOfWords: boolean;
  /** Number of training rows that it learns from. */
  readonly limit: number;
}

/** Compares a model with the baselines on the same rows. */
export function baselinesOf(
  task: AssessedTask,
  output: ScoredOutput,
  rows: readonly (LabeledTexts & ScoredRow)[],
  options: BaselineOptions,
): Baseline[] {
  const compared = (kind: Baseline['kind'], logits: Logits): Baseline => {
    const simple = { ...output, ...logits };
    const { value } = computeMetrics(task, simple).primary;
    // The correlation of equal answers is undefined. A model should exceed 0 then.
    if (Number.isNaN(value)) {
      const difference = computeMetrics(task, output).primary.value;
      return { kind, score: value, difference, interval: scoreInterval(task, output, options) };
    }
    return { kind, score: value, ...scoreDifference(task, output, simple, options) };
  };
  const labels = task.train.flatMap(({ label }) => label);
  return [
    compared('majority', majorityOutput(task, output.rows, output.columns, labels)),
    ...(options.bagOfWords ? [compared('bagOfWords', bagOfWords(task, rows, options))] : []),
  ];
}
