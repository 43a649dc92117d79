import type { Tensor } from '../graph/tensor.ts';
import { elementwise } from '../ops/elementwise.ts';

export interface AdamWOptions {
  /** Decay of the first moment; 0.9 by default. */
  readonly beta1: number;
  /** Decay of the second moment; 0.999 by default. */
  readonly beta2: number;
  /** Added to the uncorrected √v; 1e-8 by default. */
  readonly epsilon: number;
}

export const adamWDefaults: AdamWOptions = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/** Returns the values that change in every step: the step size `lr·√(1-β2^t)/(1-β1^t)`, and `lr·weightDecay`. */
export function adamWRates(
  learningRate: number,
  weightDecay: number,
  step: number,
  options: AdamWOptions,
): { readonly stepSize: number; readonly decay: number } {
  const { beta1, beta2 } = options;
  const stepSize = (learningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
  return { stepSize, decay: learningRate * weightDecay };
}

/**
 * AdamW as used in the experiments ("adamw_hf"). ε is added to the uncorrected √v. Decay follows the update.
 *
 * @param parameters `[size]`, as are both moments and the gradient
 * @param factor `[]`, multiplies the gradient: the clipping factor
 * @param stepSize `[]` and decay `[]`: see {@link adamWRates}
 */
export function adamW(
  state: { readonly parameters: Tensor; readonly m: Tensor; readonly v: Tensor },
  gradient: Tensor,
  { factor, stepSize, decay }: { readonly factor: Tensor; readonly stepSize: Tensor; readonly decay: Tensor },
  { beta1, beta2, epsilon }: AdamWOptions,
): { readonly parameters: Tensor; readonly m: Tensor; readonly v: Tensor } {
  const m = elementwise('adamM', [state.m, gradient, factor], (a, g, f) =>
    a.times(beta1).plus(g.times(f).times(1 - beta1)),
  );
  const v = elementwise('adamV', [state.v, gradient, factor], (a, g, f) => {
    const clipped = g.times(f);
    return a.times(beta2).plus(clipped.times(clipped).times(1 - beta2));
  });
  const parameters = elementwise(
    'adamW',
    [state.parameters, m, v, stepSize, decay],
    (p, first, second, rate, lambda) => {
      const moved = p.minus(rate.times(first.over(second.sqrt().plus(epsilon))));
      return moved.minus(moved.times(lambda));
    },
  );
  return { parameters, m, v };
}
