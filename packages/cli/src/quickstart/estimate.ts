import { train } from '@scalearn/core';
import type { Task } from '@scalearn/datasets';
import { type ModelPlan, tasksOf, type Workshop } from './models.ts';

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
export async function measureCost(model: ModelPlan, workshop: Workshop): Promise<Cost> {
  const { method, settings } = model;
  const { encoder, signal } = workshop;
  const tasks = tasksOf(model, workshop);
  const [task] = tasks as [Task];
  const { batchSize, evalBatchSize, learningRate } = settings;
  const began = performance.now();
  const at = { start: began, firstStep: began, lastStep: began, epoch: began };
  let steps = 0;
  using _ = await train({
    ...{ encoder, method, batchSize, evalBatchSize, learningRate, signal },
    ...(method.kind === 'joint' ? { tasks } : { task }),
    maxSteps: Math.min(measuredSteps, Math.ceil(task.train.length / batchSize)),
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
    row: (at.epoch - at.lastStep) / rowsOf(tasks, 'validation') / 1000,
  };
}

/** Seconds to train and test a model, if no epoch is left out. */
export function expectedSeconds(
  cost: Cost,
  { steps, settings }: Pick<ModelPlan, 'steps' | 'settings'>,
  tasks: readonly Task[],
): number {
  const { epochs, evaluateEvery } = settings;
  const evaluations = evaluateEvery === undefined ? epochs : Math.ceil(steps / evaluateEvery);
  const rows = evaluations * rowsOf(tasks, 'validation') + rowsOf(tasks, 'test');
  return cost.compile + steps * cost.step + rows * cost.row;
}

function rowsOf(tasks: readonly Task[], split: 'validation' | 'test'): number {
  return tasks.reduce((sum, task) => sum + task[split].length, 0);
}
