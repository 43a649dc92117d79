import type { ProgressEvent, TrainEvent } from '@scalearn/core';
import type { Task } from '@scalearn/datasets';
import type { TrainingHistory } from '@scalearn/evaluation';
import { modelFiles } from '@scalearn/models';
import type { Reporter } from '../events/events.ts';
import { Pace } from '../events/pace.ts';
import { runFileName } from '../folders/names.ts';
import type { OutFolder } from '../folders/out-folder.ts';
import type { Source } from '../methods/preparation.ts';
import { encodePredictions, predictionsFileName } from '../runs/predictions.ts';
import { encodeRunFile } from '../runs/run-json.ts';
import { type RunData, type RunFile, storedArchitecture, type TaskRun } from '../runs/run-schema.ts';
import { keptAssessment } from '../runs/scores.ts';
import type { TrainSettings } from '../runs/settings-schema.ts';
import { modelPlace } from '../runs/stored-model.ts';
import { inJointTraining, unofficialFiles } from '../tasks/load-data.ts';
import { version } from '../version.ts';
import { crossValidate } from './cross-validation.ts';
import { type FitOptions, fit } from './fit.ts';
import { type Judgment, judge } from './judge.ts';

/** A model to train, with its inputs opened. */
export interface ModelJob extends FitOptions {
  readonly tasks: readonly Task[];
  readonly sources: readonly Source[];
  /** The encoder as the user named it. */
  readonly encoderSource: string;
  readonly encoderPath: string | undefined;
  readonly out: OutFolder;
  readonly reporter: Pick<Reporter, 'start' | 'step' | 'epoch'> &
    Partial<Pick<Reporter, 'progress' | 'note'>>;
}

/** Trains a model, scores its best state on the test split, and saves it. */
export async function trainModel(job: ModelJob): Promise<RunFile> {
  const { settings, method, encoder, out, reporter, signal } = job;
  const { device } = encoder;
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
  const { evalBatchSize, classWeights, folds } = settings;
  const predicting = {
    ...{ batchSize: evalBatchSize, signal },
    onProgress: (event: ProgressEvent) => reporter.progress?.(event),
  };
  const validated =
    folds === undefined
      ? undefined
      : await crossValidate(job.tasks[0] as Task, folds, {
          ...{ settings, method, encoder, signal, predicting, reporter },
        });
  const given = method.kind === 'joint' ? job.tasks.map(inJointTraining) : job.tasks;
  const tasks = validated ? [validated.task] : given;
  const trained = validated
    ? { ...settings, epochs: validated.folds.epochs, patience: validated.folds.epochs }
    : settings;
  using model = await fit({ ...job, settings: trained }, tasks, onEvent);
  const { history: records, bestEpoch, steps, seconds, parameterCount: parameters } = model;
  // The losses of joint training are of all tasks.
  const history: TrainingHistory | undefined =
    method.kind === 'joint' ? undefined : { records, best: bestEpoch, weighted: classWeights !== undefined };
  const runs: TaskRun[] = [];
  const judgments = new Map<string, Judgment>();
  for (const each of tasks) {
    const found =
      validated?.judgment ?? (await judge(model.for(each.id), each, settings, { history, predicting }));
    judgments.set(each.id, found);
    const { results, assessment } = found;
    const data = dataOf(each, settings);
    runs.push({ task: each.id, data, results, assessment: keptAssessment(assessment) });
  }
  const answers = Array.from(judgments, ([id, { splits }]) => ({ task: id, splits }));
  const files = {
    ...(await modelFiles(model, {
      calibration: Object.fromEntries(Array.from(judgments, ([id, each]) => [id, each.calibration])),
      card: {
        training: trainingFacts(settings, runs),
        assessments: Object.fromEntries(Array.from(judgments, ([id, each]) => [id, each.assessment])),
      },
    })),
    [predictionsFileName]: encodePredictions(answers, method.kind === 'joint'),
  };
  const [first] = runs as [TaskRun];
  const run: Omit<RunFile, 'formatVersion'> = {
    ...describeRun(job),
    ...(method.kind === 'joint'
      ? { data: togetherOf(runs), results: {}, tasks: runs }
      : { data: first.data, results: first.results, assessment: first.assessment }),
    ...(validated && { folds: validated.folds }),
    ...{ history: records, bestEpoch, steps, parameters },
    device: {
      ...{ kind: device.kind, description: device.description, memory: device.memory() },
      ...(device.kernels && Object.keys(device.kernels).length > 0 && { kernels: device.kernels }),
    },
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
