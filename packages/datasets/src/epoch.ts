import { checkPositiveInteger, InvalidOptionError } from './errors.ts';

/**
 * Yields the batches of one epoch: consecutive slices of a permutation of 0 … rows − 1. The last batch may be smaller.
 *
 * @param permutation returns the order of this epoch, a permutation of 0 … n − 1; the caller owns the random numbers
 */
export function* epochBatches(
  rows: number,
  batchSize: number,
  permutation: (n: number) => ArrayLike<number>,
): Generator<number[], void, undefined> {
  checkPositiveInteger('batchSize', batchSize);
  const order = Array.from(permutation(rows));
  if (order.length !== rows) {
    throw new InvalidOptionError('permutation', `a list of ${order.length}`, `${rows} row numbers`);
  }
  for (let start = 0; start < rows; start += batchSize) yield order.slice(start, start + batchSize);
}
