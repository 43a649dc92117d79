import { availableParallelism, cpus, totalmem } from 'node:os';
import { scalearn } from '@scalearn/core';
import type { Example, Task } from '@scalearn/datasets';
import { majorityReport, mean, standardDeviation } from '@scalearn/evaluation';
import type { RunFile } from '@scalearn/experiments';
import { counted } from '@scalearn/experiments/runs';
import { bytes } from '../output/format.ts';
import { runtimeVersions } from '../version.ts';
import type { Workshop } from './models.ts';
import type { QuickstartMethod } from './plan.ts';

/** Content of `results.json`, and of the last line of `--json`. NaN is null in JSON. */
export interface QuickstartResults {
  readonly task: string;
  /** `webgpu`, `onnx` or `reference`. */
  readonly device: string;
  /** Seconds of the whole quickstart, including the models of an interrupted one. */
  readonly seconds: number;
  readonly methods: readonly MethodResult[];
  /** Score of always predicting the most frequent class, or the mean, without training. */
  readonly baseline: { readonly method: string; readonly metric: string; readonly score: number | null };
  readonly coefficients: readonly Coefficients[];
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  readonly seeds: readonly number[];
  readonly encoder: {
    readonly name: string;
    readonly layers: number;
    readonly hiddenSize: number;
    readonly fingerprint: string;
  };
  readonly machine: string;
  readonly deviceDescription: string;
  readonly versions: Readonly<Record<string, string>>;
  /**
   * Everything that determines the models, except seed and method. Models of an interrupted quickstart are reused if it
   * is equal.
   */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Path of the merged model in the folder. */
  readonly merged: string | null;
  /** False until everything is complete. */
  readonly complete: boolean;
  /** Version of this format. */
  readonly quickstart: 1;
}

export interface MethodResult {
  /** Name of its folder. */
  readonly method: string;
  /** Trainable values of the method, without the head. */
  readonly parameters: number;
  readonly headParameters: number;
  readonly metric: string;
  /** Scores on the test split, by seed. */
  readonly scores: readonly (number | null)[];
  readonly mean: number | null;
  /** The sample standard deviation; null for a single seed. */
  readonly std: number | null;
  /** Seconds to train one model, the mean over seeds. */
  readonly seconds: number;
}

/** Coefficients that a method learned: the mean over seeds and, if ω is a vector, over the hidden size. */
export interface Coefficients {
  readonly method: string;
  readonly sources: readonly string[];
  /** `1`, `2`, …, or `all` if the layers share them. */
  readonly layers: readonly string[];
  /** `[layers][sources]`. */
  readonly values: readonly (readonly number[])[];
  /** Value of every coefficient before training, without the small noise. */
  readonly start: number;
}

/** Makes the results before any model is trained. */
export function beginResults(
  { plan, task, encoder, sources }: Workshop,
  { description, versions }: Machine,
): QuickstartResults {
  const { device, name, fingerprint } = encoder;
  const { layers, hiddenSize } = encoder.architecture;
  const { seeds, isSource: _, ...numbers } = plan;
  const adapters = sources.map(({ adapter }) => adapter);
  return {
    ...{ task: task.id, device: device.kind, seconds: 0, methods: [], baseline: baseline(task) },
    coefficients: [],
    rows: { train: task.train.length, validation: task.validation.length, test: task.test.length },
    seeds: Array.from({ length: seeds }, (_, seed) => seed),
    encoder: { name, layers, hiddenSize, fingerprint },
    ...{ machine: description, deviceDescription: device.description, versions },
    settings: {
      ...numbers,
      ...{ version: versions.scalearn, device: device.kind, encoder: fingerprint, data: task.fingerprint },
      // Names and checksums.
      sources: scalearn({ sources: adapters }).settings?.sources,
    },
    ...{ merged: null, complete: false, quickstart: 1 },
  };
}

/** Makes a method's result from its runs, one for each seed. */
export function methodResult(
  { id }: QuickstartMethod,
  runs: readonly RunFile[],
  task: Pick<Task, 'id' | 'primaryMetric'>,
): MethodResult {
  const [first] = runs as [RunFile];
  const scores = runs.map((run) => scoreOf(run, task));
  const known = scores.map((score) => score ?? Number.NaN);
  return {
    method: id,
    parameters: first.parameters.method,
    headParameters: first.parameters.head,
    metric: task.primaryMetric,
    scores,
    ...{ mean: orNull(mean(known)), std: orNull(standardDeviation(known)) },
    seconds: mean(runs.map(({ seconds }) => seconds)),
  };
}

/** Returns a run's metric on the target's test split. */
export function scoreOf(
  { results, tasks }: RunFile,
  { id, primaryMetric }: Pick<Task, 'id' | 'primaryMetric'>,
): number | null {
  const own = tasks?.find(({ task }) => task === id)?.results ?? results;
  return orNull(own.test?.metrics[primaryMetric] ?? undefined);
}

const orNull = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value;

/** Scores the best constant prediction. */
export function baseline(task: Task): QuickstartResults['baseline'] {
  const { labels, test, train, primaryMetric: metric } = task;
  const { primary } = majorityReport(task, numbers(test), labels?.length ?? 1, numbers(train));
  return { method: labels ? 'majority' : 'mean', metric, score: orNull(primary.value) };
}

const numbers = (rows: readonly Example[]): number[] => rows.map(({ label }) => label as number);

/** The machine and the device that models are trained on. */
export interface Machine {
  /** Processor, cores and memory. */
  readonly description: string;
  readonly versions: Readonly<Record<string, string>>;
}

export function describeMachine(): Machine {
  const model = cpus()[0]?.model.trim().replace(/\s+/g, ' ') || process.arch;
  const parts = [model, counted(availableParallelism(), 'core'), bytes(totalmem())];
  return { description: parts.join(', '), versions: runtimeVersions() };
}
