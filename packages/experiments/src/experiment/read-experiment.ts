import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { asFolderError, UsageError } from '../errors.ts';
import type { MethodRegistry } from '../methods/registry.ts';
import { plainSetup, type Setup } from '../setup/setup.ts';
import { checkExperiment, isOfOtherMethods } from './check-experiment.ts';
import {
  type Entry,
  type Experiment,
  longForm,
  type Options,
  type SourceRule,
  type TaskExceptions,
  type Written,
  type WrittenSources,
} from './experiment.ts';
import { readWritten } from './schema.ts';
import { YamlFile } from './yaml-file.ts';

/** Values that override those of the file. */
export interface Overrides {
  /** Encoders; by default the file's. */
  readonly encoders?: readonly string[];
  /** Folder of the data; by default the file's. */
  readonly data?: string;
  /** Targets; by default the file's. */
  readonly tasks?: readonly string[];
  /** Names of the entries that are run; by default all that the file reports. */
  readonly methods?: readonly string[];
  /** Seeds; by default the file's. */
  readonly seeds?: readonly number[];
  /** Whether the file's part `fast` applies; by default it does not. */
  readonly fast?: boolean;
}

/**
 * Reads an experiment file.
 *
 * @param setup what a configuration file adds
 * @throws UsageError with line and column for a fault in the file; FolderError if it cannot be read
 */
export async function readExperiment(
  path: string,
  overrides: Overrides = {},
  { methods }: Pick<Setup, 'methods'> = plainSetup,
): Promise<Experiment> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw asFolderError(error, `the experiment ${path} could not be read`);
  });
  const file = new YamlFile(text, path);
  const written = readWritten(file, methods);
  const fast = overrides.fast ? written.fast : undefined;
  if (overrides.fast && !written.fast)
    throw new UsageError(`${path} has no part 'fast', which says what --fast leaves out`);
  const folder = dirname(resolve(path));
  const name = basename(path).replace(/\.ya?ml$/, '');
  checkExperiment(file, written, folder, methods);
  const kept = overrides.methods ?? fast?.methods;
  const unknown = kept?.find((id) => !Object.hasOwn(written.methods, id));
  if (unknown !== undefined)
    throw new UsageError(
      `${path} has no method '${unknown}'; it has ${Object.keys(written.methods).join(', ')}`,
    );
  const unreported = overrides.methods?.find((id) => written.methods[id]?.report === false);
  if (unreported !== undefined)
    throw new UsageError(
      `${path} does not report '${unreported}' (report: false), so --methods cannot name it; name a method that takes its sources from it`,
    );
  const entries = Object.keys(written.methods).map((id) => readEntry(id, written, overrides, methods));
  return {
    name: overrides.fast ? `${name}-fast` : name,
    title: written.title ?? name,
    encoders: overrides.encoders ?? written.encoders.map((each) => relativeTo(folder, each)),
    data: dataFolders(written.data, overrides.data, folder),
    ...{ folder, entries, references: written.compare ?? [] },
  };
}

/** Reads an entry and fills in its defaults. Its own options override the common ones, and `--fast` overrides both. */
function readEntry(
  id: string,
  written: Written,
  { fast: isFast, ...overrides }: Overrides,
  methods: MethodRegistry,
): Entry {
  const fast = isFast ? written.fast : undefined;
  const own = written.methods[id] ?? {};
  const method = methods.find(own.method ?? id);
  const kept = overrides.methods ?? fast?.methods;
  const onlyTasks = overrides.tasks ?? fast?.tasks;
  const tasks = onlyTasks ?? written.tasks;
  const general = (options: Options = {}): Options =>
    Object.fromEntries(Object.entries(options).filter(([name]) => !isOfOtherMethods(name, method, methods)));
  /** Exceptions of a task in each part of the file; none without a task. */
  const exceptions = (task?: string): (TaskExceptions | undefined)[] =>
    [written, own, fast].map((part) => (task === undefined ? undefined : part?.perTask?.[task]));
  const optionsOf = (task?: string): Options => {
    const [common, special, ofFast] = exceptions(task);
    return {
      ...{ ...general(written.options), ...general(common?.options) },
      ...{ ...own.options, ...special?.options },
      ...{ ...general(fast?.options), ...general(ofFast?.options) },
    };
  };
  const seedsOf = (task?: string): readonly number[] => {
    const [common, special, ofFast] = exceptions(task);
    const fastest = overrides.seeds ?? ofFast?.seeds ?? fast?.seeds;
    return fastest ?? special?.seeds ?? own.seeds ?? common?.seeds ?? written.seeds ?? [0];
  };
  const special = [written.perTask, own.perTask, fast?.perTask].flatMap((each) => Object.keys(each ?? {}));
  return {
    ...{ id, method, label: own.label ?? id },
    tasks: own.tasks?.filter((task) => onlyTasks?.includes(task) ?? true) ?? tasks,
    ...{ seeds: seedsOf(), options: optionsOf() },
    perTask: Object.fromEntries(
      special.map((task) => [task, { seeds: seedsOf(task), options: optionsOf(task) }]),
    ),
    // Fewer targets do not mean fewer sources.
    ...(own.sources && { sources: sourceRule(own.sources, written.tasks) }),
    vary: own.vary ?? {},
    isReported: own.report !== false && (kept?.includes(id) ?? true),
  };
}

function sourceRule(written: string | WrittenSources, tasks: readonly string[]): SourceRule {
  const { from, tasks: named = tasks, seed = 0, own, kind = 'trained' } = longForm(written);
  const isAlone = own === 'only';
  return {
    ...{ from, tasks: isAlone ? [] : named },
    seed: seed === 'same' ? undefined : seed,
    own: own === false ? undefined : isAlone ? from : (own ?? from),
    addsOwn: typeof own === 'string',
    control: kind === 'trained' ? undefined : kind,
  };
}

function dataFolders(
  written: Written['data'],
  override: string | undefined,
  folder: string,
): Readonly<Record<string, string>> {
  if (override !== undefined) return { '*': resolve(override) };
  const folders = typeof written === 'string' ? { '*': written } : (written ?? {});
  return Object.fromEntries(
    Object.entries(folders).map(([benchmark, path]) => [benchmark, resolve(folder, path)]),
  );
}

/**
 * Resolves a path of the file, which is relative to it and begins with a dot. Names of tasks and of encoders on the hub
 * stay unchanged.
 */
export function relativeTo(folder: string, name: string): string {
  return /^\.{1,2}[\\/]/.test(name) ? resolve(folder, name) : name;
}
