import type { KernelProfile } from '../../graph/kernel.ts';
import { elements, lanesOf } from '../../graph/launch.ts';
import { type Dim, dimOf, matrixOf } from '../../graph/shape.ts';
import type { Launch, Temporary, Tensor } from '../../graph/tensor.ts';
import { launchColumns } from '../reduce/kernels.ts';
import type { MatmulUse } from './operands.ts';
import { launchRegister } from './register.ts';
import { launchSubgroup } from './subgroup.ts';
import { launchWorkgroup } from './workgroup.ts';

/** The kernels of a matrix product `y [m, n]` in the form that suits the adapter. */
export function launchMatmul(
  inputs: { readonly a: Tensor; readonly b: Tensor; readonly bias: Tensor | undefined },
  y: Tensor,
  { transposeA, transposeB }: { readonly transposeA: boolean; readonly transposeB: boolean },
  profile: KernelProfile,
): Launch[] {
  const [rows, columns] = matrixOf(y.shape);
  const { a, b } = inputs;
  const depth = dimOf(a.shape, transposeA ? 0 : 1);
  const wide = (t: Tensor): boolean => lanesOf(t.shape) === 4;
  const slices = slicesOf(rows, columns, depth);
  const use: MatmulUse = {
    inputs,
    outputs: { y },
    sizes: { m: elements([rows]), n: elements([columns]), k: elements([depth]) },
    form: { transposeA, transposeB, wideA: wide(a), wideB: wide(b), wideY: wide(y), slices },
  };
  if (slices === 1) return [launchForm(use, [rows, columns], profile)];
  const partial: Temporary = { temporary: 'slices', shape: [slices, rows, columns], dtype: 'f32' };
  return [
    launchForm({ ...use, outputs: { y: partial } }, [rows, columns], profile),
    launchColumns(partial, y, [], [slices], [rows, columns]),
  ];
}

/** Steps of k in a slice, and elements of a result below which few groups would have all the work. */
const sliceDepth = 512;
const mostSlices = 128;
const fewElements = 64 * 64;

/**
 * A small result of a long sum, as the gradient of what weights are generated from, would be left to one or two groups;
 * so it is computed in slices, which are added up.
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
      // A GPU is not filled by fewer than some dozens of groups.
      const few = typeof rows === 'number' && typeof columns === 'number' && rows * columns < 64 * 64 * 64;
      return launchWorkgroup(use, few || rows === 'sequences' ? 32 : 64);
    }
  }
}
