import { type HubOptions, sha256 } from '@scalearn/hub';
import { checkPositiveInteger, InvalidOptionError, MissingFileError } from './errors.ts';
import { fingerprintExamples } from './fingerprint.ts';
import { hubSource } from './hub/hub-source.ts';
import { findTask } from './registry.ts';
import { type FileSource, memorySource, toSource } from './source.ts';
import { nestedSubset, trainTestSplit } from './split.ts';
import type { Example, SplitName, Task, TaskDefinition, TaskInfo } from './task.ts';

export interface LoadOptions {
  /**
   * Folder, address or source of the files listed in `TaskInfo.files`, or of the hub's parquet files in the hub's
   * layout. Default: the hub (`TaskInfo.hub`), or generated rows for tasks that generate them.
   */
  readonly data?: string | URL | FileSource | undefined;
  /** How to reach the hub, and where its cache is; by default as {@link HubOptions} says */
  readonly hub?: HubOptions | undefined;
  /**
   * Number of training rows to use: the first rows of the training part after its random division. This is the few-shot
   * setting, `max_train_samples` of the published experiments. If there is an official validation file, the first rows
   * of the training file are used. Default: all.
   */
  readonly limit?: number | undefined;
  /**
   * Number of validation rows to use, from the first: `max_eval_samples`, 5000 in published few-shot experiments.
   * Default: all.
   */
  readonly validationLimit?: number | undefined;
  /**
   * Number of rows to use of the validation part and of each test set, from the first. For quick checks, not for
   * results. Default: all.
   */
  readonly evalLimit?: number | undefined;
  /**
   * Percentage of the training file to divide: 5, 10, …, 100 (default). Smaller subsets are contained in larger ones.
   */
  readonly maxTrainPct?: number | undefined;
  /** Seed of the division. Default 42, as in the published experiments. It does not depend on the seed of the run. */
  readonly splitSeed?: number | bigint | undefined;
}

/**
 * Loads a task and divides its training file into a training and a validation part as the published experiments do.
 * `task` is one of `taskIds` or a custom definition.
 *
 * Throws a `DatasetError`: `UnknownTaskError`, `InvalidOptionError`, `MissingFileError`, `UnreadableFileError`,
 * `EmptyFileError`, `MissingColumnError`, `MalformedRowError`, `LabelError` or `SplitError`. Throws a `HubError` if the
 * hub fails.
 */
export async function loadTask(task: string | TaskDefinition, options: LoadOptions = {}): Promise<Task> {
  const { limit, evalLimit, validationLimit } = options;
  for (const [name, value] of Object.entries({ limit, evalLimit, validationLimit }))
    if (value !== undefined) checkPositiveInteger(name, value);
  const definition = typeof task === 'string' ? findTask(task) : task;
  const { info } = definition;
  const names: FileNames = info.files ?? {};
  const source = sourceOf(info, options);
  const files = await readSplits(definition, names, source).catch(async (error: unknown) => {
    throw (await asTooDeep(error, source)) ?? error;
  });
  const { train, validation } = divide(files.get('train')!, files.get('validation'), info, options);
  const testMismatched = files.get('testMismatched');
  return {
    ...info,
    train: train.slice(0, limit),
    validation: validation.slice(0, Math.min(evalLimit ?? all, validationLimit ?? all)),
    test: files.get('test')!.slice(0, evalLimit),
    ...(testMismatched && { testMismatched: testMismatched.slice(0, evalLimit) }),
    rows: Object.fromEntries(Array.from(files, ([split, rows]) => [split, countRows(rows, info)])),
    fingerprint: await fingerprint(files),
  };
}

/** Rewords the error if the given folder is the one that holds the files, rather than its parent. */
async function asTooDeep(error: unknown, source: FileSource): Promise<MissingFileError | undefined> {
  if (!(error instanceof MissingFileError)) return undefined;
  for (const path of error.looked) {
    const [, folder, name] = /^(.+\/)([^/*]+)$/.exec(path) ?? [];
    if (folder === undefined || name === undefined || (await source.read(name)) === undefined) continue;
    const where = source.describe();
    return new MissingFileError(
      error.looked,
      where,
      `Found no ${path} in ${where}, which has ${name} itself. Give the folder above it, the one that holds ${folder}.`,
    );
  }
  return undefined;
}

/** Returns the source of a task's files. */
function sourceOf({ files, hub }: TaskInfo, options: LoadOptions): FileSource {
  const { data } = options;
  if (data !== undefined) return toSource(data);
  if (hub !== undefined) return hubSource(hub.repository, options.hub);
  if (files === undefined) return memorySource({});
  throw new InvalidOptionError('data', data, `the folder that holds ${Object.values(files).join(', ')}`);
}

const all = Number.POSITIVE_INFINITY;

type FileNames = Readonly<Partial<Record<SplitName, string>>>;

/** Reads every split that exists. A file of two splits is read once. */
async function readSplits(
  definition: TaskDefinition,
  names: FileNames,
  source: FileSource,
): Promise<Map<SplitName, readonly Example[]>> {
  const files = new Map<SplitName, readonly Example[]>();
  const splits = definition.splits ?? splitNames.filter((split) => names[split] !== undefined);
  for (const split of splits) {
    const same = [...files.keys()].find(
      (other) => names[split] !== undefined && names[other] === names[split],
    );
    files.set(split, (same && files.get(same)) ?? (await definition.read(split, source)));
  }
  return files;
}

/** Counts rows as the official release does: all candidates for an answer count as one row. */
function countRows(examples: readonly Example[], { ranksCandidates = false }: TaskInfo): number {
  return ranksCandidates ? new Set(examples.map(({ group }) => group)).size : examples.length;
}

const splitNames: readonly SplitName[] = ['train', 'validation', 'test', 'testMismatched'];

/**
 * Divides the training file. An official validation file is used unchanged, and the training file then keeps its order.
 */
function divide(
  rows: readonly Example[],
  official: readonly Example[] | undefined,
  { stratified }: TaskInfo,
  { maxTrainPct, splitSeed: seed }: LoadOptions,
): Pick<Task, 'train' | 'validation'> {
  const pick = (positions: Int32Array) => Array.from(positions, (position) => rows[position]!);
  const options = { labels: stratified ? rows.map(({ label }) => label as number) : undefined, seed };
  if (official !== undefined) {
    return { train: pick(nestedSubset(rows.length, maxTrainPct ?? 100, options)), validation: official };
  }
  const { train, validation } = trainTestSplit(rows.length, { ...options, maxTrainPct });
  return { train: pick(train), validation: pick(validation) };
}

async function fingerprint(files: ReadonlyMap<SplitName, readonly Example[]>): Promise<string> {
  const lines: string[] = [];
  for (const [split, rows] of files) lines.push(`${split} ${await fingerprintExamples(rows)}\n`);
  return sha256(lines.join(''));
}
