import type { Predictions, PredictOptions, TrainedModel } from '@scalearn/core';
import type { Example, Task } from '@scalearn/datasets';
import { computeMetrics } from '@scalearn/evaluation';
import type { SplitScore } from '../output/events.ts';

/** The task's metrics of a model's answers to some rows. */
export function metricsOf(
  task: Task,
  examples: readonly Example[],
  predictions: Predictions,
): Record<string, number> {
  return { ...computeMetrics(task, { ...predictions, examples }).metrics };
}

/** Metrics and loss of a model on some rows. */
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

/** A model's answers to the test split, and to MNLI's second one, by split. */
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

/** A model's answers to the test splits. */
export interface TestAnswers {
  readonly test: Predictions;
  readonly testMismatched?: Predictions;
}

/** Scores of answers by split. */
export function scoresOf(task: Task, { test, testMismatched }: TestAnswers): Record<string, SplitScore> {
  const second = task.testMismatched;
  return {
    test: scoreOf(task, task.test, test),
    ...(second && testMismatched && { testMismatched: scoreOf(task, second, testMismatched) }),
  };
}

/** The metrics of both test splits in one record, the second's names ending in `Mismatched`. */
export function testMetrics(scores: Readonly<Record<string, SplitScore>>): Record<string, number | null> {
  const second = Object.entries(scores.testMismatched?.metrics ?? {});
  return {
    ...scores.test?.metrics,
    ...Object.fromEntries(second.map(([name, value]) => [`${name}Mismatched`, value])),
  };
}
