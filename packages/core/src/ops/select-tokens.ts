import { ShapeError } from '../errors.ts';
import { dimOf, showShape } from '../graph/shape.ts';
import type { Tensor } from '../graph/tensor.ts';
import { embedding } from './embedding.ts';
import { selectRows } from './row-wise.ts';

/**
 * Some tokens' rows of x `[tokens, width]` by their numbers i32 `[n]`: `[n, width]`. Rows are selected as early as the
 * graph allows: the last layer of an encoder is computed for these tokens only, where nothing else is read.
 */
export function selectTokens(x: Tensor, tokens: Tensor): Tensor {
  if (tokens.dtype !== 'i32' || tokens.shape.length !== 1)
    throw new ShapeError(`tokens are selected by i32 [n], not by ${tokens.dtype} ${showShape(tokens.shape)}`);
  return selectRows(x, dimOf(tokens.shape, 0), (full) => embedding(full, tokens));
}
