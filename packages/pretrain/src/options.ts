import { ArgumentError, type CheckpointStore } from '@scalearn/core';
import { maxSequenceLength, type Segments, type Tokenizer } from '@scalearn/encoders';
import type { PretrainEvent } from './events.ts';
import type { MaskedLanguageModel } from './model.ts';

export interface PretrainOptions {
  /** The model. It is trained in place. */
  readonly model: MaskedLanguageModel;
  /** Tokenizes the texts. */
  readonly tokenizer: Tokenizer;
  /** Training texts, or pairs of consecutive texts. */
  readonly texts: readonly Segments[];
  /** Texts for evaluation. */
  readonly heldOut: readonly Segments[];
  /** Number of training steps, one batch each. The learning-rate schedule ends there. */
  readonly steps: number;
  /** Number of texts or pairs in a batch. Default 64. */
  readonly batchSize?: number;
  /** Maximum number of tokens of a text or pair, including special tokens. Default: the encoder's maximum. */
  readonly maxLength?: number;
  /** Maximum learning rate, reached at the end of the warm-up. Default 1e-3, which suits small encoders. */
  readonly learningRate?: number;
  /** Number of warm-up steps. Default: a tenth of all steps. */
  readonly warmupSteps?: number;
  /** Weight decay. Default 0.01. */
  readonly weightDecay?: number;
  /** Global norm to which gradients are clipped. Default 1. */
  readonly maxGradNorm?: number;
  /** Fraction of the tokens that are masked. Default 0.15. */
  readonly maskRate?: number;
  /**
   * Whether the configuration's dropout is applied. Default false, because small encoders underfit large text
   * collections.
   */
  readonly dropout?: boolean;
  /**
   * Number of steps between evaluations, each of which saves a checkpoint. There is also one at the end. Default 1,000.
   */
  readonly evaluateEvery?: number;
  /** Minutes between additional checkpoints if there is a store. Default 10; 0 turns them off. */
  readonly checkpointEvery?: number;
  /** Seed of data order, masks and dropout. Default 0. */
  readonly seed?: number;
  /** Receives the progress of the run; by default it is not reported. */
  readonly onEvent?: (event: PretrainEvent) => void;
  /** Aborting saves a checkpoint and rejects with an InterruptedError; by default nothing aborts. */
  readonly signal?: AbortSignal;
  /** Stores the state of the run; by default it is not stored. */
  readonly checkpoints?: CheckpointStore;
  /** Whether to continue from the store's checkpoint, if there is one. */
  readonly resume?: boolean;
}

/** The numbers of a run, with all defaults filled in. */
export type PretrainPlan = Required<
  Pick<
    PretrainOptions,
    | 'steps'
    | 'batchSize'
    | 'maxLength'
    | 'learningRate'
    | 'warmupSteps'
    | 'weightDecay'
    | 'maxGradNorm'
    | 'maskRate'
    | 'dropout'
    | 'evaluateEvery'
    | 'checkpointEvery'
    | 'seed'
  >
>;

/** Fills in defaults and checks every number. @throws ArgumentError */
export function settlePlan(options: PretrainOptions): PretrainPlan {
  const whole = (name: string, value: number, least: number): number => {
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new ArgumentError(`${name} must be a whole number of at least ${least}, not ${value}`);
  };
  const number = (name: string, value: number, least: number, most = Number.POSITIVE_INFINITY): number => {
    if (Number.isFinite(value) && value >= least && value <= most) return value;
    throw new ArgumentError(`${name} must be a number from ${least} to ${most}, not ${value}`);
  };
  const { texts, heldOut, steps, model } = options;
  if (texts.length === 0) throw new ArgumentError('there are no texts to train on');
  if (heldOut.length === 0) throw new ArgumentError('there are no held-out texts to evaluate on');
  const longest = maxSequenceLength(model.config, { families: [model.family] });
  const maxLength = whole('maxLength', options.maxLength ?? longest, 1);
  if (maxLength > longest)
    throw new ArgumentError(`maxLength is ${maxLength}, but the encoder takes ${longest} tokens`);
  return {
    steps: whole('steps', steps, 1),
    batchSize: whole('batchSize', options.batchSize ?? 64, 1),
    maxLength,
    learningRate: number('learningRate', options.learningRate ?? 1e-3, 0),
    warmupSteps: whole('warmupSteps', options.warmupSteps ?? Math.floor(steps / 10), 0),
    weightDecay: number('weightDecay', options.weightDecay ?? 0.01, 0),
    maxGradNorm: number('maxGradNorm', options.maxGradNorm ?? 1, Number.MIN_VALUE),
    maskRate: number('maskRate', options.maskRate ?? 0.15, 0, 1),
    dropout: options.dropout ?? false,
    evaluateEvery: whole('evaluateEvery', options.evaluateEvery ?? 1000, 1),
    checkpointEvery: number('checkpointEvery', options.checkpointEvery ?? 10, 0),
    seed: whole('seed', options.seed ?? 0, 0),
  };
}
