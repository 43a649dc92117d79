import { join } from 'node:path';
import { describeTask, taskIds } from '@scalearn/datasets';
import * as v from 'valibot';
import { UsageError } from '../errors.ts';
import type { Experiment, OptionValue } from '../experiment/experiment.ts';
import { relativeTo } from '../experiment/read-experiment.ts';
import { trainNames } from '../experiment/schema.ts';
import { statOf } from '../folders/paths.ts';
import type { ChosenMethod } from '../methods/registry.ts';
import { encoderSource } from '../mini-assets.ts';
import { chosenMethod, refusedOption } from '../options/method.ts';
import { ownFileValue, valueSchema, valueText, whatTextTakes } from '../options/option-values.ts';
import { type TrainArguments, type TrainDefaults, trainOptions } from '../options/train-table.ts';
import type { Cell } from './expand.ts';

/** What a model of an experiment is trained with. */
export interface CellArguments {
  /** The arguments of `train` that the experiment gives, without the output folder. */
  readonly own: Omit<TrainArguments, 'out'>;
  /** These, and the defaults of a configuration for the others. */
  readonly given: Omit<TrainArguments, 'out'>;
  readonly chosen: ChosenMethod;
}

/**
 * Returns what a model of an experiment is trained with.
 *
 * @param sources folders of the models that it is trained from
 * @param defaults of a configuration
 * @throws UsageError that names the entry, for a value that an option does not accept
 */
export async function cellArguments(
  cell: Cell,
  sources: readonly string[],
  { data, folder }: Pick<Experiment, 'data' | 'folder'>,
  defaults: TrainDefaults,
): Promise<CellArguments> {
  const { entry, encoder, tasks, seed, options } = cell;
  const names = tasks.map((task) => relativeTo(folder, task));
  const [task] = names as [string];
  const place = await dataFolder(tasks, data);
  const isOwn = (name: string): boolean => Object.hasOwn(entry.method.options, name);
  const ofTrain = Object.entries(options).filter(([name]) => !isOwn(name));
  const own = {
    ...{ encoder: encoderSource(encoder), ...(tasks.length === 1 ? { task } : { tasks: names }) },
    ...(place !== undefined && { data: place }),
    method: entry.method.id,
    ...(sources.length > 0 && { sources }),
    ...(entry.sources?.control !== undefined && { sourceControl: entry.sources.control }),
    ...{ seed, ...Object.fromEntries(ofTrain) },
  };
  const foreign = ofTrain.find(([name]) => !trainNames.includes(name));
  if (foreign)
    throw new UsageError(`${entry.id}: an experiment cannot give the option '${foreign[0]}'; leave it out`);
  for (const [name, value] of Object.entries({ ...own, encoder })) checkTrainOption(cell, name, value);
  const chosen = chosenMethod(entry.method, own, () =>
    Object.fromEntries(
      Object.entries(options).flatMap(([name, value]) =>
        isOwn(name) ? [[name, methodOption(cell, name, value)]] : [],
      ),
    ),
  );
  return { own, given: { ...defaults, ...own }, chosen };
}

/** Checks a value by the table of options. */
function checkTrainOption({ entry }: Cell, name: string, value: unknown): void {
  const option = trainOptions[name];
  if (!option || v.is(valueSchema(option), value)) return;
  const { flag, type } = option;
  const isText = type === 'text' || type === 'texts' || type === 'encoder';
  const what = isText ? 'It must not be empty.' : `It must be ${whatTextTakes(option)}.`;
  throw new UsageError(`${entry.id}: option '${flag}' argument '${valueText(value)}' is invalid. ${what}`);
}

function methodOption({ entry: { method } }: Cell, name: string, given: OptionValue): unknown {
  const option = method.options[name]!;
  const value = ownFileValue(given, option);
  if (value === undefined) throw refusedOption(option.flag ?? name, valueText(given), option);
  return value;
}

/** Returns the folder of the first task that reads files; undefined if no task does, or if no folder is known. */
export async function dataFolder(
  tasks: readonly string[],
  data: Experiment['data'],
): Promise<string | undefined> {
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
