import type { MemoryUse } from '../devices/device.ts';
import type { EpochRecord } from '../model/history.ts';
import type { ProgressEvent } from '../model/progress.ts';
import type { ParameterCount } from '../model/trainable-model.ts';

/** The first event of a run, after its phases of preparation. */
interface StartEvent {
  readonly event: 'start';
  /** The task's id; several ids are joined by commas. */
  readonly task: string;
  /** Name of the method. */
  readonly method: string;
  /** Seed of initialization, data order and dropout. */
  readonly seed: number;
  /** Number of planned steps. */
  readonly steps: number;
  /** Number of steps that a resumed run has already completed; 0 for a new run. */
  readonly step: number;
  /** Number of planned evaluations. */
  readonly epochs: number;
  /** Number of training rows, of all tasks. */
  readonly trainRows: number;
  /** Number of validation rows, of all tasks. */
  readonly validationRows: number;
  /** Numbers of trainable values. */
  readonly parameters: ParameterCount;
  /** Kind of the device. */
  readonly device: string;
  /** Memory in use on the device. */
  readonly memory: MemoryUse;
  /** Bytes of the intermediate values of the largest step; an estimate if the device does not report them. */
  readonly activations: number;
  /** Number of GPU dispatches, ONNX nodes or interpreted operations of one step. */
  readonly operations: number;
}

/** A completed step. */
interface StepEvent {
  readonly event: 'step';
  /** Number of completed steps. */
  readonly step: number;
  /** Number of planned steps. */
  readonly steps: number;
  /** Number of the next evaluation, from 1. */
  readonly epoch: number;
  /** Id of the batch's task, in joint training; absent for one task. */
  readonly task?: string;
  /** Mean loss of the batch before the step, without the penalty. */
  readonly loss: number;
  /** The method's penalty; absent if it has none. */
  readonly penalty?: number;
  /** Global norm of the gradients before clipping. */
  readonly gradientNorm: number;
  /** Learning rate of the step. */
  readonly learningRate: number;
  /** Number of tokens in the step's batch. */
  readonly tokens: number;
}

/** A completed evaluation. */
interface EpochEvent extends EpochRecord {
  readonly event: 'epoch';
  /** Whether it is the best so far. */
  readonly best: boolean;
  /** Memory in use on the device. */
  readonly memory: MemoryUse;
}

/** What `train` reports while it runs. */
export type TrainEvent = StartEvent | ProgressEvent | StepEvent | EpochEvent;
