import {
  bottleneck,
  type Encoder,
  lora,
  type Method,
  type SourceAdapter,
  scalearn,
  type TrainedModel,
  train,
} from '@scalearn/core';
import { isLora, type Pooling } from '@scalearn/core/methods';
import type { Task } from '@scalearn/datasets';
import { evaluate, mean } from '@scalearn/evaluation';

/** What all short trainings of a ranking have in common. */
export interface TrialOptions {
  /** The frozen encoder of the sources. */
  readonly encoder: Encoder;
  /** The target. */
  readonly task: Task;
  /** Number of steps. */
  readonly steps: number;
  /** What the head reads of a text; by default what it reads in training. */
  readonly pooling?: Pooling | undefined;
  /** Aborting rejects with the signal's reason; by default nothing aborts. */
  readonly signal?: AbortSignal | undefined;
}

const batchSize = 32;
/** Number of evaluations in a training, of which the best state is kept. */
const evaluations = 4;

/** A score on the validation rows, and the mean coefficient of each source if there are sources. */
export interface Trial {
  /** Score by the task's primary metric; 0 for a correlation that is not defined. */
  readonly score: number;
  /** Mean of ω over layers, in the order of the sources; empty if there are none. */
  readonly coefficients: readonly number[];
}

/** Trains ScaLearnUniform on sources for a few steps. */
export function sourcesTrial(
  adapters: readonly SourceAdapter[],
  seed: number,
  options: TrialOptions,
): Promise<Trial> {
  return trial(scalearn({ sources: numbered(adapters), variant: 'scalearn-uniform' }), seed, options);
}

/** Numbers adapters. Names of published ones may be equal, or have characters that names of parameters cannot have. */
export function numbered(adapters: readonly SourceAdapter[]): SourceAdapter[] {
  return adapters.map((adapter, i) => ({ ...adapter, name: `source-${i}` }));
}

/**
 * Trains a new adapter of the same shape on the target alone, with its usual learning rate and with ten times as much.
 * The better of both counts, because few steps may need more.
 */
export async function aloneTrial(shape: SourceAdapter, seed: number, options: TrialOptions): Promise<Trial> {
  const method = sameShape(shape);
  const usual = await trial(method, seed, options);
  const faster = await trial(method, seed, options, 10 * method.defaults.learningRate);
  return usual.score > faster.score ? usual : faster;
}

function sameShape(adapter: SourceAdapter): Method {
  if (!isLora(adapter)) return bottleneck({ width: adapter.width, nonLinearity: adapter.nonLinearity });
  const [first] = adapter.modules.values();
  const { targetModules, excludeModules, layersToTransform } = adapter.targets;
  return lora({
    ...{ rank: first?.rank ?? 8, alpha: first?.alpha ?? 8, useRslora: adapter.useRslora, targetModules },
    ...(excludeModules === undefined ? {} : { excludeModules }),
    ...(layersToTransform === undefined ? {} : { layersToTransform }),
  });
}

async function trial(
  method: Method,
  seed: number,
  { encoder, task, steps, pooling, signal }: TrialOptions,
  learningRate?: number,
): Promise<Trial> {
  using model = await train({
    ...{ encoder, task, method, seed, batchSize, maxSteps: steps, patience: evaluations },
    epochs: Math.ceil(steps / Math.max(1, Math.floor(task.train.length / batchSize))),
    evaluateEvery: Math.max(1, Math.floor(steps / evaluations)),
    ...(learningRate === undefined ? {} : { learningRate }),
    ...(pooling && { pooling }),
    ...(signal && { signal }),
  });
  const { primary } = await evaluate(model, task, 'validation');
  // A correlation with constant predictions is not defined.
  const score = Number.isNaN(primary.value) ? 0 : primary.value;
  return { score, coefficients: await coefficientsOf(model) };
}

/** Returns the mean of ω over layers for each source of a ScaLearnUniform model; nothing for other methods. */
async function coefficientsOf(model: TrainedModel): Promise<readonly number[]> {
  const { tensors } = await model.snapshot();
  const bySource = new Map<number, number[]>();
  for (const [key, { data }] of tensors) {
    const [, names] = /([^.]+)\.omega$/.exec(key) ?? [];
    for (const [t, name] of (names?.split(',') ?? []).entries()) {
      const source = Number(name.replace('source-', ''));
      bySource.set(source, [...(bySource.get(source) ?? []), data[t] ?? Number.NaN]);
    }
  }
  return Array.from({ length: bySource.size }, (_, source) => mean(bySource.get(source) ?? [0]));
}
