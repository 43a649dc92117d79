import { ArgumentError } from '../errors.ts';
import type { TrainOptions } from './options.ts';

/** A run's numbers, with every default filled in. */
export interface Plan {
  readonly seed: number;
  readonly epochs: number;
  readonly steps: number;
  readonly stepsPerEpoch: number;
  readonly batchSize: number;
  readonly evalBatchSize: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly warmupSteps: number;
  readonly maxGradNorm: number;
  readonly patience: number;
}

/** Fills in defaults and checks every number. */
export function settle(options: TrainOptions): Plan {
  const { task, method } = options;
  const { defaults } = method;
  const whole = (name: string, value: number, least: number): number => {
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new ArgumentError(`${name} must be a whole number of at least ${least}, not ${value}`);
  };
  const positive = (name: string, value: number, zero = false): number => {
    if (Number.isFinite(value) && (value > 0 || (zero && value === 0))) return value;
    throw new ArgumentError(`${name} must be ${zero ? 'zero or ' : ''}a positive number, not ${value}`);
  };
  if (task.train.length === 0) throw new ArgumentError(`${task.id} has no training rows`);
  if (task.validation.length === 0) throw new ArgumentError(`${task.id} has no validation rows`);
  const batchSize = whole('batchSize', options.batchSize ?? 32, 1);
  const epochs = whole('epochs', options.epochs ?? defaults.epochs, 1);
  const stepsPerEpoch = Math.ceil(task.train.length / batchSize);
  return {
    seed: whole('seed', options.seed ?? 0, 0),
    epochs,
    stepsPerEpoch,
    steps: options.maxSteps === undefined ? epochs * stepsPerEpoch : whole('maxSteps', options.maxSteps, 1),
    batchSize,
    evalBatchSize: whole('evalBatchSize', options.evalBatchSize ?? 32, 1),
    learningRate: positive('learningRate', options.learningRate ?? defaults.learningRate),
    weightDecay: positive('weightDecay', options.weightDecay ?? defaults.weightDecay, true),
    warmupSteps: whole('warmupSteps', options.warmupSteps ?? 0, 0),
    maxGradNorm: positive('maxGradNorm', options.maxGradNorm ?? 1),
    patience: whole('patience', options.patience ?? defaults.patience, 1),
  };
}
