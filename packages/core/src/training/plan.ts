import { at } from '../elements.ts';
import { ArgumentError } from '../errors.ts';
import { settleOptions } from '../methods/option-definition.ts';
import { type TrainOptions, tasksOf } from './options.ts';
import { type BatchOrder, EpochOrder, JointOrder } from './order.ts';
import { type TrainingNumbers, trainingOptions } from './training-options.ts';

/** The numeric options of a run, with every default filled in. */
export interface Plan extends Omit<Numbers, 'maxSteps' | 'temperature'> {
  readonly steps: number;
  /** Temperature of task sampling; null for a single task. */
  readonly temperature: number | null;
}

type Numbers = { readonly [Name in keyof TrainingNumbers]-?: number };

/** Fills in defaults and checks every number. @throws ArgumentError for an invalid number or missing rows */
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
  const known = {
    ...trainingOptions,
    epochs: { ...trainingOptions.epochs, default: defaults.epochs },
    learningRate: { ...trainingOptions.learningRate, default: defaults.learningRate },
    weightDecay: { ...trainingOptions.weightDecay, default: defaults.weightDecay },
    patience: { ...trainingOptions.patience, default: defaults.patience },
    evalBatchSize: {
      ...trainingOptions.evalBatchSize,
      default: defaults.evalBatchSize ?? trainingOptions.evalBatchSize.default,
    },
    temperature: { ...trainingOptions.temperature, default: 1 },
  };
  const { seed, batchSize, epochs, temperature: among } = settleOptions(known, options);
  const temperature = joint ? among : null;
  const { stepsPerEpoch } = batchOrder(options, { batchSize, temperature, seed });
  const planned = (options.epochs === undefined ? defaults.steps : undefined) ?? epochs * stepsPerEpoch;
  const warmup = Math.floor((defaults.warmup ?? 0) * (options.maxSteps ?? planned));
  // These defaults depend on the number of steps.
  const { maxSteps: steps, ...plan } = settleOptions(
    {
      ...known,
      maxSteps: { ...trainingOptions.maxSteps, default: planned },
      evaluateEvery: { ...trainingOptions.evaluateEvery, default: defaults.evaluateEvery ?? stepsPerEpoch },
      warmupSteps: { ...trainingOptions.warmupSteps, default: warmup },
    },
    options,
  );
  return { ...plan, steps, temperature };
}

/** Returns the order of a run's batches. As in the reference, the order of several tasks is independent of the seed. */
export function batchOrder(
  options: TrainOptions,
  { batchSize, temperature, seed }: Pick<Plan, 'batchSize' | 'temperature' | 'seed'>,
): BatchOrder {
  const sizes = tasksOf(options).map(({ train }) => train.length);
  if (temperature !== null) return new JointOrder({ sizes, batchSize, temperature, seed: 0 });
  return new EpochOrder(at(sizes, 0), batchSize, seed);
}
