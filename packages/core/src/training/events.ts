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
  | { readonly event: 'compile'; readonly done: number; readonly total: number }
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
