import { ShapeError } from './errors.ts';
import { mean, type Numbers } from './lists.ts';
import { type ResamplingOptions, randomIndex } from './statistics/random-rows.ts';

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

/**
 * Tests whether rankings have a smaller mean regret@k over targets than candidates that are drawn at random. Under the null
 * hypothesis every k candidates of a target are equally likely to come first. The regret is compared with that of random
 * choices; the observed one counts as drawn, so that no p is 0.
 *
 * @param targets for each target the scores of its candidates in the order of its ranking
 * @returns the one-sided p: how often a random choice has as small a regret; mean regrets of the rankings and of chance
 * @throws ShapeError as {@link regretAt}
 */
export function regretTest(
  targets: readonly Numbers[],
  k: number,
  { resamples = 10_000, seed = 0 }: ResamplingOptions = {},
): { readonly p: number; readonly regret: number; readonly randomRegret: number } {
  const inOrder = (scores: Numbers): number[] => Array.from(scores, (_, i) => i);
  const regret = mean(targets.map((scores) => regretAt(scores, inOrder(scores), k)));
  const below = randomIndex(seed);
  const draw = (scores: Numbers): number => {
    const order = inOrder(scores);
    // The first k of a Fisher–Yates shuffle.
    for (let i = 0; i < Math.min(k, order.length); i++) {
      const j = i + below(order.length - i);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return regretAt(scores, order, k);
  };
  const most = regret + 1e-12 * Math.abs(regret);
  let asSmall = 1;
  for (let i = 0; i < resamples; i++) if (mean(targets.map(draw)) <= most) asSmall++;
  return {
    p: asSmall / (resamples + 1),
    regret,
    randomRegret: mean(targets.map((scores) => randomRegretAt(scores, k))),
  };
}
