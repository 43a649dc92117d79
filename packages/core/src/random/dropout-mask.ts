import { philox } from './philox.ts';

/**
 * Which elements dropout keeps. One Philox call decides eight neighbors of a row: element (row, column) takes the
 * 16-bit half `column % 2` of word `(column % 8) / 2` for the counter (column / 8, row, stream, step) under the seed's
 * key, and is kept where that is at least `threshold(p)`. Every device computes exactly this.
 */

/** A 16-bit number is below this with probability p, to within 2⁻¹⁷. */
export function dropoutThreshold(probability: number): number {
  return Math.round(probability * 65536);
}

/** The state dropout needs: the two key words of the seed, and the step. i32 `[3]` in graphs. */
export interface RandomState {
  readonly key0: number;
  readonly key1: number;
  readonly step: number;
}

/** Whether element (row, column) is kept. */
export function keeps(
  row: number,
  column: number,
  stream: number,
  threshold: number,
  state: RandomState,
): boolean {
  const words = philox(column >>> 3, row, stream, state.step, state.key0, state.key1);
  // A call gives four words.
  const word = words[(column >>> 1) & 3] as number;
  return ((column & 1) === 0 ? word & 0xffff : word >>> 16) >= threshold;
}

/** Fills one row of a mask with 0 or `kept`. */
export function fillMaskRow(
  out: Float32Array | Float64Array | Int32Array,
  offset: number,
  width: number,
  row: number,
  stream: number,
  threshold: number,
  kept: number,
  state: RandomState,
): void {
  for (let block = 0; block * 8 < width; block++) {
    const words = philox(block, row, stream, state.step, state.key0, state.key1);
    for (let i = 0; i < 8 && block * 8 + i < width; i++) {
      // A call gives four words.
      const word = words[i >> 1] as number;
      out[offset + block * 8 + i] = ((i & 1) === 0 ? word & 0xffff : word >>> 16) >= threshold ? kept : 0;
    }
  }
}
