import { basename, dirname, resolve } from 'node:path';
import { readSnapshot, type ScalearnVariant, scalearnVariants } from '@scalearn/core';
import { describeTask, taskIds } from '@scalearn/datasets';
import {
  encoderParameterCount,
  type FamilyOptions,
  localFolder,
  readEncoderConfig,
} from '@scalearn/encoders';
import { mean, type Problem, standardDeviation } from '@scalearn/evaluation';
import type {
  ReportEncoder,
  ReportRun,
  ReportTask,
  RunCoefficients,
  RunKind,
  TaskScores,
} from '@scalearn/report';
import { FolderError } from '../errors.ts';
import { snapshotTarget } from '../models/load-model.ts';
import { keptTask, openPredictions } from '../runs/predictions.ts';
import type { RunFile, TaskRun } from '../runs/run-schema.ts';
import { openModelFolder } from '../runs/stored-model.ts';
import { omegaRows } from './omega-rows.ts';

/** A run with facts about its tasks and its encoder. */
export interface CollectedRun {
  readonly run: ReportRun;
  readonly tasks: readonly ReportTask[];
  readonly encoder: ReportEncoder;
  /** Path where it was found, for messages. */
  readonly folder: string;
}

/** Names of the run, if an experiment defines them. */
type RunNames = Pick<ReportRun, 'id' | 'entry' | 'label' | 'axes' | 'purpose'> & {
  /** Displayed name of the encoder. */
  readonly encoderName: string;
  /** Ids of the source runs, in the order of the run's sources. */
  readonly sources?: readonly string[];
};

/**
 * Reads a model folder for a report.
 *
 * @throws FolderError for a merged model, which was not trained
 */
export async function collectRun(
  folder: string,
  file: RunFile,
  known: FamilyOptions,
  names: RunNames = plainNames(folder, file),
): Promise<CollectedRun> {
  if (file.command === 'merge')
    throw new FolderError(`${folder} is a merged model, not a run; give the model that it was merged from`);
  const isJoint = file.tasks !== undefined;
  const parts = file.tasks ?? [{ task: file.task, data: file.data, results: file.results }];
  const kept = await openPredictions(folder);
  const scored = parts.map((part) =>
    scoredTask(part, file, (problem) => kept && keptTask(kept, isJoint ? `${part.task}/` : '', problem)),
  );
  const coefficients = await readCoefficients(folder, file, known);
  const { encoderName, sources, ...named } = names;
  const { fingerprint, shape } = file.encoder;
  const encoder: ReportEncoder = {
    name: encoderName,
    ...{ fingerprint, layers: shape.layers, hiddenSize: shape.hiddenSize },
    parameters: await parameterCount(file, known),
  };
  const run: ReportRun = {
    ...{ ...named, method: file.method, kind: kindOf(file), seed: file.seed },
    encoder: encoderKey(encoder),
    sources: file.sources.map(({ name, path }, i) => ({ name, run: sources?.[i] ?? pathId(path) })),
    scores: scored.map(({ score }) => score),
    history: file.history.map(({ epoch, step, trainLoss, validationLoss }) => ({
      ...{ epoch, step, trainLoss, validationLoss },
    })),
    ...{ bestEpoch: file.bestEpoch, steps: file.steps, parameters: file.parameters },
    ...{ seconds: file.seconds, tokensPerSecond: file.tokensPerSecond },
    device: file.device.description,
    memory: file.device.memory?.total || null,
    settings: withoutPaths(file),
    version: file.version,
    ...(coefficients ? { coefficients } : {}),
  };
  return { run, tasks: scored.map(({ task }) => task), encoder, folder };
}

/** Returns a key for an encoder: its weights, and the number of layers in use. */
export const encoderKey = ({ fingerprint, layers }: ReportEncoder): string =>
  `${fingerprint.slice(0, 16)}-${layers}`;

/** Returns the end of a path. It identifies a run without the machine's folders. */
export const pathId = (path: string): string =>
  `${basename(dirname(resolve(path)))}/${basename(resolve(path))}`;

