import type { Predictions, PredictOptions, TrainedModel } from '@scalearn/core';
import type { Example, Task } from '@scalearn/datasets';
import { type Assessment, atThreshold, computeMetrics } from '@scalearn/evaluation';
import type { Calibration } from '@scalearn/models';
import type { ScoreAssessment, SplitScore } from '../events/events.ts';

/** Computes the task's metrics of a model's outputs for some rows. */
export function metricsOf(
  task: Task,
  examples: readonly Example[],
  predictions: Predictions,
): Record<string, number> {
  return { ...computeMetrics(task, { ...predictions, examples }).metrics };
}

export type ScoredSplit = 'train' | 'validation' | 'test' | 'testMismatched';

/** A model's outputs for the first rows of splits. */
export type SplitPredictions = Readonly<Partial<Record<ScoredSplit, Predictions>>>;

/** A model's outputs for the test split, and for MNLI's second test split. */
export type TestPredictions = SplitPredictions & { readonly test: Predictions };

/** Computes a model's outputs for the test split, and for MNLI's second test split. */
export async function predictTest(
  model: TrainedModel,
  task: Task,
  options: PredictOptions,
): Promise<TestPredictions> {
  const { test, testMismatched } = task;
  const answers = { test: await model.predict(test, options) };
  if (!testMismatched) return answers;
  return { ...answers, testMismatched: await model.predict(testMismatched, options) };
}

/**
 * Returns outputs whose metrics are those of predictions at a calibrated threshold. Only those of multi-label tasks with
 * another threshold than 0.5 change.
 */
export function atCalibration<T extends SplitPredictions>(
  { problem }: Pick<Task, 'problem'>,
  splits: T,
  { temperature, threshold }: Calibration,
): T {
  if (problem !== 'multiLabelClassification' || threshold === 0.5) return splits;
  const all = Object.entries(splits).map(([split, output]) => [
    split,
    atThreshold(output, threshold, temperature),
  ]);
  return Object.fromEntries(all) as T;
}

/** Returns the scored rows of a split: those that there are predictions for. */
export const scoredRows = (task: Task, split: ScoredSplit, { rows }: Predictions): readonly Example[] =>
  (task[split] ?? []).slice(0, rows);

/** Computes scores of outputs by split. */
export function scoresOf(task: Task, splits: SplitPredictions): Record<string, SplitScore> {
  return Object.fromEntries(
    (Object.entries(splits) as [ScoredSplit, Predictions][]).map(([split, predictions]) => {
      const { rows, loss } = predictions;
      const metrics = metricsOf(task, scoredRows(task, split, predictions), predictions);
      return [split, { rows, metrics, loss }];
    }),
  );
}

/** Returns the metrics of both test splits in one record. Names of the second's metrics end in `Mismatched`. */
export function testMetrics(scores: Readonly<Record<string, SplitScore>>): Record<string, number | null> {
  const second = Object.entries(scores.testMismatched?.metrics ?? {});
  return {
    ...scores.test?.metrics,
    ...Object.fromEntries(second.map(([name, value]) => [`${name}Mismatched`, value])),
  };
}

/** Most classes whose confusions are kept as a matrix. */
const mostClasses = 10;

/** Returns what is kept of an assessment. */
export function keptAssessment({ confusion, ...assessment }: Assessment): ScoreAssessment {
  return { ...assessment, ...(confusion && confusion.length <= mostClasses && { confusion }) };
}
