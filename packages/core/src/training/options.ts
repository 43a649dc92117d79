import type { Method } from '../methods/method.ts';
import type { Encoder } from '../nn/encoder.ts';
import type { NamedTensor } from '../nn/parameters.ts';
import type { CheckpointStore } from './checkpoint.ts';
import type { TrainEvent } from './events.ts';
import type { Predictions } from './predict.ts';
import type { TrainingTask } from './task.ts';

export interface TrainOptions {
  readonly encoder: Encoder;
  readonly task: TrainingTask;
  /** `bottleneck()` for stage 1, `scalearn({ sources })` for stage 2, or any other. */
  readonly method: Method;
  /** Initialisation, data order and dropout; 0 by default. */
  readonly seed?: number;
  /** By default the paper's for the method, like learningRate, weightDecay and patience. */
  readonly epochs?: number;
  /** Stops after so many steps, to which the learning rate's schedule then leads. */
  readonly maxSteps?: number;
  readonly batchSize?: number;
  readonly evalBatchSize?: number;
  readonly learningRate?: number;
  readonly weightDecay?: number;
  readonly warmupSteps?: number;
  /** Global norm gradients are clipped to; 1 by default. */
  readonly maxGradNorm?: number;
  /** Evaluations without improvement before training stops. */
  readonly patience?: number;
  /** Metrics of the validation split, for the history, and for `select`. */
  readonly metrics?: (predictions: Predictions) => Record<string, number>;
  /** What decides the best epoch; the validation loss by default. */
  readonly select?: { readonly metric: string; readonly better: 'lower' | 'higher' };
  readonly onEvent?: (event: TrainEvent) => void;
  /** Given the parameters after every epoch, by their names on disk; training goes on when it is done with them. */
  readonly onEpoch?: (parameters: ReadonlyMap<string, NamedTensor>, epoch: number) => void | Promise<void>;
  /** Aborting saves a checkpoint and rejects with an InterruptedError. */
  readonly signal?: AbortSignal;
  readonly checkpoints?: CheckpointStore;
  /** Continues from the store's checkpoint, where there is one. */
  readonly resume?: boolean;
}
