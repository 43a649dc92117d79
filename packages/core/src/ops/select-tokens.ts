import { ShapeError } from '../errors.ts';
import { dimOf, showShape } from '../graph/shape.ts';
import type { Tensor } from '../graph/tensor.ts';
import { embedding } from './embedding.ts';
import { selectRows } from './row-wise.ts';

/**
 * Selects rows of x `[tokens, width]` by token indices i32 `[n]`: `[n, width]`. Rows are selected as early as the graph
 * allows. If nothing else is read, the last layer of an encoder is computed only for these tokens.
 */
export function selectTokens(x: Tensor, tokens: Tensor): Tensor {
  if (tokens.dtype !== 'i32' || tokens.shape.length !== 1)
    throw new ShapeError(`tokens are selected by i32 [n], not by ${tokens.dtype} ${showShape(tokens.shape)}`);
  return selectRows(x, dimOf(tokens.shape, 0), (full) => embedding(full, tokens));
}
