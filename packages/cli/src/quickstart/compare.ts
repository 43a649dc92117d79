import { join, relative } from 'node:path';
import { type ScalearnVariant, scalearnVariants } from '@scalearn/core';
import { mean } from '@scalearn/evaluation';
import { type RunFile, readRunFile, StoppedError } from '@scalearn/experiments';
import {
  counted,
  evaluatedRows,
  expectedSeconds,
  measureCost,
  mergeModel,
  OutFolder,
  readCoefficients,
  writeFileAtomic,
} from '@scalearn/experiments/runs';
import type { QuickstartOutput } from './events.ts';
import { mergedName, type QuickstartFolder, reportName } from './folder.ts';
import { type ModelPlan, planModels, tasksOf, trainPlanned, type Workshop } from './models.ts';
import { quickstartReport } from './report.ts';
import {
  beginResults,
  type Coefficients,
  type Machine,
  methodResult,
  type QuickstartResults,
  scoreOf,
} from './results.ts';

export interface ComparisonOptions {
  readonly folder: QuickstartFolder;
  readonly output: QuickstartOutput;
  readonly machine: Machine;
  /** Start time of the command, by `performance.now()`. */
  readonly began: number;
  /** The folder as the user named it. */
  readonly out: string;
  /** Whether to train models again that an interrupted quickstart has trained. */
  readonly overwrite: boolean;
}

interface TrainedModel {
  readonly model: ModelPlan;
  readonly run: RunFile;
}

/** Trains every method with every seed and writes the results. */
export async function compare(workshop: Workshop, options: ComparisonOptions): Promise<void> {
  const { folder, output, machine, began, out, overwrite } = options;
  const models = planModels(workshop);
  const first = beginResults(workshop, machine);
  const folders = workshop.methods.map(({ id }) => id);
  const mayReuse = await folder.begin(first, { folders, overwrite });
  const found = mayReuse ? await finished(models) : [];
  const trained = await trainAll(workshop, models, found, options);
  const earlier = found.reduce((sum, { run }) => sum + run.seconds, 0);
  const results: QuickstartResults = {
    ...first,
    seconds: (performance.now() - began) / 1000 + earlier,
    methods: workshop.methods.map((entry) => methodResult(entry, runsOf(trained, entry.id), workshop.task)),
    coefficients: (await Promise.all(folders.map((id) => coefficientsOf(id, trained)))).flat(),
    merged: await mergeBest(trained, folder.path),
    complete: true,
  };
  const runs = Object.fromEntries(folders.map((id) => [id, runsOf(trained, id)]));
  const report = quickstartReport({ results, runs, plan: workshop.plan });
  await writeFileAtomic(join(folder.path, reportName), report);
  // The results are written last: they say that everything else is complete.
  await folder.writeResults(results);
  output.done(results, out);
}

/** Finds the models that an interrupted quickstart has finished. */
async function finished(models: readonly ModelPlan[]): Promise<TrainedModel[]> {
  const found: TrainedModel[] = [];
  for (const model of models) {
    const run = await readRunFile(model.path);
    if (run) found.push({ model, run });
  }
  return found;
}

/** Trains the missing models. @returns all models in their order, including those that were found */
async function trainAll(
  workshop: Workshop,
  models: readonly ModelPlan[],
  found: readonly TrainedModel[],
  { output, out }: ComparisonOptions,
): Promise<TrainedModel[]> {
  const { signal, task } = workshop;
  const known = new Map(found.map(({ model, run }) => [model, run]));
  const missing = models.filter((model) => !known.has(model));
  const say = (model: ModelPlan, run: RunFile, reused: boolean): void =>
    output.model({
      ...{ model, metric: task.primaryMetric, score: scoreOf(run, task), seconds: run.seconds, reused },
    });
  try {
    const seconds = await expected(missing, workshop, output);
    output.planned({ models, missing, seconds });
    for (const { model, run } of found) say(model, run, true);
    for (const model of missing) {
      signal.throwIfAborted();
      output.training(model);
      const run = await trainPlanned(model, workshop, output);
      known.set(model, run);
      say(model, run, false);
    }
  } catch (error) {
    throw signal.aborted ? stopped(error, known.size, models.length, out) : error;
  }
  return models.map((model) => ({ model, run: known.get(model) as RunFile }));
}

function stopped(cause: unknown, done: number, all: number, out: string): StoppedError {
  const kept =
    done === 0
      ? 'there is nothing to keep'
      : `${done === 1 ? 'it is' : 'they are'} kept in ${out}, and the same command continues from there`;
  return new StoppedError(`Interrupted after ${done} of ${counted(all, 'model')}; ${kept}.`, { cause });
}

/** Estimates the seconds to train models, from a few steps of one model of each stage. */
async function expected(
  models: readonly ModelPlan[],
  workshop: Workshop,
  output: QuickstartOutput,
): Promise<number> {
  if (models.length > 0) output.note('measuring a few steps');
  let seconds = 0;
  for (const stage of [1, 2, 'joint'] as const) {
    const [model, ...others] = models.filter(({ entry }) => entry.stage === stage);
    if (!model) continue;
    const cost = await measureCost({ ...workshop, ...model, tasks: tasksOf(model, workshop) });
    for (const each of [model, ...others])
      seconds += expectedSeconds(cost, each, evaluatedRows(tasksOf(each, workshop)));
  }
  return seconds;
}

const runsOf = (trained: readonly TrainedModel[], id: string): RunFile[] =>
  trained.filter(({ model }) => model.entry.id === id).map(({ run }) => run);

/** Returns the mean of the coefficients that the models of a method learned; none for a method without coefficients. */
async function coefficientsOf(method: string, trained: readonly TrainedModel[]): Promise<Coefficients[]> {
  const own = trained.filter(({ model }) => model.entry.id === method);
  const read = await Promise.all(own.map(({ model, run }) => readCoefficients(model.path, run)));
  const all = read.filter((each) => each !== undefined);
  const [first] = all;
  if (!first) return [];
  const { sources, values, start } = first;
  const means = values.map((row, layer) =>
    row.map((_, source) => mean(all.map((each) => each.values[layer]?.[source] as number))),
  );
  const layers = values.length === 1 ? ['all'] : values.map((_, layer) => String(layer + 1));
  return [{ method, sources, layers, values: means, start }];
}

/**
 * Merges the model with the lowest validation loss into one plain adapter and saves it.
 * @returns its path in the folder
 */
async function mergeBest(trained: readonly TrainedModel[], folder: string): Promise<string | null> {
  const [best] = trained
    .filter(({ run }) => scalearnVariants.includes(run.method as ScalearnVariant))
    .sort((a, b) => validationLoss(a.run) - validationLoss(b.run));
  if (!best) return null;
  await using out = await OutFolder.open(join(folder, mergedName));
  const { files } = await mergeModel(best.model.path, out.path);
  await out.replace(files);
  return relative(folder, best.model.path);
}

const validationLoss = ({ history, bestEpoch }: RunFile): number =>
  history[bestEpoch - 1]?.validationLoss ?? Number.POSITIVE_INFINITY;
