import type { MemoryUse } from '../devices/device.ts';

/** The results of one task in an evaluation. */
export interface TaskRecord {
  /** The task's id. */
  readonly task: string;
  readonly validationLoss: number;
  /** Metrics on the validation split, if a metric function was given. */
  readonly validationMetrics: Readonly<Record<string, number>>;
}

/** The results of one epoch, or of the steps between two evaluations, kept in the history. */
export interface EpochRecord {
  /** Number of the evaluation, from 1. */
  readonly epoch: number;
  /** Number of completed steps. */
  readonly step: number;
  /** Mean over the examples since the previous evaluation, weighted by class weights if there are any. */
  readonly trainLoss: number;
  /** Mean loss on the validation split; with several tasks, the mean of their losses. */
  readonly validationLoss: number;
  /** Metrics on the validation split, if a metric function was given; with several tasks see `tasks`. */
  readonly validationMetrics: Readonly<Record<string, number>>;
  /** The results of each task, in joint training. */
  readonly tasks?: readonly TaskRecord[];
}

/** A long phase between steps: texts are tokenized, graphs are compiled, rows are evaluated. */
export type Phase = 'tokenize' | 'compile' | 'evaluate';

/** The progress of a phase. A phase starts with `done` 0 and ends with `done` equal to `total`. */
export interface ProgressEvent {
  readonly event: 'progress';
  readonly phase: Phase;
  readonly done: number;
  /** Number of texts, pipelines or rows. */
  readonly total: number;
}

export type TrainEvent =
  | {
      readonly event: 'start';
      /** The task's id; several ids are joined by commas. */
      readonly task: string;
      readonly method: string;
      readonly seed: number;
      /** Number of planned steps, and of steps that a resumed run has already completed. */
      readonly steps: number;
      readonly step: number;
      readonly epochs: number;
      readonly trainRows: number;
      readonly validationRows: number;
      readonly parameters: { readonly method: number; readonly head: number };
      readonly device: string;
      readonly memory: MemoryUse;
      /** Bytes of the intermediate values of the largest step; an estimate if the device does not report them. */
      readonly activations: number;
      /** Number of GPU dispatches, ONNX nodes or interpreted operations of one step. */
      readonly operations: number;
    }
  | ProgressEvent
  | {
      readonly event: 'step';
      readonly step: number;
      readonly steps: number;
      /** Number of the next evaluation, from 1. */
      readonly epoch: number;
      /** The task of the batch, in joint training. */
      readonly task?: string;
      readonly loss: number;
      readonly penalty?: number;
      readonly gradientNorm: number;
      readonly learningRate: number;
      /** Number of tokens in this step's batch. */
      readonly tokens: number;
    }
  | ({ readonly event: 'epoch'; readonly best: boolean; readonly memory: MemoryUse } & EpochRecord);

/** Returns a function that reports the progress of a phase to a listener; undefined without a listener. */
export function phaseReporter(
  listener: ((event: ProgressEvent) => void) | undefined,
): (phase: Phase) => ((done: number, total: number) => void) | undefined {
  return (phase) => listener && ((done, total) => listener({ event: 'progress', phase, done, total }));
}
