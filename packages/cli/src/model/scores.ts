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
  return scoreOf(task, await model.predict(rows, options));
}

function scoreOf(task: Task, predictions: Predictions): SplitScore {
  return { rows: predictions.rows, metrics: metricsOf(task, predictions), loss: predictions.loss };
}

/** A model's answers to the test split, and to MNLI's second one, by split. */
export async function predictTest(
  model: TrainedModel,
  task: Task,
  options: PredictOptions,
): Promise<Record<string, Predictions>> {
  const answers: Record<string, Predictions> = { test: await model.predict(task.test, options) };
  if (task.testMismatched) answers.testMismatched = await model.predict(task.testMismatched, options);
  return answers;
}

/** Scores of answers by split. */
export function scoresOf(
  task: Task,
  answers: Readonly<Record<string, Predictions>>,
): Record<string, SplitScore> {
  return Object.fromEntries(
    Object.entries(answers).map(([split, predictions]) => [split, scoreOf(task, predictions)]),
  );
}

/** The metrics of both test splits in one record, the second's names ending in `Mismatched`. */
export function testMetrics(scores: Readonly<Record<string, SplitScore>>): Record<string, number | null> {
  const second = Object.entries(scores.testMismatched?.metrics ?? {});
  return {
    ...scores.test?.metrics,
    ...Object.fromEntries(second.map(([name, value]) => [`${name}Mismatched`, value])),
  };
}
