import type { OptionDefinition, OptionType, OptionValues } from '../methods/option-definition.ts';

/** An option of training. Its checks, its command-line flag and its keys in files all derive from this definition. */
export interface TrainingOption<T extends OptionType = OptionType> extends OptionDefinition<T> {
  /** False if the value does not affect the trained model. */
  readonly decides?: boolean;
  /** True if a run may be resumed with another value. */
  readonly mayChangeOnResume?: boolean;
}

/** The numeric options of `train`. A method's default takes precedence over the default given here. */
export const trainingOptions = {
  /** Seed of initialization, data order and dropout; 0 by default. */
  seed: {
    type: 'whole',
    range: { least: 0 },
    default: 0,
    meaning: 'seed of initialization, data order and dropout',
  },
  /** Maximum number of epochs; by default the method's. */
  epochs: { type: 'whole', range: { least: 1 }, meaning: 'maximum number of epochs' },
  /**
   * Number of steps after which training stops; by default those of all epochs. The learning rate's schedule ends
   * there.
   */
  maxSteps: { type: 'whole', range: { least: 1 }, meaning: 'stop after n steps' },
  /** Number of rows per step; 32 by default. */
  batchSize: { type: 'whole', range: { least: 1 }, default: 32, meaning: 'rows per step' },
  /** Number of rows per batch of evaluation; by default the method's, else 32. */
  evalBatchSize: { type: 'whole', range: { least: 1 }, default: 32, meaning: 'rows evaluated at once' },
  /** Highest learning rate, at the start of the linear decay; by default the method's. */
  learningRate: { type: 'number', range: { above: 0 }, meaning: 'at the start of the linear decay' },
  /** Weight decay; by default the method's. It applies to weights, not to biases and layer norms. */
  weightDecay: { type: 'number', range: { least: 0 }, meaning: 'of weights, not of biases' },
  /** Number of steps in which the learning rate rises; by default the method's fraction of all steps, else 0. */
  warmupSteps: {
    type: 'whole',
    range: { least: 0 },
    meaning: 'steps of rising learning rate',
    defaultMeaning: '0',
  },
  /** Number of steps between evaluations; by default an epoch, or 7,500 in joint training. */
  evaluateEvery: {
    type: 'whole',
    range: { least: 1 },
    meaning: 'steps between evaluations',
    defaultMeaning: 'an epoch, joint 7500',
  },
  /** Temperature of task sampling in joint training; 1 (default): by size. Larger values even out the tasks. */
  temperature: {
    type: 'number',
    range: { above: 0 },
    meaning: 'temperature of task sampling in joint training',
    defaultMeaning: '1, by size',
  },
  /** Largest global norm of gradients; 1 by default. Larger gradients are scaled down. */
  maxGradNorm: { type: 'number', range: { above: 0 }, default: 1, meaning: 'gradients are clipped to it' },
  /** Number of evaluations without improvement after which training stops; by default the method's. */
  patience: {
    type: 'whole',
    range: { least: 1 },
    meaning: 'epochs without improvement before training stops',
  },
  /** Minutes between saves of the state, if there is a checkpoint store; 0: only after evaluations. */
  checkpointEvery: {
    type: 'number',
    range: { least: 0 },
    default: 10,
    meaning: 'minutes between saves of the state; 0: only after evaluations',
    decides: false,
    mayChangeOnResume: true,
  },
} as const;

/** The numeric options of training. Any may be left out. */
export type TrainingNumbers = OptionValues<typeof trainingOptions>;
