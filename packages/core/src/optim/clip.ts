import type { Tensor } from '../graph/tensor.ts';
import { add, constant, square, sum } from '../ops/arithmetic.ts';
import { elementwise } from '../ops/elementwise.ts';

/** L2 norm over all gradients together, `[]`. */
export function globalNorm(gradients: readonly Tensor[]): Tensor {
  return elementwise('globalNorm', [add(...gradients.map((g) => sum(square(g))))], (total) => total.sqrt());
}

/** `min(1, maxNorm / (norm + 1e-6))`, `[]`, the factor of `torch.nn.utils.clip_grad_norm_`; 1 without a limit. */
export function clipFactor(norm: Tensor, maxNorm: number | undefined): Tensor {
  if (maxNorm === undefined) return constant(1, []);
  return elementwise('clipFactor', [norm], (n) => n.plus(1e-6).reciprocal().times(maxNorm).min(1));
}
