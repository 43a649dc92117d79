import type { Adapter, Device, LoraAdapter, LoraModule, Method } from '@scalearn/core';
import { describeAdapter } from '@scalearn/core/methods';
import type { Task } from '@scalearn/datasets';
import { loadEncoder, type TransformerEncoder } from '@scalearn/encoders';
import { encoderSource } from '../mini-assets.ts';
import { readRunFile } from '../runs/run-json.ts';
import type { Setup } from '../setup/setup.ts';
import { loadData } from '../tasks/load-data.ts';
import { expectedSeconds, measureCost } from '../training/cost.ts';
import { operationsOf, taskLengths } from './operations.ts';
import type { Plan, PlannedRun } from './plan.ts';

/** What a group of models of an experiment takes, without early stopping. */
export interface Estimate {
  /** Number of models. */
  readonly models: number;
  /** Number of models that are already trained. They take no time. */
  readonly finished: number;
  /** Trainable values of a model without heads: the smallest and the largest number. */
  readonly parameters: readonly [number, number];
  /** Tokens to train on, over all models. */
  readonly tokens: number;
  /** Floating-point operations, of training and evaluations. */
  readonly flops: number;
  /** Seconds to train all models in sequence. */
  readonly seconds: number;
}

/** What an experiment takes, in total and by entry. */
export interface PlanEstimate extends Estimate {
  /** The estimate of each entry, with its name and its name in reports. */
  readonly entries: readonly (Estimate & { readonly entry: string; readonly label: string })[];
  /** Adapter and driver, or runtime and version. */
  readonly device: string;
}

/** How to estimate. */
export interface EstimateOptions {
  /** Device to measure on. */
  readonly device: Device;
  /** Stops the estimate; by default nothing does. */
  readonly signal?: AbortSignal;
  /** Receives what is measured next; by default nothing does. */
  onNote?(text: string): void;
}

/** Number of rows that a method is measured on. */
const measuredRows = 128;

/** Estimates the cost of a plan: sizes come from the data, seconds from a few steps of every method on the device. */
export async function estimateExperiment(
  plan: Plan,
  { device, signal = new AbortController().signal, onNote }: EstimateOptions,
): Promise<PlanEstimate> {
  const { families } = plan.setup;
  const estimates = new Map<string, Estimate[]>();
  for (const name of new Set(plan.runs.map(({ cell }) => cell.encoder))) {
    const ofEncoder = plan.runs.filter(({ cell }) => cell.encoder === name);
    for (const layers of new Set(ofEncoder.map(({ settings }) => settings.layers))) {
      const how = { device, families, signal, layers: layers ?? undefined };
      using encoder = await loadEncoder(encoderSource(name), how);
      const runs = ofEncoder.filter(({ settings }) => settings.layers === layers);
      for (const id of new Set(runs.map(({ cell }) => cell.entry.id))) {
        signal.throwIfAborted();
        const ofEntry = runs.filter(({ cell }) => cell.entry.id === id);
        onNote?.(`measuring a few steps of ${id} with ${name}`);
        estimates.set(id, [
          ...(estimates.get(id) ?? []),
          ...(await estimateRuns(ofEntry, encoder, { setup: plan.setup, signal })),
        ]);
      }
    }
  }
  const entries = plan.experiment.entries.flatMap(({ id, label }) => {
    const own = estimates.get(id);
    return own ? [{ entry: id, label, ...sum(own) }] : [];
  });
  return { ...sum(entries), entries, device: device.description };
}

