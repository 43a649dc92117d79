import { at } from '../elements.ts';
import { MT19937 } from '../random/mt19937.ts';
import { RandomStream } from '../random/streams.ts';

export interface StepBatch {
  /** Index of the task. */
  readonly task: number;
  /** Row numbers within the task's training split. */
  readonly rows: Int32Array;
}

/** The rows of each step, as a function of the step number, so that a run can resume at any step. */
export interface BatchOrder {
  readonly stepsPerEpoch: number;
  /** Returns the batch of a step. @param step step number from 0 */
  at(step: number): StepBatch;
}

/** Returns the row numbers of an epoch's batches. Each epoch has a new permutation. The last batch may be smaller. */
export function epochBatches(rows: number, batchSize: number, seed: number, epoch: number): Int32Array[] {
  const order = new RandomStream(seed, `order/${epoch}`).permutation(rows);
  return Array.from({ length: Math.ceil(rows / batchSize) }, (_, i) =>
    order.subarray(i * batchSize, (i + 1) * batchSize),
  );
}

/** The order for one task: every row once in each epoch, in a new order. */
export class EpochOrder implements BatchOrder {
  readonly stepsPerEpoch: number;
  readonly #rows: number;
  readonly #batchSize: number;
  readonly #seed: number;
  #epoch = -1;
  #batches: readonly Int32Array[] = [];

  constructor(rows: number, batchSize: number, seed: number) {
    this.stepsPerEpoch = Math.ceil(rows / batchSize);
    this.#rows = rows;
    this.#batchSize = batchSize;
    this.#seed = seed;
  }

  at(step: number): StepBatch {
    const epoch = Math.floor(step / this.stepsPerEpoch);
    if (epoch !== this.#epoch) {
      this.#batches = epochBatches(this.#rows, this.#batchSize, this.#seed, epoch);
      this.#epoch = epoch;
    }
    return { task: 0, rows: at(this.#batches, step % this.stepsPerEpoch) };
  }
}

export interface JointOrderOptions {
  /** Number of training rows of each task. */
  readonly sizes: readonly number[];
  readonly batchSize: number;
  /** τ of `p_i ∝ (n_i / Σn)^(1/τ)`: 1 draws tasks in proportion to their sizes; larger values even them out. */
  readonly temperature: number;
  /** Seed of the first epoch; each later epoch adds 1. */
  readonly seed: number;
}

/**
 * The order for several tasks. Each step draws a task with a probability that depends on its size, and rows of this
 * task with replacement. It reproduces the sampler of the reference exactly (multitask_sampler.py).
 */
export class JointOrder implements BatchOrder {
  readonly stepsPerEpoch: number;
  readonly #options: JointOrderOptions;
  /** Cumulative probabilities of the tasks. */
  readonly #cumulative: readonly number[];
  #epoch: Epoch;

  constructor(options: JointOrderOptions) {
    const { sizes, batchSize, temperature } = options;
    this.#options = options;
    const total = sizes.reduce((a, b) => a + b, 0);
    this.stepsPerEpoch = Math.ceil(total / batchSize);
    const weights = sizes.map((size) => (size / total) ** (1 / temperature));
    const sum = weights.reduce((a, b) => a + b, 0);
    let reached = 0;
    const reaches = weights.map((weight) => {
      reached += weight / sum;
      return reached;
    });
    this.#cumulative = reaches.map((reach) => reach / reached);
    this.#epoch = this.#begin(0);
  }

  at(step: number): StepBatch {
    const number = Math.floor(step / this.stepsPerEpoch);
    const place = step % this.stepsPerEpoch;
    if (this.#epoch.number !== number || this.#epoch.next > place) this.#epoch = this.#begin(number);
    const { tasks, orders, random } = this.#epoch;
    // Rows are drawn sequentially, so the rows of skipped steps are drawn and discarded.
    const skipped = (place - this.#epoch.next) * this.#options.batchSize;
    for (let i = 0; i < skipped; i++) random.word();
    this.#epoch.next = place + 1;
    const task = at(tasks, place);
    const order = at(orders, task);
    const draw = (): number => at(order, random.word() % order.length);
    return { task, rows: Int32Array.from({ length: this.#options.batchSize }, draw) };
  }

  #begin(number: number): Epoch {
    const random = new MT19937(this.#options.seed + number);
    const orders = this.#options.sizes.map((size) => shuffled(size, random));
    const draw = (): number => {
      const [high, low] = [random.word(), random.word()];
      const u = ((high & 0x1fffff) * 2 ** 32 + low) * 2 ** -53;
      return this.#cumulative.findIndex((reach) => reach >= u);
    };
    return { number, random, orders, tasks: Array.from({ length: this.stepsPerEpoch }, draw), next: 0 };
  }
}

interface Epoch {
  readonly number: number;
  readonly random: MT19937;
  /** A permutation of each task's rows. */
  readonly orders: readonly Int32Array[];
  /** The task of every step. */
  readonly tasks: readonly number[];
  /** The step whose rows are drawn next. */
  next: number;
}

function shuffled(size: number, random: MT19937): Int32Array {
  const order = Int32Array.from({ length: size }, (_, i) => i);
  for (let i = 0; i < size - 1; i++) {
    const j = i + (random.word() % (size - i));
    const held = at(order, i);
    order[i] = at(order, j);
    order[j] = held;
  }
  return order;
}
