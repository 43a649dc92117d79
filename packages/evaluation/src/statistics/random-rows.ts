import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { mersenne } from 'pure-rand/generator/mersenne';

/** Options of resampling. The same seed gives the same draws on every platform. */
export interface ResamplingOptions {
  /** Number of resamples. Default 10,000. */
  readonly resamples?: number;
  /** Seed of the draws. Default 0. */
  readonly seed?: number;
}

/** Returns a source of fair random signs: each call returns 1 or -1. */
export function randomSigns(seed: number): () => 1 | -1 {
  const generator = mersenne(seed);
  let bits = 0;
  let left = 0;
  return () => {
    if (left === 0) [bits, left] = [generator.next(), 32];
    left--;
    const sign = bits & 1 ? 1 : -1;
    bits >>>= 1;
    return sign;
  };
}

/** Returns a source of random whole numbers: each call returns one from 0 to below its argument. */
export function randomIndex(seed: number): (below: number) => number {
  const generator = mersenne(seed);
  return (below) => uniformInt(generator, 0, below - 1);
}

/** Yields row numbers drawn with replacement, as many as there are rows, for each resample. */
export function* resampledRows(
  rows: number,
  { resamples = 10_000, seed = 0 }: ResamplingOptions,
): Generator<Int32Array> {
  const generator = mersenne(seed);
  for (let i = 0; i < resamples; i++)
    yield Int32Array.from({ length: rows }, () => uniformInt(generator, 0, rows - 1));
}
