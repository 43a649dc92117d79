import type { Predictions, PredictOptions, TrainedModel } from '@scalearn/core';
import type { Example, Task } from '@scalearn/datasets';
import { computeMetrics } from '@scalearn/evaluation';
import type { SplitScore } from '../output/events.ts';

/** Computes the task's metrics of a model's outputs for some rows. */
export function metricsOf(
  task: Task,
  examples: readonly Example[],
  predictions: Predictions,
): Record<string, number> {
  return { ...computeMetrics(task, { ...predictions, examples }).metrics };
}

/** Computes metrics and loss of a model on some rows. */
export async function score(
  model: TrainedModel,
  task: Task,
  rows: readonly Example[],
  options: PredictOptions,
): Promise<SplitScore> {
  return scoreOf(task, rows, await model.predict(rows, options));
}

function scoreOf(task: Task, examples: readonly Example[], predictions: Predictions): SplitScore {
  const { rows, loss } = predictions;
  return { rows, metrics: metricsOf(task, examples, predictions), loss };
}

/** Computes a model's outputs for the test split, and for MNLI's second test split, by split. */
export async function predictTest(
  model: TrainedModel,
  task: Task,
  options: PredictOptions,
): Promise<TestAnswers> {
  const { test, testMismatched } = task;
  const answers = { test: await model.predict(test, options) };
  if (!testMismatched) return answers;
  return { ...answers, testMismatched: await model.predict(testMismatched, options) };
}

export interface TestAnswers {
  readonly test: Predictions;
  readonly testMismatched?: Predictions;
}

/** Computes scores of outputs by split. */
export function scoresOf(task: Task, { test, testMismatched }: TestAnswers): Record<string, SplitScore> {
  const second = task.testMismatched;
  return {
    test: scoreOf(task, task.test, test),
    ...(second && testMismatched && { testMismatched: scoreOf(task, second, testMismatched) }),
  };
}

/** Returns the metrics of both test splits in one record. Names of the second's metrics end in `Mismatched`. */
export function testMetrics(scores: Readonly<Record<string, SplitScore>>): Record<string, number | null> {
  const second = Object.entries(scores.testMismatched?.metrics ?? {});
  return {
    ...scores.test?.metrics,
    ...Object.fromEntries(second.map(([name, value]) => [`${name}Mismatched`, value])),
  };
}
