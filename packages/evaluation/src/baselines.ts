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

/** What each baseline is, in words for tables and sentences. */
export const baselineNames: Readonly<Record<Baseline['kind'], string>> = {
  majority: 'the same answer for every row',
  bagOfWords: 'a linear model of the words',
};

/** Outputs of the baselines for some rows. */
export interface BaselineOutputs {
  /** The same answer for every row. */
  readonly majority: Logits;
  /** A linear model of the words in the texts; absent if there are no rows to fit it to. */
  readonly bagOfWords?: Logits;
}

/** Options of {@link baselineOutputs}. */
export interface BaselineOptions {
  /** Whether the bag-of-words baseline is fitted. Default true; it takes seconds for many rows. */
  readonly bagOfWords?: boolean;
  /** Number of training rows that the bag-of-words baseline learns from. Default 20,000. */
  readonly limit?: number;
}

/**
 * Computes what the baselines predict for some rows.
 *
 * @param task its training rows are what the baselines learn from. Without any the majority is that of the rows
 * themselves, and there is no bag of words.
 * @param columns number of classes, choices or labels; 1 for regression
 */
export function baselineOutputs(
  task: AssessedTask,
  rows: readonly (LabeledTexts & ScoredRow)[],
  columns: number,
  { bagOfWords: words = true, limit = 20_000 }: BaselineOptions = {},
): BaselineOutputs {
  const hasRows = task.train.length > 0;
  const labels = (hasRows ? task.train : rows).flatMap(({ label }) => label);
  return {
    majority: majorityOutput(task, rows.length, columns, labels),
    ...(words && hasRows && { bagOfWords: bagOfWords(task, rows, { limit }) }),
  };
}

/** Compares a model with the baselines on the same rows. */
export function compareBaselines(
  task: AssessedTask,
  output: ScoredOutput,
  { majority, bagOfWords: words }: BaselineOutputs,
  options: ResamplingOptions,
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
  return [compared('majority', majority), ...(words ? [compared('bagOfWords', words)] : [])];
}
