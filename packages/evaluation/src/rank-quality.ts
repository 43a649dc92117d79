import { ShapeError } from './errors.ts';
import type { Numbers } from './lists.ts';

/**
 * Returns what is lost if only the first k of a ranking are tried: the best score of all candidates minus the best of
 * the first k (regret@k, Renggli et al. 2022, arXiv 2204.01457). 0 if the best candidate is among them.
 *
 * @param scores score of each candidate; larger is better
 * @param order the candidates from the first to the last
 * @throws ShapeError if there is no candidate, or k is no whole number from 1
 */
export function regretAt(scores: Numbers, order: readonly number[], k: number): number {
  if (scores.length === 0 || order.length === 0 || !(Number.isInteger(k) && k > 0))
    throw new ShapeError(`The regret of the first ${k} of ${order.length} candidates is not defined.`);
  const best = Math.max(...Array.from(scores));
  return best - Math.max(...order.slice(0, k).map((i) => scores[i] ?? Number.NEGATIVE_INFINITY));
}

/**
 * Returns the expected regret@k of k candidates that are drawn at random, without repetition.
 *
 * @throws ShapeError as {@link regretAt}
 */
export function randomRegretAt(scores: Numbers, k: number): number {
  const falling = Array.from(scores).sort((a, b) => b - a);
  const [best] = falling;
  if (best === undefined || !(Number.isInteger(k) && k > 0))
    throw new ShapeError(`The regret of ${k} of ${scores.length} candidates is not defined.`);
  // The i-th best is the best of the drawn ones if it is drawn, and none of the i before it.
  let [missed, regret] = [1, 0];
  for (const [i, score] of falling.entries()) {
    const left = falling.length - i;
    const drawn = Math.min(1, k / left);
    regret += missed * drawn * (best - score);
    missed *= 1 - drawn;
  }
  return regret;
}
