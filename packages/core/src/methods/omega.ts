import { at } from '../elements.ts';
import { scalarConstant } from '../graph/scalar.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Dropout } from '../nn/dropout.ts';
import { divide, mean, sum } from '../ops/arithmetic.ts';
import { elementwise } from '../ops/elementwise.ts';
import { reshape } from '../ops/reshape.ts';
import { softmax } from '../ops/softmax.ts';
import type { ScalearnSettings } from './scalearn-settings.ts';

// What ScaLearn makes of ω, for sources of any kind. In shapes, T is the number of sources, and width is the size of a
// vector of ω, or 1 for scalars.

/**
 * Returns the coefficients as the forward pass uses them: ω after dropout and normalization over the sources.
 *
 * @param omega `[layers, T, width]`
 * @param dropout absent in evaluation
 * @param stream name of the random stream of the dropout
 * @returns `[layers, T, width]`
 */
export function coefficientsOf(
  omega: Tensor,
  settings: Pick<ScalearnSettings, 'dropout' | 'normalization'>,
  dropout: Dropout | undefined,
  stream: string,
): Tensor {
  const dropped = dropout?.apply(omega, settings.dropout, stream) ?? omega;
  if (settings.normalization === 'softmax') return softmax(dropped, 1);
  if (settings.normalization === 'none') return dropped;
  const { shape } = dropped;
  return divide(dropped, reshape(sum(dropped, 1), [at(shape, 0), 1, at(shape, 2)]));
}

/** Returns one layer's coefficients, `[T, width]`, as used after training: normalized, without dropout. */
export function finalCoefficients(
  omega: Float32Array,
  T: number,
  settings: Pick<ScalearnSettings, 'normalization'>,
): Float64Array {
  const width = omega.length / T;
  const result = Float64Array.from(omega);
  if (settings.normalization === 'none') return result;
  const softmax = settings.normalization === 'softmax';
  for (let c = 0; c < width; c++) {
    const column = Array.from({ length: T }, (_, t) => at(result, t * width + c));
    const largest = Math.max(...column);
    const values = softmax ? column.map((v) => Math.exp(v - largest)) : column;
    const total = values.reduce((a, b) => a + b, 0);
    for (const [t, value] of values.entries()) result[t * width + c] = value / total;
  }
  return result;
}

/**
 * Returns the penalty that pulls ω toward 1, `λ/T · Σ_layers Σ_t (1 - mean_j ω[t, j])²`, `[]`.
 *
 * @param omega `[layers, T, width]`
 */
export function omegaPenalty(
  omega: Tensor,
  { regularization }: Pick<ScalearnSettings, 'regularization'>,
  T: number,
): Tensor {
  const distance = elementwise('distanceFromOne', [mean(omega, 2)], (w) => {
    const d = scalarConstant(1).minus(w);
    return d.times(d).times(regularization / T);
  });
  return sum(distance);
}
