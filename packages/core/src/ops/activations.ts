import type { Tensor } from '../graph/tensor.ts';
import { elementwise } from './elementwise.ts';

/** Gaussian error linear unit, erf form: `y = x · Φ(x)`. x, y `[...any]`. */
export function gelu(x: Tensor): Tensor {
  return elementwise('gelu', [x], (a) => a.times(a.times(Math.SQRT1_2).erf().plus(1).times(0.5)));
}

/** Gaussian error linear unit, tanh form (`gelu_new`): `y = x/2 · (1 + tanh(√(2/π)·(x + 0.044715 x³)))`. */
export function geluTanh(x: Tensor): Tensor {
  return elementwise('geluTanh', [x], (a) => {
    const inner = a.plus(a.times(a).times(a).times(0.044715)).times(Math.sqrt(2 / Math.PI));
    return a.times(inner.tanh().plus(1).times(0.5));
  });
}

/** `max(x, 0)`; the gradient at 0 is 0. */
export function relu(x: Tensor): Tensor {
  return elementwise('relu', [x], (a) => a.relu());
}

export function tanh(x: Tensor): Tensor {
  return elementwise('tanh', [x], (a) => a.tanh());
}

/** Logistic function `1 / (1 + e^-x)`. */
export function sigmoid(x: Tensor): Tensor {
  return elementwise('sigmoid', [x], (a) => a.sigmoid());
}
