import { elements, type KernelProfile, type Launch, lanesOf } from '../../graph/kernel.ts';
import type { Dim } from '../../graph/shape.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { MatmulUse } from './operands.ts';
import { launchRegister } from './register.ts';
import { launchSubgroup } from './subgroup.ts';
import { launchWorkgroup } from './workgroup.ts';

/** The kernel of a matrix product `y [m, n]` in the form that suits the adapter. */
export function launchMatmul(
  inputs: { readonly a: Tensor; readonly b: Tensor; readonly bias: Tensor | undefined },
  y: Tensor,
  { transposeA, transposeB }: { readonly transposeA: boolean; readonly transposeB: boolean },
  profile: KernelProfile,
): Launch {
  const [rows, columns] = y.shape as [Dim, Dim];
  const { a, b } = inputs;
  const wide = (t: Tensor): boolean => lanesOf(t.shape) === 4;
  const use: MatmulUse = {
    inputs,
    outputs: { y },
    sizes: {
      m: elements([rows]),
      n: elements([columns]),
      k: elements([a.shape[transposeA ? 0 : 1] as Dim]),
    },
    form: { transposeA, transposeB, wideA: wide(a), wideB: wide(b), wideY: wide(y) },
  };
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
