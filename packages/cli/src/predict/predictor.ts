import type { ModelOutput, TaskShape, TrainedModel, TrainingExample } from '@scalearn/core';
import { regressionPredictions } from '@scalearn/evaluation';
import { type Calibration, classifications } from '@scalearn/models';
import type { Prediction } from '../output/predictions.ts';
import { byLength } from './windows.ts';

/** How a window of rows is predicted. */
export interface PredictHow {
  readonly batchSize: number;
  readonly calibration: Calibration;
  readonly signal: AbortSignal;
}

/**
 * Predicts rows of texts: one, two for a pair, or, for multiple choice, a text and its choices.
 *
 * @returns a prediction for each row, in their order
 */
export function predictRows(
  model: TrainedModel,
  rows: readonly (readonly string[])[],
  { batchSize, calibration, signal }: PredictHow,
): Promise<readonly Prediction[]> {
  const lengthOf = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + text.length, 0);
  return byLength(rows, lengthOf, async (sorted) => {
    try {
      return predictionsOf(model.task, calibration, await outputOf(model, sorted, { batchSize, signal }));
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    }
  });
}

function outputOf(
  model: TrainedModel,
  rows: readonly (readonly string[])[],
  how: Pick<PredictHow, 'batchSize' | 'signal'>,
): Promise<ModelOutput> {
  if (model.task.problem !== 'multipleChoice')
    return model.predictTexts(rows as readonly TrainingExample['segments'][], how);
  // The right choice is not known; any label serves, because only the loss depends on it.
  const examples = rows.map(([text = '', ...choices]) => ({ segments: [text] as const, choices, label: 0 }));
  return model.predict(examples, how);
}

/** Converts logits to predictions: the most probable class, all labels above the threshold, or a score. */
function predictionsOf(
  { problem, labels }: Pick<TaskShape, 'problem' | 'labels'>,
  { temperature, threshold }: Calibration,
  output: ModelOutput,
): readonly Prediction[] {
  if (problem === 'regression' || labels === null)
    return Array.from(regressionPredictions(output), (score) => ({ score }));
  return classifications({ temperature, threshold, problem, labels }, output).map((found) =>
    problem === 'multiLabelClassification'
      ? { labels: found.labels, probabilities: found.scores }
      : { label: found.label, probabilities: found.scores },
  );
}
