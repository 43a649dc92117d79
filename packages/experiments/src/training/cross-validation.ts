import type { Predictions, PredictOptions, TrainEvent } from '@scalearn/core';
import { crossValidationFolds, type Fold, type Task } from '@scalearn/datasets';
import { baselineOutputs, computeMetrics, type Logits, roundedScore } from '@scalearn/evaluation';
import { calibrationOf } from '@scalearn/models';
import type { Reporter } from '../events/events.ts';
import type { FoldsRun } from '../runs/run-schema.ts';
import { counted } from '../words.ts';
import { type FitOptions, fit } from './fit.ts';
import { type Judgment, judgment, withThreshold } from './judge.ts';

/** Result of a cross-validation. */
export interface CrossValidation {
  /**
   * The task with all its rows to train on. Its test rows are all rows, too, in the order of the folds. Its validation
   * rows are some of them: they show the course of the training.
   */
  readonly task: Task;
  /** Score of all rows, each predicted by the model that was not trained on it. */
  readonly judgment: Judgment;
  readonly folds: FoldsRun;
}

interface CrossValidationOptions extends FitOptions {
  readonly predicting: PredictOptions;
  readonly reporter: Partial<Pick<Reporter, 'note' | 'progress'>>;
}

/**
 * Trains a model for each fold of a task's rows and scores it on the rows that it was not trained on.
 *
 * @param task its three splits are divided anew
 * @param count number of folds
 */
export async function crossValidate(
  task: Task,
  count: number,
  options: CrossValidationOptions,
): Promise<CrossValidation> {
  const rows = [...task.train, ...task.validation, ...task.test].sort((a, b) => a.index - b.index);
  const parts = crossValidationFolds(task, rows, { folds: count });
  const all: Task = {
    ...{ ...task, train: rows },
    validation: parts[0]!.validation,
    test: parts.flatMap(({ test }) => test),
  };
  const folds: FoldOutcome[] = [];
  for (const part of parts) {
    const { reporter } = options;
    const onEvent = (event: TrainEvent): void => {
      if (event.event !== 'step') return;
      const [done, total] = [folds.length * event.steps + event.step, count * event.steps];
      reporter.progress?.({ event: 'progress', phase: 'folds', done, total });
    };
    const fold = await trainFold({ ...task, ...part }, part, options, onEvent);
    folds.push(fold);
    const { metric, score, epoch } = fold;
    reporter.note?.(
      `fold ${folds.length} of ${count}: ${metric} ${roundedScore(score, part.test.length)} on ${counted(part.test.length, 'row')}, best epoch ${epoch}`,
    );
  }
  const output = {
    ...joined(folds.map((fold) => fold.output)),
    labels: folds.flatMap((fold) => fold.output.labels),
    loss: folds.reduce((sum, fold) => sum + fold.output.loss * fold.output.rows, 0) / rows.length,
  };
  const calibration = withThreshold(calibrationOf(task, output), options.settings);
  const baselines = {
    majority: joined(folds.map(({ majority }) => majority)),
    bagOfWords: joined(folds.flatMap(({ bagOfWords: each }) => each ?? [])),
  };
  return {
    task: all,
    judgment: judgment(all, { test: output }, calibration, { baselines }),
    folds: {
      count,
      scores: folds.map(({ score }) => score),
      epochs: median(folds.map(({ epoch }) => epoch)),
    },
  };
}

/** The model of one fold. */
interface FoldOutcome extends ReturnType<typeof baselineOutputs> {
  readonly output: Predictions;
  readonly metric: string;
  readonly score: number;
  /** Number of its best evaluation. */
  readonly epoch: number;
}

async function trainFold(
  task: Task,
  { test }: Fold,
  { predicting, ...options }: CrossValidationOptions,
  onEvent: (event: TrainEvent) => void,
): Promise<FoldOutcome> {
  using model = await fit(options, [task], onEvent);
  const output = await model.predict(test, predicting);
  const { name, value } = computeMetrics(task, { ...output, examples: test }).primary;
  const simple = baselineOutputs(task, test, output.columns);
  return { ...simple, output, metric: name, score: value, epoch: model.bestEpoch };
}

/** Joins the rows of several outputs. */
function joined(outputs: readonly Logits[]): Logits & { readonly logits: Float32Array } {
  const logits = Float32Array.from(outputs.flatMap((each) => Array.from(each.logits)));
  const rows = outputs.reduce((sum, each) => sum + each.rows, 0);
  return { logits, rows, columns: outputs[0]!.columns };
}

/** Returns the middle of some whole numbers; of two middle ones the larger. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