function plainNames(folder: string, { method, settings, sources, encoder }: RunFile): RunNames {
  const { omega } = settings.methodSettings;
  const isProbe = method === 'probe' && Array.isArray(omega);
  const of = sources.map(({ name }) => name).join(' + ');
  return {
    id: pathId(folder),
    entry: isProbe ? `${method} ${of}` : method,
    label: isProbe ? of : method,
    axes: isProbe ? { omega: omega as number[] } : {},
    purpose: 'report',
    encoderName: encoder.path === null ? encoder.source : folderName(encoder.path),
  };
}

/** Returns a folder's name. If that is a general name, the name of the parent folder. */
export function folderName(path: string): string {
  const name = basename(path);
  return ['encoder', 'model'].includes(name) ? basename(dirname(path)) : name;
}

function kindOf({ method, tasks, sources }: RunFile): RunKind {
  if (tasks) return 'joint';
  if (sources.length === 0) return 'single-task';
  return method === 'probe' ? 'analysis' : 'two-stage';
}

function scoredTask(
  { task: id, data: { rows, unofficial }, results: { test } }: TaskRun,
  file: RunFile,
  keptOf: (problem: ReportTask['problem']) => ReturnType<typeof keptTask>,
): { readonly task: ReportTask; readonly score: TaskScores } {
  const metrics = test?.metrics ?? {};
  const { name, problem, metric, hasOwnRows } = taskFacts(id, file, metrics);
  const { labels, columns, predictions } = (hasOwnRows && keptOf(problem)) || {};
  return {
    task: {
      ...{ id, name, problem, metric, rows: test?.rows ?? rows.test },
      ...(labels !== undefined && { labels, columns }),
      unofficial,
    },
    score: { task: id, metrics, ...(predictions !== undefined && { predictions }) },
  };
}

/** Counts the values of the encoder's weights; returns null if its configuration cannot be read. */
async function parameterCount(
  { encoder: { path, shape } }: RunFile,
  known: FamilyOptions,
): Promise<number | null> {
  if (path === null) return null;
  try {
    const config = await readEncoderConfig(await localFolder(path), known);
    return encoderParameterCount({ ...config, layers: shape.layers }, known);
  } catch {
    return null;
  }
}

/** Returns the settings without those that name folders of the machine. */
function withoutPaths({ settings }: RunFile): Record<string, unknown> {
  const { data: _, encoder: __, sources: ___, tasks, ...rest } = settings;
  return { ...rest, ...(tasks ? { tasks: tasks.map(({ task, maxLength }) => ({ task, maxLength })) } : {}) };
}

interface TaskFacts {
  readonly name: string;
  readonly problem: Problem;
  readonly metric: string;
  /**
   * Whether each test row has a prediction of its own, so that rows can be exchanged in a test. False if several rows
   * form one answer.
   */
  readonly hasOwnRows: boolean;
}

/** Returns a report's facts about a task: from the registry, or from the run for the user's own task. */
function taskFacts(id: string, run: RunFile, metrics: Readonly<Record<string, unknown>>): TaskFacts {
  if (taskIds.includes(id)) {
    const { name, problem, primaryMetric: metric, ranksCandidates = false } = describeTask(id);
    return { name, problem, metric, hasOwnRows: !ranksCandidates };
  }
  const own = run.settings.tasks?.find(({ task }) => task === id)?.own ?? run.settings.own;
  const [metric = 'accuracy'] = Object.keys(metrics);
  const problem = own?.problem ?? 'singleLabelClassification';
  return { name: id.replace(/^own\//, ''), problem, metric, hasOwnRows: true };
}

/** Reads ω of a trained ScaLearn model, with the mean and deviation of vectors; returns undefined for other methods. */
export async function readCoefficients(
  path: string,
  run: RunFile,
  known: FamilyOptions = {},
): Promise<RunCoefficients | undefined> {
  if (!scalearnVariants.includes(run.method as ScalearnVariant)) return undefined;
  const { tensors } = await readSnapshot(await openModelFolder(path), snapshotTarget(run, known));
  const sources = run.sources.map(({ name }) => name);
  const vectors = omegaRows(tensors, sources);
  const isVector = vectors.some((layer) => layer.some(({ length }) => length > 1));
  const spread = vectors.map((layer) => layer.map((each) => standardDeviation(each) ?? 0));
  return {
    ...{ sources, values: vectors.map((layer) => layer.map(mean)), ...(isVector && { spread }) },
    start: Number(run.settings.methodSettings.initScale) / sources.length,
  };
}
