import { join } from 'node:path';
import { describeTask, taskIds } from '@scalearn/datasets';
import { CommanderError } from 'commander';
import { UsageError } from '../errors.ts';
import { statOf } from '../folders/paths.ts';
import type { MethodEntry } from '../methods/registry.ts';
import type { Setup } from '../options/setup.ts';
import { parseTrainArguments } from '../options/train-options.ts';
import { flagOf, type TrainArguments, trainOptions } from '../options/train-table.ts';
import type { Cell } from './expand.ts';
import type { Experiment, Options, OptionValue } from './experiment.ts';
import { relativeTo } from './read-experiment.ts';

/** Returns the arguments of `scalearn train` for a model of an experiment, without the output folder. */
export async function trainArguments(
  { entry, encoder, tasks, seed, options }: Cell,
  sources: readonly string[],
  { data, folder }: Experiment,
): Promise<string[]> {
  const names = tasks.map((task) => relativeTo(folder, task));
  const place = await dataFolder(tasks, data);
  return [
    ...['--encoder', encoder],
    ...(tasks.length === 1 ? ['--task', ...names] : ['--tasks', ...names]),
    ...(place === undefined ? [] : ['--data', place]),
    ...['--method', entry.method.id],
    ...(sources.length === 0 ? [] : ['--sources', ...sources]),
    ...(entry.sources?.control === undefined ? [] : ['--source-control', entry.sources.control]),
    ...['--seed', String(seed)],
    ...flags(entry.method, options),
  ];
}

/** Parses arguments of `scalearn train`. @throws UsageError that names the entry */
export function parseArguments({ entry }: Cell, args: readonly string[], setup: Setup): TrainArguments {
  try {
    // The output folder depends on all other arguments, so a placeholder stands for it here.
    return parseTrainArguments([...args, '--out', 'nowhere'], setup);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new UsageError(`${entry.id}: ${error.message.replace(/^error: /, '')}`, { cause: error });
  }
}

function flags({ options: known }: MethodEntry, options: Options): string[] {
  const settings: string[] = [];
  const given: string[] = [];
  for (const [name, value] of Object.entries(options)) {
    const own = Object.hasOwn(known, name) ? known[name] : undefined;
    if (own && !own.flag) settings.push(`${name}=${text(value)}`);
    else given.push(own?.flag ?? flagOf(trainOptions[name] ?? {}), text(value));
  }
  return settings.length === 0 ? given : [...given, '--set', ...settings];
}

const text = (value: OptionValue): string => (Array.isArray(value) ? value.join(',') : String(value));

/** Returns the folder of the first task that reads files; undefined if no task does, or if no folder is known. */
async function dataFolder(tasks: readonly string[], data: Experiment['data']): Promise<string | undefined> {
  const [task] = tasks.filter((each) => taskIds.includes(each) && describeTask(each).files !== undefined);
  if (task === undefined) return undefined;
  const benchmark = task.split('/')[0] as string;
  if (data[benchmark] !== undefined) return data[benchmark];
  const common = data['*'];
  if (common === undefined) return undefined;
  const inside = join(common, benchmark);
  const found = await statOf(inside);
  return found?.isDirectory() ? inside : common;
}
