import { train } from '@scalearn/core';
import type { Task } from '@scalearn/datasets';
import type { TransformerEncoder } from '@scalearn/encoders';
import { metricsOf } from '../model/scores.ts';
import type { ModelPlan } from './models.ts';

const measuredSteps = 4;

/** Seconds that the parts of training take on this device. */
export interface Cost {
  /** To build and compile the model. */
  readonly compile: number;
  readonly step: number;
  /** For each row that is evaluated. */
  readonly row: number;
}

/** Trains a model for a few steps, and times the parts. */
export async function measureCost(
  { method, settings }: Pick<ModelPlan, 'method' | 'settings'>,
  { encoder, task, signal }: { encoder: TransformerEncoder; task: Task; signal: AbortSignal },
): Promise<Cost> {
  const { batchSize, evalBatchSize, learningRate } = settings;
  const began = performance.now();
  const at = { start: began, firstStep: began, lastStep: began, epoch: began };
  let steps = 0;
  using _ = await train({
    ...{ encoder, task, method, batchSize, evalBatchSize, learningRate, signal },
    maxSteps: Math.min(measuredSteps, Math.ceil(task.train.length / batchSize)),
    metrics: (predictions) => metricsOf(task, predictions),
    onEvent: ({ event }) => {
      const now = performance.now();
      if (event === 'start') at.start = now;
      if (event === 'step') {
        if (steps++ === 0) at.firstStep = now;
        at.lastStep = now;
      }
      if (event === 'epoch') at.epoch = now;
    },
  });
  // The first step of a program is slower than those that follow, where there are any.
  const step = steps > 1 ? (at.lastStep - at.firstStep) / (steps - 1) : at.lastStep - at.start;
  return {
    compile: (at.start - began) / 1000,
    step: step / 1000,
    row: (at.epoch - at.lastStep) / task.validation.length / 1000,
  };
}

/** Seconds to train and test a model, if no epoch is left out. */
export function expectedSeconds(
  cost: Cost,
  { steps, settings }: Pick<ModelPlan, 'steps' | 'settings'>,
  { validation, test, testMismatched = [] }: Task,
): number {
  const rows = settings.epochs * validation.length + test.length + testMismatched.length;
  return cost.compile + steps * cost.step + rows * cost.row;
}
