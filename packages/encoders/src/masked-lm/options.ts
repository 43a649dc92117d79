import type { CheckpointStore } from '@scalearn/core';
import type { Segments, Tokenizer } from '../tokenizer/tokenizer.ts';
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
