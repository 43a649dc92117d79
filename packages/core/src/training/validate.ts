import { at } from '../elements.ts';
import { ArgumentError } from '../errors.ts';
import type { EpochRecord, TaskRecord } from '../model/history.ts';
import type { Predictions } from '../model/predict.ts';
import { phaseReporter } from '../model/progress.ts';
import type { TrainOptions } from './options.ts';
import type { Track } from './track.ts';

/** The result of one evaluation: the record, and the value that selects the best evaluation. */
export type Validation = Pick<EpochRecord, 'validationLoss' | 'validationMetrics' | 'tasks'> & {
  readonly value: number;
};

/**
 * Evaluates every task with validation rows. With several tasks it averages their results and keeps the results of each
 * task.
 */
export async function validate(
  tracks: readonly Track[],
  options: TrainOptions,
  batchSize: number,
): Promise<Validation> {
  const { select, metrics } = options;
  const report = phaseReporter(options.onEvent)('evaluate');
  const total = tracks.reduce((sum, { validation }) => sum + validation.length, 0);
  let before = 0;
  const records: TaskRecord[] = [];
  for (const { task, predictor, validation } of tracks) {
    if (!predictor) continue;
    const progress = report && ((done: number): void => report(before + done, total));
    const predictions: Predictions = await predictor.predict(validation, {
      batchSize,
      signal: options.signal,
      onProgress: progress,
    });
    before += validation.length;
    const validationMetrics = metrics?.(predictions, task) ?? {};
    records.push({ task: task.id, validationLoss: predictions.loss, validationMetrics });
  }
  const value = mean(
    records.map(({ validationLoss, validationMetrics }) => {
      const own = select && select.metric !== 'loss' ? validationMetrics[select.metric] : validationLoss;
      if (own === undefined) throw new ArgumentError(`there is no metric '${select?.metric}' to select by`);
      return own;
    }),
  );
  const { validationLoss, validationMetrics } = at(records, 0);
  if (tracks.length === 1) return { value, validationLoss, validationMetrics };
  return {
    value,
    validationLoss: mean(records.map((record) => record.validationLoss)),
    validationMetrics: {},
    tasks: records,
  };
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
