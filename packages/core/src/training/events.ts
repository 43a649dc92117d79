import type { MemoryUse } from '../devices/device.ts';
import type { EpochRecord } from '../model/history.ts';
import type { ProgressEvent } from '../model/progress.ts';

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
