import { join } from 'node:path';
import type { Method } from '@scalearn/core';
import type { Task } from '@scalearn/datasets';
import type { TransformerEncoder } from '@scalearn/encoders';
import type { RunFile } from '@scalearn/experiments';
import {
  OutFolder,
  ownMethods,
  type Reporter,
  type Source,
  settleOptions,
  type TrainSettings,
  trainModel,
} from '@scalearn/experiments/runs';
import type { QuickstartMethod, QuickstartPlan } from './plan.ts';

/** Everything that models are trained from. */
export interface Workshop {
  readonly plan: QuickstartPlan;
  /** Folder of the encoder. */
  readonly encoderPath: string;
  readonly encoder: TransformerEncoder;
  readonly task: Task;
  /** Tasks of joint methods, including the target; empty if there are no such methods. */
  readonly tasks: readonly Task[];
  readonly methods: readonly QuickstartMethod[];
  readonly sources: readonly Source[];
  /** Folder of the quickstart. */
  readonly out: string;
  readonly signal: AbortSignal;
}

/** A model that is trained or will be. */
export interface ModelPlan {
  readonly entry: QuickstartMethod;
  readonly seed: number;
  /** Absolute path. */
  readonly path: string;
  readonly settings: TrainSettings;
  readonly method: Method;
  readonly sources: readonly Source[];
  /** Steps of all epochs; training may stop earlier. */
  readonly steps: number;
}

/** Plans every method with every seed, in the order of training. */
export function planModels(workshop: Workshop): ModelPlan[] {
  const { plan, out, task, methods } = workshop;
  return methods.flatMap((entry) => {
    const joint = entry.stage === 'joint';
    const sources = entry.stage === 2 ? workshop.sources : [];
    const adapters = sources.map(({ adapter }) => adapter);
    const method = ownMethods.find(entry.method ?? entry.id).make(adapters);
    return Array.from({ length: joint ? 1 : plan.seeds }, (_, seed): ModelPlan => {
      const path = join(out, entry.id, `seed-${seed}`);
      const settings = modelSettings(workshop, { entry, seed, method, sources });
      const epochSteps = Math.ceil(task.train.length / settings.batchSize);
      const steps = settings.maxSteps ?? settings.epochs * epochSteps;
      return { entry, seed, path, settings, method, sources, steps };
    });
  });
}

function modelSettings(
  { plan, encoderPath, task, tasks }: Workshop,
  { entry, seed, method, sources }: Pick<ModelPlan, 'entry' | 'seed' | 'method' | 'sources'>,
): TrainSettings {
  const { rows: limit, testRows, batchSize, evalBatchSize, stages, joint } = plan;
  const { steps: maxSteps, rows: _, ...jointly } = joint;
  const given = {
    ...{ encoder: encoderPath, task: task.id, out: '', seed, limit, batchSize },
    evalLimit: testRows ?? undefined,
    ...(entry.stage === 'joint' ? { ...jointly, maxSteps } : stages[entry.stage]),
    ...entry.training,
    sources: sources.map(({ path }) => path),
  };
  const found = tasksOf({ entry }, { task, tasks }).map((info) => ({ info, path: null }));
  return { ...settleOptions(given, method, found, { path: encoderPath }), evalBatchSize };
}

/** Returns the tasks that a model is trained on. */
export const tasksOf = (
  { entry }: Pick<ModelPlan, 'entry'>,
  { task, tasks }: Pick<Workshop, 'task' | 'tasks'>,
): readonly Task[] => (entry.stage === 'joint' ? tasks : [task]);

/** Returns the method with the options that are computed from data. */
async function preparedMethod(
  { entry, method, settings, sources }: ModelPlan,
  workshop: Workshop,
): Promise<Method> {
  const { task, tasks, encoder, signal } = workshop;
  const { prepare, make } = ownMethods.find(entry.method ?? entry.id);
  if (!prepare) return method;
  const prepared = await prepare({
    ...{ options: {}, sources, task, seed: settings.seed, pooling: settings.pooling, encoder, signal },
    reporter: { note: () => {}, progress: () => {} },
    sourceTask: async ({ adapter }) => tasks.find(({ id }) => id === `miniglue/${adapter.name}`) ?? task,
  });
  const adapters = sources.map(({ adapter }) => adapter);
  return make(adapters, prepared);
}

/** Trains a model and saves it. */
export async function trainPlanned(
  model: ModelPlan,
  workshop: Workshop,
  reporter: Pick<Reporter, 'start' | 'step' | 'epoch'>,
): Promise<RunFile> {
  const { settings, sources, path } = model;
  const { encoder, encoderPath, signal } = workshop;
  const tasks = tasksOf(model, workshop);
  const method = await preparedMethod(model, workshop);
  await using out = await OutFolder.open(path);
  return await trainModel({
    ...{ settings, method, tasks, sources, encoder, encoderSource: encoderPath, encoderPath },
    ...{ out, reporter, signal },
  });
}
