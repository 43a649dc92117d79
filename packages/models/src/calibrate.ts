import type { Predictions, PredictOptions, TaskShape, TrainedModel, TrainingExample } from '@scalearn/core';
import { bestThreshold, fitTemperature } from '@scalearn/evaluation';
import { type Calibration, noCalibration } from './model-info.ts';

/**
 * Fits the calibration of a task to a model's output for labeled rows: a temperature so that probabilities agree with
 * how often they are right, and for multi-label tasks the threshold with the largest micro F1. With fewer than 30 rows,
 * and for regression, there is no calibration.
 */
export function calibrationOf({ problem }: Pick<TaskShape, 'problem'>, output: Predictions): Calibration {
  if (problem === 'regression') return noCalibration;
  const temperature = fitTemperature(problem, output);
  const isMultiLabel = problem === 'multiLabelClassification' && output.rows >= 30;
  return {
    temperature,
    threshold: isMultiLabel ? bestThreshold(output, temperature) : noCalibration.threshold,
  };
}

/**
 * Fits the calibration of a model of one task.
 *
 * @param rows labeled rows that the model was not trained on, such as the validation rows of the task
 */
export async function calibrate(
  model: TrainedModel,
  rows: readonly TrainingExample[],
  options: PredictOptions = {},
): Promise<Calibration> {
  if (rows.length === 0 || model.task.problem === 'regression') return noCalibration;
  return calibrationOf(model.task, await model.predict(rows, options));
}
