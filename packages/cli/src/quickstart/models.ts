import { join } from 'node:path';
import type { Method } from '@scalearn/core';
import type { Task } from '@scalearn/datasets';
import type { TransformerEncoder } from '@scalearn/encoders';
import { OutFolder } from '../folders/out-folder.ts';
import type { RunFile } from '../folders/run-json.ts';
import type { Source } from '../model/sources.ts';
import { trainModel } from '../model/train-model.ts';
import { settleOptions, type TrainSettings } from '../options/settings.ts';
import type { Reporter } from '../output/reporter.ts';
import { type QuickstartMethod, quickstartMethods } from './methods.ts';
import type { QuickstartPlan } from './plan.ts';

/** Everything models are trained from. */
export interface Workshop {
  readonly plan: QuickstartPlan;
  /** Folder of the encoder. */
  readonly encoderPath: string;
  readonly encoder: TransformerEncoder;
  readonly task: Task;
  readonly sources: readonly Source[];
  /** Folder of the quickstart. */
  readonly out: string;
  readonly signal: AbortSignal;
}

/** A model that is to be trained, or is there already. */
export interface ModelPlan {
  readonly entry: QuickstartMethod;
  readonly seed: number;
  /** Absolute. */
  readonly path: string;
  readonly settings: TrainSettings;
  readonly method: Method;
  readonly sources: readonly Source[];
  /** Of all epochs; training may stop before. */
  readonly steps: number;
}

/** Every method with every seed, in the order of training. */
export function planModels(workshop: Workshop): ModelPlan[] {
  const { plan, out, task } = workshop;
  const seeds = Array.from({ length: plan.seeds }, (_, seed) => seed);
  return quickstartMethods.flatMap((entry) => {
    const sources = entry.stage === 2 ? workshop.sources : [];
    const method = entry.make(sources.map(({ adapter }) => adapter));
    return seeds.map((seed): ModelPlan => {
      const path = join(out, entry.id, `seed-${seed}`);
      const settings = modelSettings(workshop, { entry, seed, method, sources });
      const steps = settings.epochs * Math.ceil(task.train.length / settings.batchSize);
      return { entry, seed, path, settings, method, sources, steps };
    });
  });
}

function modelSettings(
  { plan, encoderPath, task }: Workshop,
  { entry, seed, method, sources }: Pick<ModelPlan, 'entry' | 'seed' | 'method' | 'sources'>,
): TrainSettings {
  const { rows: limit, testRows, batchSize, evalBatchSize, stages } = plan;
  const given = {
    ...{ encoder: encoderPath, task: task.id, out: '', seed, limit, batchSize },
    ...(testRows === null ? {} : { evalLimit: testRows }),
    ...stages[entry.stage],
    ...(sources.length > 0 ? { sources: sources.map(({ path }) => path) } : {}),
  };
  return { ...settleOptions(given, method, [{ info: task, path: null }], encoderPath), evalBatchSize };
}

/** Trains a model and saves it. */
export async function trainPlanned(
  { settings, method, sources, path }: ModelPlan,
  { encoder, encoderPath, task, signal }: Workshop,
  reporter: Pick<Reporter, 'start' | 'step' | 'epoch'>,
): Promise<RunFile> {
  await using out = await OutFolder.open(path);
  return trainModel({
    ...{ settings, method, tasks: [task], sources, encoder, encoderSource: encoderPath, encoderPath },
    ...{ out, reporter, signal },
  });
}
