import type { HostArray, Program } from '../devices/device.ts';
import { graphInputs, topologicalOrder } from '../graph/graph.ts';
import { peakMemory } from '../graph/peak-memory.ts';
import { type EncodedExample, encodeExamples, largestBatch } from '../model/batches.ts';
import { createPredictor, type Predictor } from '../model/predict.ts';
import { compileWithProgress, phaseReporter } from '../model/progress.ts';
import { type TrainingTask, taskName } from '../model/task.ts';
import type { TrainableModel } from '../model/trainable-model.ts';
import { createDropout } from '../nn/dropout.ts';
import { randomInput } from '../ops/dropout.ts';
import { classWeightsOf } from './class-weights.ts';
import { type TrainOptions, tasksOf } from './options.ts';
import type { Plan } from './plan.ts';
import { trainingGraph } from './step.ts';

/** A task in a run: its encoded examples, and the programs that train and evaluate on them. */
export interface Track {
  readonly task: TrainingTask;
  readonly name: string;
  readonly train: readonly EncodedExample[];
  readonly validation: readonly EncodedExample[];
  /** Weight of each class in the loss; absent if all weights are equal. */
  readonly classWeights?: readonly number[] | undefined;
  readonly program: Program;
  /** Evaluates the validation split; absent for a task without validation rows. */
  readonly predictor: Predictor | undefined;
  /** Bytes of a training step's intermediate values; an estimate if the device does not report them. */
  readonly activations: number;
  /** Runs a training step. Drops inputs that its program does not take, such as the random state without dropout. */
  step(feeds: Readonly<Record<string, HostArray>>): Promise<Record<string, HostArray>>;
}

type TrackData = Pick<Track, 'task' | 'train' | 'validation' | 'classWeights'>;

/** Prepares all tasks of a run. Nothing else is created during training. */
export async function createTracks(
  options: TrainOptions,
  plan: Plan,
  model: TrainableModel,
): Promise<Track[]> {
  const tasks = tasksOf(options);
  const { encoder, signal } = options;
  const report = phaseReporter(options.onEvent)('tokenize');
  const total = tasks.reduce((sum, { train, validation }) => sum + train.length + validation.length, 0);
  let before = 0;
  const encode = async (task: TrainingTask, split: 'train' | 'validation'): Promise<EncodedExample[]> => {
    const onProgress = report && ((done: number): void => report(before + done, total));
    const rows = await encodeExamples(encoder, task, task[split], { signal, onProgress });
    before += rows.length;
    return rows;
  };
  const weights = tasks.map((task) => classWeightsOf(options.classWeights, task));
  const data: TrackData[] = [];
  for (const [i, task] of tasks.entries()) {
    const [train, validation] = [await encode(task, 'train'), await encode(task, 'validation')];
    data.push({ task, train, validation, classWeights: weights[i] });
  }
  const tracks: Track[] = [];
  try {
    for (const each of data) tracks.push(await createTrack(each, options, plan, model));
  } catch (error) {
    disposeTracks(tracks);
    throw error;
  }
  return tracks;
}

export function disposeTracks(tracks: readonly Track[]): void {
  for (const { program, predictor } of tracks) {
    program.dispose();
    predictor?.dispose();
  }
}

async function createTrack(
  data: TrackData,
  { encoder, onEvent }: TrainOptions,
  plan: Plan,
  model: TrainableModel,
): Promise<Track> {
  const report = phaseReporter(onEvent);
  const name = taskName(data.task);
  const { classWeights } = data;
  const parts = model.build(createDropout(randomInput()), name, classWeights !== undefined);
  const graph = trainingGraph(parts, model.parameters, { maxGradNorm: plan.maxGradNorm, task: name });
  const inputs = new Set(graphInputs(topologicalOrder(graph)).keys());
  const largest = largestBatch(data.train, plan.batchSize);
  const program = await compileWithProgress(encoder.device, graph, {
    ...largest,
    label: 'training',
    onProgress: report('compile'),
  });
  try {
    const how = { batchSize: plan.evalBatchSize, onProgress: report('compile') };
    const predictor =
      data.validation.length > 0
        ? await createPredictor(model, name, data.validation, how, classWeights)
        : undefined;
    const step = (feeds: Readonly<Record<string, HostArray>>): Promise<Record<string, HostArray>> =>
      program.run(Object.fromEntries(Object.entries(feeds).filter(([input]) => inputs.has(input))));
    const activations = program.statistics.arenaBytes ?? peakMemory(graph, largest.capacity);
    return { ...data, name, program, predictor, activations, step };
  } catch (error) {
    program.dispose();
    throw error;
  }
}
