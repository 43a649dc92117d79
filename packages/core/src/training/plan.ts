import { at } from '../elements.ts';
import { ArgumentError } from '../errors.ts';
import { type TrainOptions, tasksOf } from './options.ts';
import type { BatchOrder } from './order.ts';
import { EpochOrder, JointOrder } from './order.ts';

/** A run's numbers, with every default filled in. */
export interface Plan {
  readonly seed: number;
  readonly epochs: number;
  readonly steps: number;
  /** Steps between evaluations. */
  readonly evaluateEvery: number;
  /** Of drawing tasks; null for a single one. */
  readonly temperature: number | null;
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
  const { defaults } = options.method;
  const tasks = tasksOf(options);
  for (const { id, train } of tasks)
    if (train.length === 0) throw new ArgumentError(`${id} has no training rows`);
  if (tasks.every(({ validation }) => validation.length === 0))
    throw new ArgumentError(
      `${tasks.map(({ id }) => id).join(', ')} ${tasks.length > 1 ? 'have' : 'has'} no validation rows`,
    );
  const joint = tasks.length > 1;
  if (options.temperature !== undefined && !joint)
    throw new ArgumentError('temperature is for joint training, which draws tasks; leave it out');
  const batchSize = whole('batchSize', options.batchSize ?? 32, 1);
  const epochs = whole('epochs', options.epochs ?? defaults.epochs, 1);
  const temperature = joint ? positive('temperature', options.temperature ?? 1) : null;
  const seed = whole('seed', options.seed ?? 0, 0);
  const { stepsPerEpoch } = batchOrder(options, { batchSize, temperature, seed });
  const planned = (options.epochs === undefined ? defaults.steps : undefined) ?? epochs * stepsPerEpoch;
  const steps = whole('maxSteps', options.maxSteps ?? planned, 1);
  const warmupSteps = Math.floor((defaults.warmup ?? 0) * steps);
  return {
    ...{ seed, epochs, steps, batchSize, temperature },
    evaluateEvery: whole(
      'evaluateEvery',
      options.evaluateEvery ?? defaults.evaluateEvery ?? stepsPerEpoch,
      1,
    ),
    evalBatchSize: whole('evalBatchSize', options.evalBatchSize ?? defaults.evalBatchSize ?? 32, 1),
    learningRate: positive('learningRate', options.learningRate ?? defaults.learningRate),
    weightDecay: positive('weightDecay', options.weightDecay ?? defaults.weightDecay, true),
    warmupSteps: whole('warmupSteps', options.warmupSteps ?? warmupSteps, 0),
    maxGradNorm: positive('maxGradNorm', options.maxGradNorm ?? 1),
    patience: whole('patience', options.patience ?? defaults.patience, 1),
  };
}

/** Which rows each step of a run takes. The order of several tasks does not depend on the seed, as in the reference. */
export function batchOrder(
  options: TrainOptions,
  { batchSize, temperature, seed }: Pick<Plan, 'batchSize' | 'temperature' | 'seed'>,
): BatchOrder {
  const sizes = tasksOf(options).map(({ train }) => train.length);
  if (temperature !== null) return new JointOrder({ sizes, batchSize, temperature, seed: 0 });
  return new EpochOrder(at(sizes, 0), batchSize, seed);
}

function whole(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new ArgumentError(`${name} must be a whole number of at least ${least}, not ${value}`);
}

function positive(name: string, value: number, zero = false): number {
  if (Number.isFinite(value) && (value > 0 || (zero && value === 0))) return value;
  throw new ArgumentError(`${name} must be ${zero ? 'zero or ' : ''}a positive number, not ${value}`);
}
