import type { Tensor } from '../graph/tensor.ts';
import { dropout } from '../ops/dropout.ts';

/** Dropout during training. Every site has its own random stream, given by its name. Absent in evaluation. */
export interface Dropout {
  /** Drops elements of x with a probability, by the random stream of this name, and scales the others. */
  apply(x: Tensor, probability: number, name: string): Tensor;
  /** The i32 `[3]` input with seed and step, for operations that draw their own masks. */
  readonly random: Tensor;
}

export function createDropout(random: Tensor): Dropout {
  return { random, apply: (x, probability, name) => dropout(x, probability, name, random) };
}
