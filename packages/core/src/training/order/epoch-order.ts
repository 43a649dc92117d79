import { at } from '../../elements.ts';
import { epochBatches } from '../batches.ts';
import type { BatchOrder, StepBatch } from './batch-order.ts';

/** One task: every row once in each epoch, in a new order. */
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
