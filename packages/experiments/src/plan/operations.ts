import {
  encoderParameterCount,
  loadTokenizer,
  openModelFiles,
  type TransformerConfig,
  type TransformerEncoder,
} from '@scalearn/encoders';
import { encoderSource } from '../mini-assets.ts';
import type { Setup } from '../setup/setup.ts';
import { evaluations } from '../training/cost.ts';
import type { TaskFacts } from './facts.ts';
import type { Plan, PlannedRun } from './plan.ts';

/** What a training reads and computes, without early stopping. It is counted, not measured. */
export interface Operations {
  /** Optimizer steps. */
  readonly steps: number;
  /** Rows that it trains on in an epoch, and those that it is evaluated on. */
  readonly rows: Readonly<Record<'train' | 'validation' | 'test', number>>;
  /** Mean number of tokens of a row, from a sample. */
  readonly length: number;
  /** Tokens to train on. */
  readonly tokens: number;
  /** Floating-point operations of the encoder, of training and evaluations. */
  readonly flops: number;
}

/** Turns texts into ids. */
type Encode = Pick<TransformerEncoder, 'encode'>;

/** Returns the mean number of tokens of a task's rows, from a sample. */
type TaskLength = (task: TaskFacts, maxLength: number) => number;

/** Counts what each training of a plan computes, by its id. Reads the tokenizers of its encoders, and needs no device. */
export async function countOperations(
  { runs, setup }: Pick<Plan, 'runs' | 'setup'>,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, Operations>> {
  const found = new Map<string, Operations>();
  for (const name of new Set(runs.map(({ cell }) => cell.encoder))) {
    const files = await openModelFiles(encoderSource(name), { signal });
    const tokenizer = await loadTokenizer(files, { families: setup.families });
    const encoder: Encode = { encode: ([text, pair], options) => tokenizer.encode(text, pair, options) };
    const lengthOf = taskLengths(encoder);
    for (const run of runs)
      if (run.cell.encoder === name) {
        signal?.throwIfAborted();
        found.set(run.id, operationsOf(run, lengthOf, setup));
      }
  }
  return found;
}

/** Counts what a training computes. */
export function operationsOf(
  run: PlannedRun,
  lengthOf: TaskLength,
  setup: Pick<Setup, 'families'>,
): Operations {
  const { settings, method } = run;
  const length = meanTokens(run, lengthOf);
  const rows = rowsOf(run);
  const steps = stepsOf(run, rows.train);
  const tokens = Math.round(steps * settings.batchSize * length);
  const evaluated = (evaluations({ steps, settings }) * rows.validation + rows.test) * length;
  // The backward pass through frozen layers costs as much as the forward pass, and weight gradients cost as much
  // again.
  const forward = forwardFlops(run.encoder.config, length, setup);
  const flops = forward * (tokens * (method.trainsEncoder ? 3 : 2) + evaluated);
  return { steps, rows, length, tokens, flops };
}

/** Counts the rows that a run trains on and is evaluated on. */
function rowsOf({ tasks, settings }: PlannedRun): Record<'train' | 'validation' | 'test', number> {
  const { limit, evalLimit, validationLimit = evalLimit, trainPercent = 100 } = settings;
  const most = (rows: number, bound: number | null): number => Math.min(rows, bound ?? rows);
  const total = (split: 'train' | 'validation' | 'test', share: number, bound: number | null): number =>
    tasks.reduce((all, { rows }) => all + most(Math.ceil(rows[split] * share), bound), 0);
  return {
    train: total('train', trainPercent / 100, limit),
    validation: total('validation', trainPercent / 100, validationLimit),
    test: total('test', 1, evalLimit),
  };
}

function stepsOf({ settings: { maxSteps, epochs, batchSize } }: PlannedRun, rows: number): number {
  const planned = epochs * Math.ceil(rows / batchSize);
  return Math.min(planned, maxSteps ?? planned);
}

/** Returns a function that reads each sample once: thousands of trainings share their tasks. */
export function taskLengths(encoder: Encode): TaskLength {
  const known = new WeakMap<TaskFacts, Map<number, number>>();
  return (task, maxLength) => {
    const { truncation } = task.found.info;
    const lengths = known.get(task) ?? new Map<number, number>();
    known.set(task, lengths);
    const before = lengths.get(maxLength);
    if (before !== undefined) return before;
    const { sample } = task;
    const all = sample.map(({ segments }) => encoder.encode(segments, { maxLength, truncation }).inputIds);
    const mean = all.reduce((total, { length }) => total + length, 0) / Math.max(1, all.length);
    lengths.set(maxLength, mean);
    return mean;
  };
}

/** Returns the mean number of tokens of a row of all tasks, weighted by the number of rows. */
function meanTokens({ tasks, settings: { maxLength } }: PlannedRun, lengthOf: TaskLength): number {
  let [tokens, rows] = [0, 0];
  for (const task of tasks) {
    tokens += lengthOf(task, maxLength) * task.rows.train;
    rows += task.rows.train;
  }
  return tokens / Math.max(1, rows);
}

/**
 * Returns the floating-point operations of one token in the encoder: one multiplication and one addition for each
 * weight.
 */
function forwardFlops(
  config: TransformerConfig,
  length: number,
  { families }: Pick<Setup, 'families'>,
): number {
  const { vocabSize, maxPositions, typeVocabSize, hiddenSize, layers } = config;
  const embeddings = (vocabSize + maxPositions + typeVocabSize) * hiddenSize;
  // Attention scores and the weighted sum of values: two products with every token of the row.
  return 2 * (encoderParameterCount(config, { families }) - embeddings) + 4 * layers * hiddenSize * length;
}
