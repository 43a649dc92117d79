import {
  computeMetrics,
  type MetricReport,
  type MetricSpec,
  type ScoredOutput,
  type ScoredRow,
} from './compute.ts';

/** A model's output and its mean loss, as returned by `TrainedModel.predict` of `@scalearn/core`. */
export interface ModelOutput extends ScoredOutput {
  /** Mean loss over the examples. */
  readonly loss: number;
}

/** Predicts the outputs for examples. */
export interface Predictor<Example> {
  /** Predicts the outputs for examples. */
  predict(examples: readonly Example[]): Promise<ModelOutput>;
}

/** A task's splits by name. Tasks of `@scalearn/datasets` have this form. */
export type Splits<Example> = Readonly<Partial<Record<SplitName, readonly Example[]>>>;
export type SplitName = 'train' | 'validation' | 'test' | 'testMismatched';

export interface Evaluation extends MetricReport {
  /** Name of the split. */
  readonly split: SplitName;
  /** Number of evaluated rows. */
  readonly rows: number;
  /** Mean loss over the examples. */
  readonly loss: number;
}

/**
 * Computes a model's metrics on a split of a task.
 *
 * @param split default `test`, which published tables show
 * @throws RangeError if the task has no such split; EvaluationError as {@link computeMetrics}
 */
export async function evaluate<Example extends ScoredRow>(
  model: Predictor<Example>,
  task: MetricSpec & Splits<Example>,
  split: SplitName = 'test',
): Promise<Evaluation> {
  const examples = task[split];
  if (!examples) throw new RangeError(`the task has no split '${split}'`);
  const predictions = await model.predict(examples);
  const report = computeMetrics(task, { ...predictions, examples });
  return { ...report, split, rows: predictions.rows, loss: predictions.loss };
}
