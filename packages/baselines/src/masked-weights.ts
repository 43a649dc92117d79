import { concat, multiply, reshape, split, type Tensor, topMask } from '@scalearn/core/graph';

/**
 * Returns the binary masks of score matrices of one size. Each mask keeps the scores that are largest in magnitude. All
 * masks are computed once per batch in one operation.
 *
 * @param scores `[rows, columns]` each
 * @returns `[masks, rows·columns]`, 0 or 1. Gradients pass straight through to the scores.
 */
export function scoreMasks(scores: readonly Tensor[], keep: number): Tensor {
  return topMask(concat(scores.map((each) => reshape(each, [1, sizeOf(each)]))), keep);
}

/**
 * Returns `W ⊙ M_i` for every row of masks: W `[rows, columns]`, masks `[count, rows·columns]`. Each result has W's
 * shape.
 */
export function maskedWeights(weight: Tensor, masks: Tensor): readonly Tensor[] {
  const [count] = masks.shape as [number, number];
  const all = multiply(reshape(weight, [1, sizeOf(weight)]), masks);
  return split(all, Array<number>(count).fill(1)).map((each) => reshape(each, weight.shape));
}

const sizeOf = ({ shape }: Tensor): number => (shape as readonly number[]).reduce((a, b) => a * b, 1);
