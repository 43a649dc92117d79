/** The results of one task in an evaluation. */
export interface TaskRecord {
  /** The task's id. */
  readonly task: string;
  /** Mean loss on the validation split. */
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
  /** The results of each task, in joint training; absent for one task */
  readonly tasks?: readonly TaskRecord[];
}

/** What a model keeps of its training. */
export interface TrainingHistory {
  /** The results of each epoch; empty for a model that was read from a folder. */
  readonly history: readonly EpochRecord[];
  /** Number of the epoch with the model's parameters, from 1; 0 for a model that was read from a folder. */
  readonly bestEpoch: number;
  /** Number of completed steps; 0 for a model that was read from a folder. */
  readonly steps: number;
  /** Seconds of training, including those before an interruption; 0 for a model that was read from a folder. */
  readonly seconds: number;
}
