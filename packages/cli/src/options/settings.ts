import { resolve } from 'node:path';
import type { Method, SourceControl } from '@scalearn/core';
import { UsageError } from '../errors.ts';
import { type FoundTask, type OwnSettings, ownSettings } from '../model/find-task.ts';
import type { TrainArguments } from './train-options.ts';

/** What a run's options say about one of its tasks. */
export interface TaskSettings {
  readonly task: string;
  /** Null for a task that writes its rows itself. */
  readonly data: string | null;
  /** How files of the user's own are read. */
  readonly own?: OwnSettings;
  readonly maxLength: number;
}

/** A run's options with every default filled in; null where an option has no value. */
export interface TrainSettings {
  /** Its id; of several those, joined by commas. */
  readonly task: string;
  /** Of a joint method. */
  readonly tasks?: readonly TaskSettings[];
  readonly method: string;
  readonly encoder: string;
  /** Null for a task that writes its rows itself. */
  readonly data: string | null;
  /** How files of the user's own are read. */
  readonly own?: OwnSettings;
  readonly sources: readonly string[];
  /** What the sources are replaced by, to compare with. */
  readonly sourceControl?: SourceControl;
  readonly layers: number | null;
  readonly epochs: number;
  readonly maxSteps: number | null;
  readonly batchSize: number;
  readonly evalBatchSize: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly warmupSteps: number | null;
  readonly evaluateEvery?: number;
  readonly temperature?: number;
  readonly patience: number;
  /** The validation metric that chooses the best state; the loss where there is none. */
  readonly selectBy?: string;
  readonly maxLength: number;
  readonly limit: number | null;
  readonly evalLimit: number | null;
  /** Rows of the validation split alone. */
  readonly validationLimit?: number;
  /** Of the rows that are divided into training and validation split. */
  readonly trainPercent?: number;
  readonly seed: number;
  /** What else the method was given, in its own words. */
  readonly methodSettings: Readonly<Record<string, unknown>>;
}

/**
 * Fills in the defaults: the paper's for the method.
 *
 * @param encoderPath absolute path of the encoder; undefined for one that is no local folder
 */
export function settleOptions(
  given: TrainArguments,
  method: Method,
  found: readonly FoundTask[],
  encoderPath: string | undefined,
): TrainSettings {
  const { defaults, name } = method;
  // Sources have their own entry; here they would be names.
  const { sources: _, ...methodSettings } = method.settings ?? {};
  const tasks = found.map(
    ({ info, path, own, reading }): TaskSettings => ({
      task: info.id,
      data: path,
      ...(own && { own: ownSettings(own, reading) }),
      maxLength: given.maxLength ?? info.maxLength,
    }),
  );
  const [first] = tasks as [TaskSettings];
  return {
    task: tasks.map(({ task }) => task).join(', '),
    ...(method.kind === 'joint' ? { tasks } : {}),
    method: name,
    encoder: encoderPath ?? given.encoder,
    data: first.data,
    ...(first.own && { own: first.own }),
    sources: (given.sources ?? []).map((path) => resolve(path)),
    ...(given.sourceControl === undefined ? {} : { sourceControl: given.sourceControl }),
    layers: given.layers ?? null,
    epochs: given.epochs ?? defaults.epochs,
    // Joint methods plan steps rather than epochs.
    maxSteps: given.maxSteps ?? (given.epochs === undefined ? (defaults.steps ?? null) : null),
    batchSize: given.batchSize ?? 32,
    evalBatchSize: defaults.evalBatchSize ?? 32,
    learningRate: given.learningRate ?? defaults.learningRate,
    weightDecay: given.weightDecay ?? defaults.weightDecay,
    warmupSteps: given.warmupSteps ?? (defaults.warmup === undefined ? 0 : null),
    ...(given.evaluateEvery === undefined ? {} : { evaluateEvery: given.evaluateEvery }),
    ...(given.temperature === undefined ? {} : { temperature: given.temperature }),
    patience: given.patience ?? defaults.patience,
    ...selection(given.selectBy, method, found),
    maxLength: Math.max(...tasks.map(({ maxLength }) => maxLength)),
    limit: given.limit ?? null,
    evalLimit: given.evalLimit ?? null,
    ...(given.validationLimit === undefined ? {} : { validationLimit: given.validationLimit }),
    ...(given.trainPercent === undefined ? {} : { trainPercent: given.trainPercent }),
    seed: given.seed ?? 0,
    methodSettings,
  };
}

/** By default what the published runs of a task alone go by; joint ones go by the mean loss. */
function selection(
  given: string | undefined,
  { kind }: Method,
  found: readonly FoundTask[],
): Pick<TrainSettings, 'selectBy'> {
  const [first] = found;
  const named = given === 'primary' ? first?.info.primaryMetric : given;
  const selectBy = named ?? (kind === 'joint' ? undefined : first?.info.selectionMetric) ?? 'loss';
  if (selectBy === 'loss') return {};
  for (const { info } of found) {
    if (info.metrics.includes(selectBy)) continue;
    const choices = ['loss', 'primary', ...info.metrics].join(', ');
    throw new UsageError(`--select-by is ${selectBy}, which ${info.id} does not have; it has ${choices}`);
  }
  return { selectBy };
}

/**
 * Compares the options of two runs, but for where things lie, which decides nothing.
 *
 * @throws UsageError that names every option in which they differ
 */
export function checkSameSettings(stored: TrainSettings, asked: TrainSettings, where: string): void {
  const before = withoutPlaces(stored);
  const now = withoutPlaces(asked);
  const different = [...new Set([...Object.keys(before), ...Object.keys(now)])].filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(now[key]),
  );
  if (different.length === 0) return;
  const show = (key: string): string =>
    `${key} was ${JSON.stringify(before[key])}, is ${JSON.stringify(now[key])}`;
  throw new UsageError(
    `${where} holds a finished run with other settings (${different.map(show).join('; ')}); give what it was, choose another --out, or replace it with --overwrite`,
  );
}

function withoutPlaces({
  encoder: _,
  data: __,
  sources: ___,
  tasks,
  ...rest
}: TrainSettings): Record<string, unknown> {
  return { ...rest, ...(tasks && { tasks: tasks.map(({ data, ...task }) => task) }) };
}
