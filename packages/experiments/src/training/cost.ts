import { type Method, type TrainEvent, train } from '@scalearn/core';
import type { Task } from '@scalearn/datasets';
import type { TransformerEncoder } from '@scalearn/encoders';
import type { TrainSettings } from '../runs/settings-schema.ts';

const measuredSteps = 4;

/** What the parts of training take on this device. */
export interface Cost {
  /** Seconds to build and compile the model. */
  readonly compile: number;
  readonly step: number;
  /** Seconds for each evaluated row. */
  readonly row: number;
  /** What was known before the first step: memory and numbers of trained values. */
  readonly start: Started;
}

type Started = Extract<TrainEvent, { event: 'start' }>;

interface MeasuredModel {
  readonly encoder: TransformerEncoder;
  readonly method: Method;
  readonly tasks: readonly Task[];
  readonly settings: Pick<TrainSettings, 'batchSize' | 'evalBatchSize' | 'learningRate'>;
  readonly signal: AbortSignal;
}

/** Trains a model for a few steps and measures the time of each part. */
export async function measureCost(model: MeasuredModel): Promise<Cost> {
  const { encoder, method, tasks, settings, signal } = model;
  const [task] = tasks as [Task];
  const { batchSize, evalBatchSize, learningRate } = settings;
  const began = performance.now();
  const at = { start: began, firstStep: began, lastStep: began, epoch: began };
  let steps = 0;
  let started: Started | undefined;
  using _ = await train({
    ...{ encoder, method, batchSize, evalBatchSize, learningRate, signal },
    ...(method.kind === 'joint' ? { tasks } : { task }),
    maxSteps: Math.min(measuredSteps, Math.ceil(task.train.length / batchSize)),
    onEvent: (each) => {
      const { event } = each;
      const now = performance.now();
      if (each.event === 'start') {
        at.start = now;
        started = each;
      }
      if (event === 'step') {
        if (steps++ === 0) at.firstStep = now;
        at.lastStep = now;
      }
      if (event === 'epoch') at.epoch = now;
    },
  });
  // The first step of a program is slower than the following steps, so it is left out if there are others.
  const step = steps > 1 ? (at.lastStep - at.firstStep) / (steps - 1) : at.lastStep - at.start;
  return {
    compile: (at.start - began) / 1000,
    step: step / 1000,
    row: (at.epoch - at.lastStep) / evaluatedRows(tasks).validation / 1000,
    start: started as Started,
  };
}

/** Estimates the seconds to train and test a model, without early stopping. */
export function expectedSeconds(cost: Cost, plan: PlannedSteps, rows: EvaluatedRows): number {
  return cost.compile + plan.steps * cost.step + (evaluations(plan) * rows.validation + rows.test) * cost.row;
}

type EvaluatedRows = Readonly<Record<'validation' | 'test', number>>;

/** Counts the rows of tasks that a training is evaluated on. */
export function evaluatedRows(tasks: readonly Pick<Task, 'validation' | 'test'>[]): EvaluatedRows {
  const sum = (split: 'validation' | 'test'): number =>
    tasks.reduce((total, task) => total + task[split].length, 0);
  return { validation: sum('validation'), test: sum('test') };
}

interface PlannedSteps {
  readonly steps: number;
  readonly settings: Pick<TrainSettings, 'epochs' | 'evaluateEvery'>;
}

export function evaluations({ steps, settings: { epochs, evaluateEvery } }: PlannedSteps): number {
  return evaluateEvery === undefined ? epochs : Math.ceil(steps / evaluateEvery);
}
