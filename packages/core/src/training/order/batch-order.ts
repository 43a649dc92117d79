/** What a step trains on. */
export interface StepBatch {
  /** Index of the task. */
  readonly task: number;
  /** Row numbers within the task's training split. */
  readonly rows: Int32Array;
}

/** Which rows each step takes: a function of the step, so that a run can be continued anywhere. */
export interface BatchOrder {
  readonly stepsPerEpoch: number;
  /** @param step from 0 */
  at(step: number): StepBatch;
}
