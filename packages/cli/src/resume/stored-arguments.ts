import { isAbsolute, resolve } from 'node:path';
import { isObject } from '@scalearn/core/files';
import { FolderError, type Setup } from '@scalearn/experiments';
import { findPlace, type TrainArguments } from '@scalearn/experiments/runs';
import { CommanderError } from 'commander';
import { parseTrainArguments } from '../options/train-options.ts';

// A run stores the arguments of its command line, so that --resume needs no other.

/** Arguments of `train` as they are given: with `--resume`, those that are stored may be left out. */
export type GivenArguments = Partial<TrainArguments> & Pick<TrainArguments, 'out'>;

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
