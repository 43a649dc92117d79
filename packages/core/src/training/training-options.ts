import type { MethodOption, OptionType, OptionValues } from '../methods/method-option.ts';

/** An option of training, said once: its checks, and what a command and its files make of it, derive from this. */
export interface TrainingOption<T extends OptionType = OptionType> extends MethodOption<T> {
  /** False where the trained model is the same whatever its value. */
  readonly decides?: boolean;
  /** True where a run may go on under another value. */
  readonly mayChangeOnResume?: boolean;
}

/** The numbers of `train`. A default that a method has goes before the one that stands here. */
export const trainingOptions = {
  /** The one from which initialization, data order and dropout are drawn. */
  seed: {
    type: 'whole',
    range: { least: 0 },
    default: 0,
    meaning: 'of initialization, data order and dropout',
  },
  epochs: { type: 'whole', range: { least: 1 }, meaning: 'most epochs' },
  /** Stops after so many steps, to which the learning rate's schedule then leads. */
  maxSteps: { type: 'whole', range: { least: 1 }, meaning: 'stop after n steps' },
  /** Rows of a step. */
  batchSize: { type: 'whole', range: { least: 1 }, default: 32, meaning: 'rows of a step' },
  /** Rows that are evaluated at once. */
  evalBatchSize: { type: 'whole', range: { least: 1 }, default: 32, meaning: 'rows evaluated at once' },
  /** The highest, at the start of its linear decay. */
  learningRate: { type: 'number', range: { above: 0 }, meaning: 'at the start of the linear decay' },
  /** Of weights, not of biases and layer norms. */
  weightDecay: { type: 'number', range: { least: 0 }, meaning: 'of weights, not of biases' },
  /** Steps in which the learning rate rises. */
  warmupSteps: {
    type: 'whole',
    range: { least: 0 },
    meaning: 'steps of rising learning rate',
    defaultMeaning: '0',
  },
  /** Steps between evaluations: an epoch by default, 7,500 in joint training. */
  evaluateEvery: {
    type: 'whole',
    range: { least: 1 },
    meaning: 'steps between evaluations',
    defaultMeaning: 'an epoch, joint 7500',
  },
  /** Of drawing tasks in joint training: 1, the default, in proportion to their sizes; more makes them more alike. */
  temperature: {
    type: 'number',
    range: { above: 0 },
    meaning: 'of drawing tasks in joint training',
    defaultMeaning: '1, by size',
  },
  /** Global norm that gradients are clipped to. */
  maxGradNorm: { type: 'number', range: { above: 0 }, default: 1, meaning: 'gradients are clipped to it' },
  /** Evaluations without improvement before training stops. */
  patience: {
    type: 'whole',
    range: { least: 1 },
    meaning: 'epochs without improvement before training stops',
  },
  /** Minutes between saves of the state, where there is a store for it; 0: after evaluations only. */
  checkpointEvery: {
    type: 'number',
    range: { least: 0 },
    default: 10,
    meaning: 'minutes between saves of the state; 0: after evaluations only',
    decides: false,
    mayChangeOnResume: true,
  },
} as const;

/** Numbers of training, of which any may be left out. */
export type TrainingNumbers = OptionValues<typeof trainingOptions>;
