import { isAbsolute, resolve } from 'node:path';
import { isObject } from '@scalearn/core/files';
import { CommanderError, Option } from 'commander';
import { FolderError } from '../errors.ts';
import { findPlace } from '../folders/run-json.ts';
import type { ChosenMethod } from '../methods/registry.ts';
import { encoderSource } from '../mini-assets.ts';
import type { Setup } from '../options/setup.ts';
import { parseTrainArguments } from '../options/train-options.ts';
import { flagOf, type TrainArguments, trainOptions } from '../options/train-table.ts';
import type { FoundTask } from '../tasks/find-task.ts';

// A run stores the arguments of its command line, so that --resume needs no other.

/** Arguments of `train` as they are given: with `--resume`, those that are stored may be left out. */
export type GivenArguments = Partial<TrainArguments> & Pick<TrainArguments, 'out'>;

/** What a command line has selected. */
interface Selected {
  readonly given: TrainArguments;
  readonly chosen: ChosenMethod;
  readonly found: readonly FoundTask[];
  /** Absolute path of the encoder; undefined if it is not a local folder. */
  readonly encoderPath: string | undefined;
}

/**
 * Returns the arguments that repeat a command line from any folder: without the output folder, and without flags, which
 * do not change what is trained.
 */
export function repeatedArguments({ given, chosen, found, encoderPath }: Selected): string[] {
  const [task, ...others] = found.map(({ own, path, info }) => (own && path !== null ? path : info.id));
  const values: Readonly<Record<string, unknown>> = {
    ...given,
    encoder: given.encoder === encoderSource('mini') ? 'mini' : (encoderPath ?? given.encoder),
    ...(given.tasks ? { tasks: [task, ...others] } : { task }),
    data: given.data && resolve(given.data),
    sources: given.sources?.map((path) => resolve(path)),
    out: undefined,
  };
  const ofMethod = Object.values(chosen.entry.options).flatMap(({ flag }) => flag ?? []);
  const flags = new Map(ofMethod.map((flag) => [new Option(flag).attributeName(), flag as string]));
  return Object.entries(values).flatMap(([name, value]) => {
    const flag = flags.get(name) ?? flagOf(trainOptions[name] ?? {});
    if (flag === '' || value === undefined || typeof value === 'boolean') return [];
    return Array.isArray(value) ? [flag, ...value.map(String)] : [`${flag}=${value}`];
  });
}

export const encodeArguments = (args: readonly string[]): string => JSON.stringify({ arguments: args });

/**
 * Adds the stored arguments of an unfinished run to the given ones. Places that were moved together with the run's
 * folder are found.
 *
 * @param typed names of the given arguments, without those that have their value from a configuration file
 * @param note stored with the run
 * @throws FolderError if the stored arguments cannot be used
 */
export async function withStored(
  given: GivenArguments,
  typed: ReadonlySet<string>,
  note: string,
  setup: Setup,
): Promise<TrainArguments> {
  const stored = parseStored(given.out, note, setup);
  const find = async (path: string): Promise<string> =>
    isAbsolute(path) ? findPlace(path, resolve(given.out)) : path;
  const all = async (paths: readonly string[] | undefined): Promise<readonly string[] | undefined> =>
    paths && Promise.all(paths.map(find));
  const { encoder, task, tasks, data, sources } = stored;
  const places = {
    encoder: await find(encoder),
    task: task && (await find(task)),
    tasks: await all(tasks),
    data: data && (await find(data)),
    sources: await all(sources),
  };
  const added = Object.entries(given).filter(([name]) => typed.has(name));
  return {
    ...stored,
    ...places,
    // A task takes the place of several, and several of one.
    ...(typed.has('task') && { tasks: undefined }),
    ...(typed.has('tasks') && { task: undefined }),
    ...Object.fromEntries(added),
  };
}

function parseStored(out: string, note: string, setup: Setup): TrainArguments {
  const unusable = (why: string, cause?: unknown): FolderError =>
    new FolderError(
      `the options that ${out} stores cannot be used (${why}); give the whole command with --resume`,
      { cause },
    );
  let args: readonly string[] | undefined;
  try {
    const value: unknown = JSON.parse(note);
    const list = isObject(value) && 'arguments' in value ? value.arguments : undefined;
    if (Array.isArray(list) && list.every((each) => typeof each === 'string')) args = list;
  } catch (error) {
    throw unusable('they are damaged', error);
  }
  if (!args) throw unusable('they are damaged');
  try {
    // Defaults of a configuration file were stored too.
    return parseTrainArguments([...args, `--out=${out}`, '--resume'], { ...setup, defaults: {} });
  } catch (error) {
    throw error instanceof CommanderError ? unusable(error.message.replace(/^error: /, ''), error) : error;
  }
}
