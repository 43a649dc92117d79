import type { Predictions, PredictOptions, TrainedModel } from '@scalearn/core';
import type { Task } from '@scalearn/datasets';
import {
  type Assessment,
  assess,
  NonFiniteLogitError,
  type TrainingHistory,
  wrongRows,
} from '@scalearn/evaluation';
import type { Calibration } from '@scalearn/models';
import type { ShownError } from '@scalearn/report';
import { FolderError } from '../errors.ts';
import type { SplitScore } from '../events/events.ts';
import type { RunFile } from '../runs/run-schema.ts';
import {
  atCalibration,
  predictTest,
  type ScoredSplit,
  type SplitPredictions,
  scoredRows,
  scoresOf,
} from '../runs/scores.ts';

/** What was found when a model was scored on a task. */
export interface EvaluatedTask {
  /** The task with its rows. */
  readonly task: Task;
  /** The split that the assessment is of. */
  readonly split: ScoredSplit;
  /** The model's outputs for its rows, uncalibrated. */
  readonly output: Predictions;
  /** Scores by split; MNLI's test has two. */
  readonly scores: Readonly<Record<string, SplitScore>>;
  /** What the primary metric is worth. */
  readonly assessment: Assessment;
  /** How outputs become probabilities. */
  readonly calibration: Calibration;
}

export interface EvaluateTaskOptions {
  /** Folder of the model, for errors. */
  readonly path: string;
  readonly split: 'train' | 'validation' | 'test';
  /** Most rows of the split. */
  readonly limit?: number | undefined;
  readonly calibration: Calibration;
  /** The run that trained the model on this task, for what its losses show. */
  readonly run?: RunFile | undefined;
  readonly predicting: PredictOptions;
}

/** Scores a model of one task and says what the score is worth. @throws FolderError for a model without finite outputs */
export async function evaluateTask(
  model: TrainedModel,
  task: Task,
  { path, split, limit, calibration, run, predicting }: EvaluateTaskOptions,
): Promise<EvaluatedTask> {
  try {
    const splits: SplitPredictions =
      split === 'test'
        ? await predictTest(model, task, predicting)
        : { [split]: await model.predict(task[split].slice(0, limit), predicting) };
    const output = splits[split] as Predictions;
    const calibrated = atCalibration(task, splits, calibration);
    const scores = scoresOf(task, calibrated);
    const assessment = assess(task, calibrated[split] as Predictions, scoredRows(task, split, output), {
      history: run && historyOf(run),
      // A model of the words is no yardstick on the rows that it was fitted to.
      bagOfWords: split !== 'train',
    });
    return { task, split, output, scores, assessment, calibration };
  } catch (error) {
    if (error instanceof NonFiniteLogitError)
      throw new FolderError(
        `${path} predicts no finite number for row ${error.row} of the ${split} split; its files are damaged, or its training had diverged: restore them, or train it again`,
        { cause: error },
      );
    throw predicting.signal?.aborted ? predicting.signal.reason : error;
  }
}

/** Returns the losses of a run's training. Those of joint training are of all tasks. */
function historyOf({ history, bestEpoch, settings, tasks }: RunFile): TrainingHistory | undefined {
  if (tasks || history.length === 0) return undefined;
  const records = history.map(({ trainLoss, validationLoss }) => ({
    trainLoss: trainLoss ?? Number.NaN,
    validationLoss: validationLoss ?? Number.NaN,
  }));
  return { records, best: bestEpoch, weighted: settings.classWeights !== undefined };
}

/** Returns the wrong rows of an evaluation, surest first. */
export function errorsOf({ task, split, output, calibration }: EvaluatedTask): ShownError[] {
  const rows = scoredRows(task, split, output);
  return wrongRows(task, output, calibration).map((each) => {
    const { segments, choices = [], index } = rows[each.row]!;
    return { ...each, index, texts: [...segments, ...choices] };
  });
}
