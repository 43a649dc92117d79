import type { CheckpointStore } from '@scalearn/core';
import type { Segments, Tokenizer } from '../tokenizer/tokenizer.ts';
import type { PretrainEvent } from './events.ts';
import type { MaskedLanguageModel } from './model.ts';

export interface PretrainOptions {
  /** Trained in place. */
  readonly model: MaskedLanguageModel;
  readonly tokenizer: Tokenizer;
  /** Texts, or pairs of texts that follow each other. */
  readonly texts: readonly Segments[];
  /** Texts that are evaluated on. */
  readonly heldOut: readonly Segments[];
  /** Batches to train on, to which the learning rate's schedule leads. */
  readonly steps: number;
  /** Texts or pairs in a batch; 64 by default. */
  readonly batchSize?: number;
  /** Tokens of a text or pair at most, special ones included; by default what the encoder takes. */
  readonly maxLength?: number;
  /** The highest, at the end of the warm-up; 1e-3 by default, which suits small encoders. */
  readonly learningRate?: number;
  /** Steps in which the learning rate rises; a tenth of all by default. */
  readonly warmupSteps?: number;
  /** 0.01 by default. */
  readonly weightDecay?: number;
  /** Global norm gradients are clipped to; 1 by default. */
  readonly maxGradNorm?: number;
  /** Share of the tokens that is masked; 0.15 by default. */
  readonly maskRate?: number;
  /** Whether the configuration's dropout is applied; off by default: small encoders on much text underfit. */
  readonly dropout?: boolean;
  /** Evaluates and saves a checkpoint after every so many steps, and at the end; 1,000 by default. */
  readonly evaluateEvery?: number;
  /** Minutes between further checkpoints, where there is a store for them; 10 by default, 0: none. */
  readonly checkpointEvery?: number;
  /** Data order, masks and dropout; 0 by default. */
  readonly seed?: number;
  readonly onEvent?: (event: PretrainEvent) => void;
  /** Aborting saves a checkpoint and rejects with an InterruptedError. */
  readonly signal?: AbortSignal;
  readonly checkpoints?: CheckpointStore;
  /** Continues from the store's checkpoint, where there is one. */
  readonly resume?: boolean;
}

/** A run's numbers, with every default filled in. */
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
