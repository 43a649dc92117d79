import { at, present } from '../../elements.ts';
import { fixedDim } from '../../graph/shape.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { add, constant } from '../../ops/arithmetic.ts';
import { concat } from '../../ops/concat.ts';
import { linear, matmul } from '../../ops/matmul.ts';

/** A product `B·A·x` of low rank that is added to the output of a linear layer. */
export interface LowRank {
  /** x `[rows, inputs]`. */
  readonly input: Tensor;
  /** A `[rank, inputs]`. */
  readonly a: Tensor;
  /** B `[outputs, rank]`, or `[rank, outputs]` if it is stored transposed. */
  readonly b: Tensor;
}

/**
 * Adds products of low rank to the outputs of linear layers that are computed as one. Two matrix products compute all of
 * them: one with the stacked A, and one with a matrix of blocks, which has each B in the rows of its layer.
 *
 * @param output `[rows, parts · outputs]`
 * @param parts a product for each layer; undefined for a layer without one
 * @param isTransposed whether each B is stored transposed
 */
export function addLowRank(
  output: Tensor,
  parts: readonly (LowRank | undefined)[],
  { isTransposed = false }: { readonly isTransposed?: boolean } = {},
): Tensor {
  const terms = present(parts);
  if (terms.length === 0) return output;
  const rankAxis = isTransposed ? 0 : 1;
  const ranks = terms.map(({ b }) => fixedDim(b.shape, rankAxis));
  const outputs = fixedDim(at(terms, 0).b.shape, 1 - rankAxis);
  const first = at(terms, 0).input;
  const inner = terms.every(({ input }) => input === first)
    ? linear(first, concat(terms.map(({ a }) => a)))
    : concat(
        terms.map(({ input, a }) => linear(input, a)),
        1,
      );
  const zeros = (rank: number): Tensor => constant(0, isTransposed ? [rank, outputs] : [outputs, rank]);
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const columns = parts.map((part) =>
    part
      ? concat(
          terms.map((term, i) => (term === part ? term.b : zeros(at(ranks, i)))),
          rankAxis,
        )
      : zeros(total),
  );
  const blocks = concat(columns, 1 - rankAxis);
  return add(output, isTransposed ? matmul(inner, blocks) : linear(inner, blocks));
}
