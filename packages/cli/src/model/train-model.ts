import {
  type CheckpointStore,
  type Method,
  type ProgressEvent,
  type TrainEvent,
  train,
} from '@scalearn/core';
import { checkOptions, type TrainingNumbers, trainingOptions } from '@scalearn/core/methods';
import type { Task } from '@scalearn/datasets';
import type { TransformerEncoder } from '@scalearn/encoders';
import { modelFiles } from '@scalearn/models';
import { modelPlace } from '../folders/model-folder.ts';
import type { OutFolder } from '../folders/out-folder.ts';
import { encodeRunFile, runFileName } from '../folders/run-json.ts';
import { type RunData, type RunFile, storedArchitecture, type TaskRun } from '../folders/run-schema.ts';
import type { TrainSettings } from '../folders/settings-schema.ts';
import type { Source } from '../methods/preparation.ts';
import { readClassWeights } from '../options/class-weights.ts';
import type { TrainArguments } from '../options/train-table.ts';
import type { Reporter } from '../output/events.ts';
import { Pace } from '../output/progress.ts';
import { inJointTraining, unofficialFiles } from '../tasks/load-data.ts';
import { version } from '../version.ts';
import { encodePredictions, predictionsFileName, type TaskPredictions } from './kept-predictions.ts';
import { metricsOf, predictTest, scoresOf } from './scores.ts';

/** A model to train, with its inputs opened. */
export interface ModelJob {
  readonly settings: TrainSettings;
  readonly method: Method;
  readonly tasks: readonly Task[];
  readonly sources: readonly Source[];
  readonly encoder: TransformerEncoder;
  /** The encoder as the user named it. */
  readonly encoderSource: string;
  readonly encoderPath: string | undefined;
  readonly out: OutFolder;
  /** Where the state of a resumable run is kept. */
  readonly checkpoints?: CheckpointStore;
  /** Arguments of the user, for numbers that do not affect the model and are not in the settings. */
  readonly given?: TrainArguments;
  readonly resume?: boolean;
  readonly reporter: Pick<Reporter, 'start' | 'step' | 'epoch'> & Partial<Pick<Reporter, 'progress'>>;
  readonly signal: AbortSignal;
}

/** Trains a model, scores its best state on the test split, and saves it. */
export async function trainModel(job: ModelJob): Promise<RunFile> {
  const { settings, method, encoder, out, checkpoints, reporter, signal } = job;
  const { device } = encoder;
  const tasks = method.kind === 'joint' ? job.tasks.map(inJointTraining) : job.tasks;
  const pace = new Pace();
  const onEvent = (event: TrainEvent): void => {
    if (event.event === 'start') {
      pace.start(event);
      reporter.start({ ...event, deviceDescription: device.description });
    } else if (event.event === 'step') {
      pace.step(event);
      reporter.step(event);
    } else if (event.event === 'epoch') {
      pace.epoch(event);
      reporter.epoch(event);
    } else reporter.progress?.(event);
  };
  const { evalBatchSize, classWeights } = settings;
  const [task] = tasks as [Task];
  using model = await train({
    ...{ encoder, method, signal, onEvent },
    ...(method.kind === 'joint' ? { tasks } : { task }),
    ...trainingNumbers({ ...job.given, ...settings }),
    ...(classWeights && { classWeights: readClassWeights(classWeights) }),
    // Higher values are better for all metrics of the tasks.
    ...(settings.selectBy && { select: { metric: settings.selectBy, better: 'higher' } }),
    metrics: (predictions, { id }) => {
      const own = tasks.find((each) => each.id === id) ?? task;
      return metricsOf(own, own.validation, predictions);
    },
    checkpoints,
    resume: job.resume === true,
  });
  const runs: TaskRun[] = [];
  const answers: TaskPredictions[] = [];
  const how = {
    ...{ batchSize: evalBatchSize, signal },
    onProgress: (event: ProgressEvent) => reporter.progress?.(event),
  };
  for (const each of tasks) {
    const data = dataOf(each, settings);
    const splits = await predictTest(model.for(each.id), each, how);
    runs.push({ task: each.id, data, results: scoresOf(each, splits) });
    answers.push({ task: each.id, splits });
  }
  const files = {
    ...(await modelFiles(model, { card: { training: trainingFacts(settings, runs) } })),
    [predictionsFileName]: encodePredictions(answers, method.kind === 'joint'),
  };
  const [first] = runs as [TaskRun];
  const { history, bestEpoch, steps, seconds, parameterCount: parameters } = model;
  const run: Omit<RunFile, 'formatVersion'> = {
    ...describeRun(job),
    ...(method.kind === 'joint'
      ? { data: togetherOf(runs), results: {}, tasks: runs }
      : { data: first.data, results: first.results }),
    ...{ history, bestEpoch, steps, parameters },
    device: { kind: device.kind, description: device.description, memory: device.memory() },
    ...{ seconds, tokensPerSecond: pace.tokensPerSecond ?? null, files: Object.keys(files) },
  };
  await out.replace({ ...files, [runFileName]: await encodeRunFile(run, out.path) });
  return { formatVersion: 1, ...run };
}

/** Returns what a model card says about the training. */
function trainingFacts(
  { seed, learningRate }: TrainSettings,
  runs: readonly TaskRun[],
): Record<string, number> {
  const rows = runs.reduce((total, { data }) => total + data.rows.train, 0);
  return { 'training rows': rows, 'learning rate': learningRate, seed };
}

/** Returns the numeric options that `train` takes. */
function trainingNumbers(all: Readonly<Record<string, unknown>>): TrainingNumbers {
  const names = Object.keys(trainingOptions);
  const numbers = Object.fromEntries(names.map((name) => [name, all[name] ?? undefined]));
  checkOptions(trainingOptions, numbers);
  return numbers;
}

/** Describes a run before it starts. */
function describeRun({
  settings,
  sources,
  encoder,
  encoderSource,
  encoderPath,
}: ModelJob): Pick<
  RunFile,
  'version' | 'command' | 'task' | 'method' | 'seed' | 'settings' | 'encoder' | 'sources'
> {
  const { task, method, seed } = settings;
  const { name, fingerprint, architecture } = encoder;
  return {
    ...{ version, command: 'train', task, method, seed, settings },
    encoder: {
      ...{ source: encoderSource, path: encoderPath ?? null, name, fingerprint },
      shape: storedArchitecture(architecture),
    },
    sources: sources.map((each) => ({
      ...{ name: each.adapter.name, path: modelPlace(each.path), fingerprint: each.fingerprint },
    })),
  };
}

function dataOf(task: Task, { data, tasks }: TrainSettings): RunData {
  const { id, fingerprint, train: rows, validation, test } = task;
  return {
    path: tasks?.find((each) => each.task === id)?.data ?? data,
    fingerprint,
    rows: { train: rows.length, validation: validation.length, test: test.length },
    files: task.rows,
    unofficial: unofficialFiles(task),
  };
}

/** Sums the data of several tasks. */
function togetherOf(runs: readonly TaskRun[]): RunData {
  const sum = (split: keyof RunData['rows']): number =>
    runs.reduce((total, { data }) => total + data.rows[split], 0);
  return {
    path: null,
    fingerprint: runs.map(({ data }) => data.fingerprint).join(' '),
    rows: { train: sum('train'), validation: sum('validation'), test: sum('test') },
    files: {},
    unofficial: runs.flatMap(({ data }) => data.unofficial),
  };
}
