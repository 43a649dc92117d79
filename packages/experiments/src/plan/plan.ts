import { join, resolve } from 'node:path';
import type { Method } from '@scalearn/core';
import type { Experiment } from '../experiment/experiment.ts';
import { countParameters } from '../methods/describe.ts';
import type { ChosenMethod } from '../methods/registry.ts';
import { trainArguments } from '../options/train-arguments.ts';
import type { TrainSettings } from '../runs/settings-schema.ts';
import { plainSetup, type Setup } from '../setup/setup.ts';
import { cellArguments } from './cell-arguments.ts';
import { type Cell, expand } from './expand.ts';
import { type EncoderFacts, Facts, type TaskFacts } from './facts.ts';
import { identifyModel } from './identify.ts';
import { modelId } from './model-id.ts';

/** A model that has been trained or will be. */
export interface PlannedRun {
  /** Depends on everything that determines the model, including its sources: equal models have equal ids. */
  readonly id: string;
  /** Absolute path. */
  readonly folder: string;
  /** Its place in the experiment. */
  readonly cell: Cell;
  /** Arguments of `scalearn train`, without those that name folders of models. */
  readonly arguments: readonly string[];
  /** All options with their defaults. */
  readonly settings: TrainSettings;
  /** The method with its options. */
  readonly chosen: ChosenMethod;
  /** The method without its sources, for its description. */
  readonly method: Method;
  /** Trainable values without heads. */
  readonly parameters: number;
  /** Configuration and fingerprint of the encoder. */
  readonly encoder: EncoderFacts;
  /** Numbers of rows and fingerprints of the tasks. */
  readonly tasks: readonly TaskFacts[];
  /** The models that it is trained from, in their order. */
  readonly sources: readonly PlannedRun[];
}

/** What an experiment trains. */
export interface Plan {
  /** The experiment as it was read. */
  readonly experiment: Experiment;
  /** Absolute folder of the models. */
  readonly store: string;
  /** The methods, families and defaults that were known. */
  readonly setup: Setup;
  /** The runs that are reported. The same run may occur twice. */
  readonly reported: readonly PlannedRun[];
  /** Each run once; sources come before the runs that are trained from them. */
  readonly runs: readonly PlannedRun[];
}

/** How to plan. */
export interface PlanOptions {
  /** What a configuration file adds; by default nothing. */
  readonly setup?: Setup;
  /** Stops downloads; by default nothing does. */
  readonly signal?: AbortSignal;
  /** What is already known about encoders and tasks; by default nothing. Plans of one program can share it. */
  readonly facts?: Facts;
}

/**
 * Plans what an experiment trains. Reads the encoders and the rows of the tasks, and trains nothing.
 *
 * @param store folder of the models, each in a folder of its own; it need not exist
 * @throws UsageError, FolderError, or the error of a task or an encoder
 */
export async function planExperiment(
  experiment: Experiment,
  store: string,
  { setup = plainSetup, signal, facts = new Facts(signal, { families: setup.families }) }: PlanOptions = {},
): Promise<Plan> {
  const place = resolve(store);
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
    const { own, given, chosen } = await cellArguments(cell, folders, experiment, setup.defaults);
    const { identity, ...model } = await identifyModel(given, { chosen, sources }, facts);
    const { method, encoder, tasks } = model;
    const id = await modelId(cell, identity);
    const run: PlannedRun = {
      ...{ id, cell, chosen, sources, ...model },
      folder: join(place, id),
      arguments: trainArguments({ ...own, encoder: cell.encoder, sources: undefined }, chosen),
      parameters: countParameters(method, encoder.config, { tasks: tasks.length, families: setup.families }),
    };
    if (!runs.has(id)) runs.set(id, run);
    return runs.get(id) as PlannedRun;
  };
  const reported: PlannedRun[] = [];
  for (const cell of expand(experiment)) reported.push({ ...(await runOf(cell)), cell });
  return { experiment, store: place, setup, reported, runs: [...runs.values()] };
}
