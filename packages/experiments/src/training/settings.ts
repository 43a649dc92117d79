import type { Method } from '@scalearn/core';
import type { Pooling } from '@scalearn/core/methods';
import type { FileTask } from '@scalearn/datasets';
import { UsageError } from '../errors.ts';
import { classWeightsFor, sortedClassWeights } from '../options/class-weights.ts';
import type { OwnSettings, Reading } from '../options/own-data.ts';
import { type TrainArguments, trainOptions } from '../options/train-table.ts';
import type { StoredOptions, TaskSettings, TrainSettings } from '../runs/settings-schema.ts';
import { modelPlace } from '../runs/stored-model.ts';
import type { FoundTask } from '../tasks/find-task.ts';

/**
 * Fills in the defaults, which are those of the paper for the method.
 *
 * @param encoder its absolute path, undefined if it is not a local folder, and what it reads of texts, if it says so
 */
export function settleOptions(
  given: Omit<TrainArguments, 'out'>,
  method: Method,
  found: Found,
  encoder: { readonly path: string | undefined; readonly pooling?: Pooling | undefined },
): TrainSettings {
  const { defaults, name } = method;
  // Sources have their own field. The method's settings would only hold their names.
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
    ...{ method: name, encoder: encoder.path ?? given.encoder, data: first.data },
    ...(first.own && { own: first.own }),
    ...storedOptions(
      {
        ...given,
        sources: (given.sources ?? []).map(modelPlace),
        batchSize: given.batchSize ?? smallBatchSize(found, given.limit),
        // Joint methods plan steps instead of epochs.
        maxSteps: given.maxSteps ?? (given.epochs === undefined ? defaults.steps : undefined),
        warmupSteps: given.warmupSteps ?? (defaults.warmup === undefined ? 0 : undefined),
        classWeights: classWeightsFor(
          given.classWeights,
          found.map(({ info }) => info),
        ),
        // Published tasks are read as in the paper.
        pooling: given.pooling ?? (tasks.every(({ own }) => own) ? encoder.pooling : undefined),
        selectBy: selection(given.selectBy, method, found),
        maxLength: Math.max(...tasks.map(({ maxLength }) => maxLength)),
      },
      { ...defaults },
    ),
    methodSettings,
  };
}

/** A file of fewer training rows is small. */
const smallRows = 1000;

/**
 * Returns the batch size for a small file of the user's own: few rows need more than a few steps an epoch. Measured for a
 * single adapter (experiments/small-files.yaml), and not for other methods. It is undefined for other data.
 */
function smallBatchSize([first, ...more]: Found, limit = Number.POSITIVE_INFINITY): number | undefined {
  const rows = first?.own?.layout.splits.train.rows;
  return more.length === 0 && rows !== undefined && Math.min(rows, limit) < smallRows ? 8 : undefined;
}

function ownSettings({ info, layout }: FileTask, reading: Reading | undefined): OwnSettings {
  const { text, textPair, label, problem } = layout;
  return { text, textPair, label, problem, labels: info.labels, ...(reading && { reading }) };
}

/**
 * Returns options in the form of the settings: the given value, else the method's default, else the general default.
 * The types follow from the table.
 */
function storedOptions(given: Fields, defaults: Fields): StoredOptions {
  const all = Object.entries(trainOptions).flatMap(([name, { stored, default: fallback }]) => {
    const value = given[name] ?? (stored === 'always' ? (defaults[name] ?? fallback) : undefined);
    return stored === undefined || (stored === 'given' && value === undefined) ? [] : [[name, value ?? null]];
  });
  return Object.fromEntries(all) as StoredOptions;
}

type Found = readonly FoundTask[];
type Fields = Readonly<Partial<Record<string, unknown>>>;

/**
 * Returns how the best state is selected. By default, runs of a single task use what the published runs use, and joint
 * runs use the mean loss.
 */
function selection(given: string | undefined, { kind }: Method, found: Found): string | undefined {
  const { primaryMetric, selectionMetric } = found[0]?.info ?? {};
  const named = given === 'primary' ? primaryMetric : given;
  const selectBy = named ?? (kind === 'joint' ? undefined : selectionMetric) ?? 'loss';
  if (selectBy === 'loss') return undefined;
  for (const { info } of found) {
    if (info.metrics.includes(selectBy)) continue;
    const choices = ['loss', 'primary', ...info.metrics].join(', ');
    throw new UsageError(`--select-by is ${selectBy}, which ${info.id} does not have; it has ${choices}`);
  }
  return selectBy;
}

/**
 * Compares the options of two runs. Paths are left out, because they do not affect the model.
 *
 * @throws UsageError that names every option in which they differ
 */
export function checkSameSettings(stored: TrainSettings, asked: TrainSettings, where: string): void {
  const before = decisive(stored);
  const now = decisive(asked);
  const different = Object.keys({ ...before, ...now }).flatMap((key) => {
    const [was, is] = [JSON.stringify(before[key]), JSON.stringify(now[key])];
    return trainOptions[key]?.mayChangeOnResume || was === is ? [] : [`${key} was ${was}, is ${is}`];
  });
  if (different.length === 0) return;
  throw new UsageError(
    `${where} holds a finished run with other settings (${different.join('; ')}); give the original values, choose another --out, or replace it with --overwrite`,
  );
}

/** Returns the settings that determine a run. Paths are left out. */
export function decisive({ tasks, ...settings }: TrainSettings): Record<string, unknown> {
  const own = Object.entries(settings).filter(([name]) => (trainOptions[name]?.decides ?? true) === true);
  const { classWeights } = settings;
  return {
    ...Object.fromEntries(own),
    // Earlier versions stored them in any order.
    ...(classWeights && { classWeights: sortedClassWeights(classWeights) }),
    ...(tasks && { tasks: tasks.map(({ data, ...task }) => task) }),
  };
}
