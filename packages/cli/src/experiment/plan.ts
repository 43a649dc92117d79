import { join } from 'node:path';
import type { Method } from '@scalearn/core';
import { sha256 } from '@scalearn/hub';
import type { TrainSettings } from '../folders/settings-schema.ts';
import { countParameters, describedMethod } from '../methods/describe.ts';
import type { ChosenMethod } from '../methods/registry.ts';
import { decisive, settleOptions } from '../model/settings.ts';
import { chooseMethod } from '../options/method.ts';
import { plainSetup, type Setup } from '../options/setup.ts';
import { type Cell, expand } from './expand.ts';
import type { Experiment } from './experiment.ts';
import { type EncoderFacts, Facts, type TaskFacts } from './facts.ts';
import { parseArguments, trainArguments } from './train-arguments.ts';

/** A model that has been trained or will be. */
export interface PlannedRun {
  /** Depends on everything that determines the model, including its sources: equal models have equal ids. */
  readonly id: string;
  /** Absolute path. */
  readonly folder: string;
  readonly cell: Cell;
  /** Arguments of `scalearn train`, without `--out`. */
  readonly arguments: readonly string[];
  readonly settings: TrainSettings;
  readonly chosen: ChosenMethod;
  readonly method: Method;
  /** Trainable values without heads. */
  readonly parameters: number;
  readonly encoder: EncoderFacts;
  readonly tasks: readonly TaskFacts[];
  readonly sources: readonly PlannedRun[];
}

export interface Plan {
  readonly experiment: Experiment;
  /** The runs that are reported. The same run may occur twice. */
  readonly reported: readonly PlannedRun[];
  /** Each run once; sources come before the runs that are trained from them. */
  readonly runs: readonly PlannedRun[];
}

/**
 * Plans what an experiment trains.
 *
 * @param store absolute folder of the runs
 * @param setup what a configuration file adds
 * @param facts what is already known about encoders and tasks
 * @throws UsageError, FolderError, or the error of a task or an encoder
 */
export async function planExperiment(
  experiment: Experiment,
  store: string,
  facts: Facts = new Facts(),
  setup: Setup = plainSetup,
): Promise<Plan> {
  const known = new Map<string, Promise<PlannedRun>>();
  const runs = new Map<string, PlannedRun>();
  const runOf = (cell: Cell): Promise<PlannedRun> => {
    const { entry, encoder, tasks, seed, axes } = cell;
    const key = JSON.stringify([entry.id, encoder, tasks, seed, axes]);
    const planned = known.get(key) ?? planRun(cell);
    known.set(key, planned);
    return planned;
  };
  const planRun = async (cell: Cell): Promise<PlannedRun> => {
    const sources: PlannedRun[] = [];
    for (const source of cell.sources) sources.push(await runOf(source));
    const folders = sources.map(({ folder }) => folder);
    const args = await trainArguments(cell, folders, experiment);
    const given = parseArguments(cell, args, setup);
    const chosen = chooseMethod(given, setup.methods);
    const method = describedMethod(chosen, folders);
    const encoder = await facts.encoder(cell.encoder, given.layers);
    const tasks: TaskFacts[] = [];
    for (const task of given.tasks ?? [given.task as string]) tasks.push(await facts.task(task, given));
    const found = tasks.map((task) => task.found);
    const settings = settleOptions(given, method, found, encoder.path);
    const id = await idOf(cell, settings, { encoder, tasks, sources });
    const run: PlannedRun = {
      ...{ id, cell, settings, chosen, method, encoder, tasks, sources },
      folder: join(store, id),
      arguments: args,
      parameters: countParameters(method, encoder.config, { tasks: tasks.length, families: setup.families }),
    };
    if (!runs.has(id)) runs.set(id, run);
    return runs.get(id) as PlannedRun;
  };
  const reported: PlannedRun[] = [];
  for (const cell of expand(experiment)) reported.push({ ...(await runOf(cell)), cell });
  return { experiment, reported, runs: [...runs.values()] };
}

/** Returns a readable name with a hash of everything that determines the model. */
async function idOf(
  { entry, tasks, seed }: Cell,
  settings: TrainSettings,
  { encoder, tasks: facts, sources }: Pick<PlannedRun, 'encoder' | 'tasks' | 'sources'>,
): Promise<string> {
  const { tasks: joint = null, ...rest } = decisive(settings);
  const all = {
    ...{ settings: rest, tasks: joint },
    encoder: encoder.fingerprint,
    data: facts.map(({ fingerprint }) => fingerprint),
    sources: sources.map(({ id }) => id),
  };
  const hash = (await sha256(JSON.stringify(all))).slice(0, 12);
  const target =
    tasks.length === 1 ? (tasks[0] as string).replaceAll(/[^\w.]+/g, '-') : `${tasks.length}-tasks`;
  return `${entry.method.id}-${target.replace(/^[.-]+/, '')}-${seed}-${hash}`;
}
