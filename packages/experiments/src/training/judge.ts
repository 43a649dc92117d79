import type { Predictions, PredictOptions, TrainedModel } from '@scalearn/core';
import type { Task } from '@scalearn/datasets';
import { type Assessment, type AssessOptions, assess } from '@scalearn/evaluation';
import { type Calibration, calibrate } from '@scalearn/models';
import type { SplitScore } from '../events/events.ts';
import { atCalibration, predictTest, scoredRows, scoresOf, type TestPredictions } from '../runs/scores.ts';
import type { TrainSettings } from '../runs/settings-schema.ts';

/** What is known of a trained model on one of its tasks. */
export interface Judgment {
  readonly calibration: Calibration;
  /** Its outputs for the test rows. Their metrics are those at the calibrated threshold. */
  readonly splits: TestPredictions;
  /** Scores by split. */
  readonly results: Readonly<Record<string, SplitScore>>;
  readonly assessment: Assessment;
}

/** Calibrates a model on the validation rows of a task and scores it on the test rows. */
export async function judge(
  model: TrainedModel,
  task: Task,
  settings: TrainSettings,
  { history, predicting }: Pick<AssessOptions, 'history'> & { readonly predicting: PredictOptions },
): Promise<Judgment> {
  const fitted = await calibrate(model, task.validation, predicting);
  const calibration = withThreshold(fitted, settings);
  return judgment(task, await predictTest(model, task, predicting), calibration, { history });
}

/** Scores outputs for the test rows. */
export function judgment(
  task: Task,
  outputs: TestPredictions,
  calibration: Calibration,
  options: AssessOptions = {},
): Judgment {
  const splits = atCalibration(task, outputs, calibration);
  const results = scoresOf(task, splits);
  const rows = scoredRows(task, 'test', outputs.test as Predictions);
  return { calibration, splits, results, assessment: assess(task, splits.test, rows, options) };
}

/** Returns the calibration with the threshold that the settings ask for. */
export function withThreshold(fitted: Calibration, { threshold }: TrainSettings): Calibration {
  return { ...fitted, threshold: threshold === 'auto' ? fitted.threshold : Number(threshold ?? 0.5) };
}
