import type { MemoryUse } from '../devices/device.ts';

/** Figures of one epoch, kept in the history. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Steps done so far. */
  readonly step: number;
  /** Mean over the epoch's examples. */
  readonly trainLoss: number;
  readonly validationLoss: number;
  /** Metrics on the validation split, where a metric function was given. */
  readonly validationMetrics: Readonly<Record<string, number>>;
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
      /** GPU dispatches, ONNX nodes or interpreted operations of one step. */
      readonly operations: number;
    }
  | ProgressEvent
  | {
      readonly event: 'step';
      readonly step: number;
      readonly steps: number;
      readonly epoch: number;
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
