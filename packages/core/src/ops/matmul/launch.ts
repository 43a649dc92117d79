import type { KernelProfile } from '../../graph/kernel.ts';
import { elements, lanesOf } from '../../graph/launch.ts';
import type { MatmulTile, Product } from '../../graph/product.ts';
import { type Dim, fixedDim, matrixOf } from '../../graph/shape.ts';
import type { Launch, Temporary, Tensor } from '../../graph/tensor.ts';
import { launchColumns } from '../reduce/kernels.ts';
import { usualTile } from './choose.ts';
import type { MatmulUse } from './operands.ts';
import { launchRegister } from './register.ts';
import { launchSubgroup } from './subgroup.ts';
import { launchWorkgroup } from './workgroup.ts';

export interface MatmulAttributes {
  /** Whether a is stored `[k, m]`. */
  readonly transposeA: boolean;
  /** Whether b is stored `[n, k]`, as PyTorch stores the weights of a linear layer. */
  readonly transposeB: boolean;
  /**
   * Whether f16 can hold the values of each operand, where the device computes with it. The magnitudes of gradients are
   * too small for it.
   */
  readonly halves: readonly [a: boolean, b: boolean];
}

/** Returns the kernels of a matrix product `y [m, n]`, or of several side by side, in the tile for its shape. */
export function launchMatmul(
  inputs: { readonly a: Tensor; readonly b: Tensor; readonly bias: Tensor | undefined },
  y: Tensor,
  { transposeA, transposeB, heads = 1, halves }: MatmulAttributes & { readonly heads?: number },
  profile: KernelProfile,
): Launch[] {
  const each = ({ shape }: Tensor): readonly [Dim, Dim] => {
    const [rows, columns] = matrixOf(shape);
    return [rows, heads === 1 ? columns : fixedDim(shape, 1) / heads];
  };
  const [rows, columns] = each(y);
  const { a, b } = inputs;
  const depth = each(a)[transposeA ? 0 : 1];
  const wide = (t: Tensor): boolean => lanesOf(each(t)) === 4;
  const [halfA, halfB] = profile.halves ? halves : [false, false];
  const product = { m: rows, n: columns, k: depth, transposeA, transposeB, heads, halfA, halfB };
  const tile = profile.tileOf?.(product) ?? usualTile(product, profile.matmul);
  const slices = heads === 1 ? (tile.slices ?? slicesOf(product)) : 1;
  const use: MatmulUse = {
    inputs,
    outputs: { y },
    sizes: { m: elements([rows]), n: elements([columns]), k: elements([depth]) },
    form: {
      ...{ transposeA, transposeB, halfA, halfB, slices, heads },
      ...{ wideA: wide(a), wideB: wide(b), wideY: wide(y) },
    },
  };
  if (slices === 1) return [launchTile(use, tile, profile)];
  const partial: Temporary = { temporary: 'slices', shape: [slices, rows, columns], dtype: 'f32' };
  return [
    launchTile({ ...use, outputs: { y: partial } }, tile, profile),
    launchColumns(partial, y, [], [slices], [rows, columns]),
  ];
}

/** Steps of k in a slice, and the number of result elements below which too few groups would do all the work. */
const sliceDepth = 512;
const mostSlices = 128;
const fewElements = 64 * 64;

/**
 * Returns the number of slices of k. One or two groups would compute a small result of a long sum, such as the gradient
 * of generated weights. It is therefore computed in slices, which are then added.
 */
function slicesOf({ m, n, k }: Product): number {
  if (typeof m !== 'number' || typeof n !== 'number' || typeof k !== 'number') return 1;
  if (m * n > fewElements || k < 8 * sliceDepth) return 1;
  return Math.min(Math.ceil(k / sliceDepth), mostSlices);
}

function launchTile(use: MatmulUse, tile: MatmulTile, profile: KernelProfile): Launch {
  switch (tile.unit) {
    case 'subgroup':
      return launchSubgroup(use, profile.subgroupSize);
    case 'register':
      return launchRegister(use, tile);
    case 'workgroup':
      return launchWorkgroup(use, tile);
  }
}
