import type { RandomState } from '../../src/random/dropout-mask.ts';
import { philox } from '../../src/random/philox.ts';

/** Whether dropout keeps element (row, column), by the definition of the mask, one element at a time. */
export function keeps(
  row: number,
  column: number,
  stream: number,
  threshold: number,
  state: RandomState,
): boolean {
  const words = philox(column >>> 3, row, stream, state.step, state.key0, state.key1);
  // The index is below 4, and a call gives four words.
  const word = words[(column >>> 1) & 3] as number;
  return ((column & 1) === 0 ? word & 0xffff : word >>> 16) >= threshold;
}
