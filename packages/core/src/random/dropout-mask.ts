import { philox } from './philox.ts';

/**
 * Defines the elements that dropout keeps. One Philox call covers eight neighbors of a row. Element (row, column) takes
 * the 16-bit half `column % 2` of word `(column % 8) / 2` for the counter (column / 8, row, stream, step) under the
 * seed's key. It is kept if this half is at least `threshold(p)`. All devices compute exactly this.
 */

/** Returns the threshold below which a 16-bit number falls with probability p, to within 2⁻¹⁷. */
export function dropoutThreshold(probability: number): number {
  return Math.round(probability * 65536);
}

/** The random state of dropout: the two key words of the seed, and the step. i32 `[3]` in graphs. */
export interface RandomState {
  /** First key word of the seed, unsigned. */
  readonly key0: number;
  /** Second key word of the seed, unsigned. */
  readonly key1: number;
  /** Number of the step. */
  readonly step: number;
}

/**
 * Fills one row of a mask, or a part of it, with 0 or `kept`.
 *
 * @param first column of the first element, a multiple of eight; default 0
 */
export function fillMaskRow(
  out: Float32Array | Float64Array | Int32Array,
  offset: number,
  width: number,
  row: number,
  stream: number,
  threshold: number,
  kept: number,
  state: RandomState,
  first = 0,
): void {
  for (let block = 0; block * 8 < width; block++) {
    const words = philox((first >> 3) + block, row, stream, state.step, state.key0, state.key1);
    for (let i = 0; i < 8 && block * 8 + i < width; i++) {
      // The index is below 4, and a call gives four words.
      const word = words[i >> 1] as number;
      out[offset + block * 8 + i] = ((i & 1) === 0 ? word & 0xffff : word >>> 16) >= threshold ? kept : 0;
    }
  }
}
