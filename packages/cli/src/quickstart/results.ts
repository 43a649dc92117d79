import { availableParallelism, cpus, totalmem } from 'node:os';
import { scalearn } from '@scalearn/core';
import type { Example, Task } from '@scalearn/datasets';
import { majorityReport, mean, standardDeviation } from '@scalearn/evaluation';
import { runtimeVersions } from '../doctor/examine.ts';
import type { RunFile } from '../folders/run-schema.ts';
import { bytes, counted } from '../output/format.ts';
import type { Workshop } from './models.ts';
import type { QuickstartMethod } from './plan.ts';

/** What `results.json` holds, and the last line of `--json`. NaN is null in JSON. */
export interface QuickstartResults {
  readonly task: string;
  /** `webgpu`, `onnx` or `reference`. */
  readonly device: string;
  /** Of everything, the models of an interrupted quickstart included. */
  readonly seconds: number;
  readonly methods: readonly MethodResult[];
  /** What always answers the commonest class, or the mean: without training. */
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
  /** What decides the models, seeds and methods apart: those of an interrupted quickstart are reused under the same. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The model that was merged, as a path in the folder. */
  readonly merged: string | null;
  /** False from the beginning until everything is there. */
  readonly complete: boolean;
  /** Version of this format. */
  readonly quickstart: 1;
}

export interface MethodResult {
  /** The name of its folder. */
  readonly method: string;
  /** Trained values of the method; the head's are apart. */
  readonly parameters: number;
  readonly headParameters: number;
  readonly metric: string;
  /** On the test split, by seed. */
  readonly scores: readonly (number | null)[];
  readonly mean: number | null;
  /** The sample standard deviation; null for a single seed. */
  readonly std: number | null;
  /** Of training one model, the mean over seeds. */
  readonly seconds: number;
}

/** What a method learned, the mean over seeds and, where ω is a vector, over the hidden size. */
export interface Coefficients {
  readonly method: string;
  readonly sources: readonly string[];
  /** `1`, `2`, …, or `all` where the layers share them. */
  readonly layers: readonly string[];
  /** `[layers][sources]`. */
  readonly values: readonly (readonly number[])[];
  /** What every coefficient was before training, but for a little noise. */
  readonly start: number;
}

/** What is known before any model is trained. */
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

/** A method's result from its runs, one for each seed. */
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
    mean: orNull(mean(known)),
    std: orNull(standardDeviation(known)),
    seconds: mean(runs.map(({ seconds }) => seconds)),
  };
}

/** A run's metric on the target's test split. */
export function scoreOf(
  { results, tasks }: RunFile,
  { id, primaryMetric }: Pick<Task, 'id' | 'primaryMetric'>,
): number | null {
  const own = tasks?.find(({ task }) => task === id)?.results ?? results;
  return orNull(own.test?.metrics[primaryMetric] ?? undefined);
}

const orNull = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value;

/** Scores the answer that is best without having read anything. */
export function baseline(task: Task): QuickstartResults['baseline'] {
  const { labels, test, train, primaryMetric: metric } = task;
  const { primary } = majorityReport(task, numbers(test), labels?.length ?? 1, numbers(train));
  return { method: labels ? 'majority' : 'mean', metric, score: orNull(primary.value) };
}

const numbers = (rows: readonly Example[]): number[] => rows.map(({ label }) => label as number);

/** What the models are trained on. */
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