async function estimateRuns(
  runs: readonly PlannedRun[],
  encoder: TransformerEncoder,
  { setup, signal }: { readonly setup: Setup; readonly signal: AbortSignal },
): Promise<Estimate[]> {
  const [first] = runs as [PlannedRun];
  const limits = { ...first.settings, limit: measuredRows, evalLimit: measuredRows };
  const tasks: Task[] = [];
  for (const { found } of first.tasks) tasks.push(await loadData(found, limits, { signal }));
  const method = await trainableMethod(first, tasks, encoder, signal);
  const cost = await measureCost({ encoder, method, tasks, settings: first.settings, signal });
  const lengthOf = taskLengths(encoder);
  const measured = operationsOf(first, lengthOf, setup).length;
  return Promise.all(
    runs.map(async (run) => {
      const parameters = [run.parameters, run.parameters] as const;
      if ((await readRunFile(run.folder)) !== undefined)
        return { models: 1, finished: 1, parameters, tokens: 0, flops: 0, seconds: 0 };
      const { steps, rows, length, tokens, flops } = operationsOf(run, lengthOf, setup);
      const longer = length / measured;
      const scaled = { ...cost, step: cost.step * longer, row: cost.row * longer };
      const seconds = expectedSeconds(scaled, { steps, settings: run.settings }, rows);
      return { models: 1, finished: 0, parameters, tokens, flops, seconds };
    }),
  );
}

function sum(estimates: readonly Estimate[]): Estimate {
  const total = (key: 'models' | 'finished' | 'tokens' | 'flops' | 'seconds'): number =>
    estimates.reduce((before, each) => before + each[key], 0);
  const counts = estimates.flatMap(({ parameters }) => parameters);
  return {
    ...{ models: total('models'), finished: total('finished') },
    parameters: [Math.min(...counts), Math.max(...counts)],
    ...{ tokens: total('tokens'), flops: total('flops'), seconds: total('seconds') },
  };
}

/** Returns the method ready for steps. Its sources have no effect: they take as long as trained ones. */
async function trainableMethod(
  run: PlannedRun,
  tasks: readonly Task[],
  encoder: TransformerEncoder,
  signal: AbortSignal,
): Promise<Method> {
  const { entry, options } = run.chosen;
  const blank = entry.sources?.takes === 'LoRAs' ? blankLora : blankAdapter;
  const adapters = run.sources.map((_, i) => blank(`source-${i}`, encoder));
  const [task] = tasks as [Task];
  const prepared = await entry.prepare?.({
    ...{ options, task, seed: run.settings.seed, pooling: run.settings.pooling, encoder, signal },
    sources: adapters.map((adapter) => ({
      ...{ adapter, path: adapter.name, isOwn: false, fingerprint: describeAdapter(adapter) },
    })),
    sourceTask: async () => task,
    reporter: { note: () => {}, progress: () => {} },
  });
  return entry.make(adapters, { ...options, ...prepared });
}

function blankAdapter(name: string, { config: { hiddenSize, layers } }: TransformerEncoder): Adapter {
  const width = Math.max(1, Math.floor(hiddenSize / 16));
  const [down, up] = [new Float32Array(width * hiddenSize), new Float32Array(hiddenSize * width)];
  const layer = { down, downBias: new Float32Array(width), up, upBias: new Float32Array(hiddenSize) };
  return {
    name,
    hiddenSize,
    width,
    nonLinearity: 'relu',
    layers: Array.from({ length: layers }, () => layer),
  };
}

/** Returns a LoRA of rank 8 on queries and values, or on all linear layers if these are one matrix. */
function blankLora(name: string, { architecture }: TransformerEncoder): LoraAdapter {
  const { linears = [], layers, prefix, modules: own } = architecture;
  const rank = 8;
  const isAdapted = (path: string): boolean =>
    own.query === undefined || own.query.endsWith(path) || own.value?.endsWith(path) === true;
  const modules = linears
    .filter(({ path }) => path.includes('*') && isAdapted(path))
    .flatMap(({ path, inputs, outputs }) =>
      Array.from({ length: layers }, (_, i): [string, LoraModule] => [
        `${prefix}.${path.replace('*', String(i))}`,
        {
          ...{ a: new Float32Array(rank * inputs), b: new Float32Array(outputs * rank) },
          ...{ rank, alpha: rank, inputs, outputs },
        },
      ]),
    );
  const targets = { targetModules: modules.map(([path]) => path), modulesToSave: [] };
  return { name, modules: new Map(modules), useRslora: false, targets };
}
