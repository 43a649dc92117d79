import type { KernelProfile } from '../../graph/kernel.ts';
import { elements, lanesOf } from '../../graph/launch.ts';
import { type Dim, fixedDim, matrixOf } from '../../graph/shape.ts';
import type { Launch, Temporary, Tensor } from '../../graph/tensor.ts';
import { launchColumns } from '../reduce/kernels.ts';
import type { MatmulUse } from './operands.ts';
import { launchRegister } from './register.ts';
import { launchSubgroup } from './subgroup.ts';
import { launchWorkgroup } from './workgroup.ts';

/** Returns the kernels of a matrix product `y [m, n]`, or of several side by side, in the adapter's variant. */
export function launchMatmul(
  inputs: { readonly a: Tensor; readonly b: Tensor; readonly bias: Tensor | undefined },
  y: Tensor,
  {
    transposeA,
    transposeB,
    heads = 1,
  }: { readonly transposeA: boolean; readonly transposeB: boolean; readonly heads?: number },
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
  const slices = heads === 1 ? slicesOf(rows, columns, depth) : 1;
  const use: MatmulUse = {
    inputs,
    outputs: { y },
    sizes: { m: elements([rows]), n: elements([columns]), k: elements([depth]) },
    form: { transposeA, transposeB, wideA: wide(a), wideB: wide(b), wideY: wide(y), slices, heads },
  };
  if (slices === 1) return [launchForm(use, [rows, columns], profile)];
  const partial: Temporary = { temporary: 'slices', shape: [slices, rows, columns], dtype: 'f32' };
  return [
    launchForm({ ...use, outputs: { y: partial } }, [rows, columns], profile),
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
function slicesOf(rows: Dim, columns: Dim, depth: Dim): number {
  if (typeof rows !== 'number' || typeof columns !== 'number' || typeof depth !== 'number') return 1;
  if (rows * columns > fewElements || depth < 8 * sliceDepth) return 1;
  return Math.min(Math.ceil(depth / sliceDepth), mostSlices);
}

function launchForm(use: MatmulUse, [rows, columns]: readonly [Dim, Dim], profile: KernelProfile): Launch {
  switch (profile.matmul) {
    case 'subgroup':
      return launchSubgroup(use, profile.subgroupSize);
    case 'register':
      return launchRegister(use);
    case 'workgroup': {
      // A few dozen groups are needed to use a whole GPU.
      const few = typeof rows === 'number' && typeof columns === 'number' && rows * columns < 64 * 64 * 64;
      return launchWorkgroup(use, few || rows === 'sequences' ? 32 : 64);
    }
  }
}
