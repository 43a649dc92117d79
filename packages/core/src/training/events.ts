import type { MemoryUse } from '../devices/device.ts';

/** A task's figures in an evaluation. */
export interface TaskRecord {
  /** Its id. */
  readonly task: string;
  readonly validationLoss: number;
  /** Metrics on the validation split, where a metric function was given. */
  readonly validationMetrics: Readonly<Record<string, number>>;
}

/** Figures of one epoch, or of whatever lies between two evaluations, kept in the history. */
export interface EpochRecord {
  /** Number of the evaluation, from 1. */
  readonly epoch: number;
  /** Steps done so far. */
  readonly step: number;
  /** Mean over the examples since the evaluation before, weighted by their classes where classes have weights. */
  readonly trainLoss: number;
  /** Of several tasks the mean. */
  readonly validationLoss: number;
  /** Metrics on the validation split, where a metric function was given; each of several tasks has its own. */
  readonly validationMetrics: Readonly<Record<string, number>>;
  /** Of each task, in joint training. */
  readonly tasks?: readonly TaskRecord[];
}

/** What takes a while between steps: texts become tokens, graphs become programs, rows are evaluated. */
export type Phase = 'tokenize' | 'compile' | 'evaluate';

/** How far a phase has come. A phase begins with `done` 0 and ends with `done` equal to `total`. */
export interface ProgressEvent {
  readonly event: 'progress';
  readonly phase: Phase;
  readonly done: number;
  /** Texts, pipelines, or rows. */
  readonly total: number;
}

export type TrainEvent =
  | {
      readonly event: 'start';
      /** Its id; those of several are joined by commas. */
      readonly task: string;
      readonly method: string;
      readonly seed: number;
      /** Planned steps, and those already done by the run that is resumed. */
      readonly steps: number;
      readonly step: number;
      readonly epochs: number;
      readonly trainRows: number;
      readonly validationRows: number;
      readonly parameters: { readonly method: number; readonly head: number };
      readonly device: string;
      readonly memory: MemoryUse;
      /** Bytes of the intermediate values of the largest step; an estimate where the device does not tell. */
      readonly activations: number;
      /** GPU dispatches, ONNX nodes or interpreted operations of one step. */
      readonly operations: number;
    }
  | ProgressEvent
  | {
      readonly event: 'step';
      readonly step: number;
      readonly steps: number;
      /** Number of the evaluation that comes next, from 1. */
      readonly epoch: number;
      /** Whose batch it was, in joint training. */
      readonly task?: string;
      readonly loss: number;
      readonly penalty?: number;
      readonly gradientNorm: number;
      readonly learningRate: number;
      /** Tokens of this step's batch. */
      readonly tokens: number;
    }
  | ({ readonly event: 'epoch'; readonly best: boolean; readonly memory: MemoryUse } & EpochRecord);

/** Tells a listener how far the phase of a name has come; nothing where there is no listener. */
export function phaseReporter(
  listener: ((event: ProgressEvent) => void) | undefined,
): (phase: Phase) => ((done: number, total: number) => void) | undefined {
  return (phase) => listener && ((done, total) => listener({ event: 'progress', phase, done, total }));
}
