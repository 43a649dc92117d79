import type { Predictions, PredictOptions, TrainedModel } from '@scalearn/core';
import type { Example, Task } from '@scalearn/datasets';
import { computeMetrics } from '@scalearn/evaluation';
import type { SplitScore } from '../output/events.ts';

/** The task's metrics of a model's answers. */
export function metricsOf(task: Task, predictions: Predictions): Record<string, number> {
  return { ...computeMetrics(task, predictions).metrics };
}

/** Metrics and loss of a model on some rows. */
export async function score(
  model: TrainedModel,
  task: Task,
  rows: readonly Example[],
  options: PredictOptions,
): Promise<SplitScore> {
  const predictions = await model.predict(rows, options);
  return { rows: rows.length, metrics: metricsOf(task, predictions), loss: predictions.loss };
}

/** Scores of the test split, and of MNLI's second one. */
export async function scoreTest(
  model: TrainedModel,
  task: Task,
  options: PredictOptions,
): Promise<Record<string, SplitScore>> {
  const scores: Record<string, SplitScore> = { test: await score(model, task, task.test, options) };
  if (task.testMismatched) scores.testMismatched = await score(model, task, task.testMismatched, options);
  return scores;
}

/** The metrics of both test splits in one record, the second's names ending in `Mismatched`. */
export function testMetrics(scores: Readonly<Record<string, SplitScore>>): Record<string, number | null> {
  const second = Object.entries(scores.testMismatched?.metrics ?? {});
  return {
    ...scores.test?.metrics,
    ...Object.fromEntries(second.map(([name, value]) => [`${name}Mismatched`, value])),
  };
}
