import type { Scalar } from '../graph/scalar.ts';
import type { Tensor } from '../graph/tensor.ts';
import { gelu, geluTanh, relu, sigmoid, tanh } from './activations.ts';
import { elementwise } from './elementwise.ts';

const of =
  (label: string, y: (x: Scalar) => Scalar) =>
  (x: Tensor): Tensor =>
    elementwise(label, [x], y);

/** `x · σ(x)`, also called swish. */
const silu = of('silu', (x) => x.times(x.sigmoid()));
/** `x`, or `x / 100` below 0. */
const leakyRelu = of('leakyRelu', (x) => x.times(x.greater(0).times(0.99).plus(0.01)));
/** `x · tanh(log(1 + e^x))`, where tanh is `σ(x)·(1 + s) / (1 + s²)` with `s = σ(-x)`, so that nothing overflows. */
const mish = of('mish', (x) => {
  const s = x.negate().sigmoid();
  return x.times(x.sigmoid()).times(s.plus(1)).over(s.times(s).plus(1));
});
/** The normal CDF with mean √½ and variance 1 / 4π: `(1 + erf((x - μ) / (σ·√2))) / 2`. */
const laplace = of('laplace', (x) => {
  // biome-ignore lint/suspicious/noApproximativeNumericConstant: the definition's, to six digits
  const z = x.minus(0.707107).times(1 / (0.282095 * Math.SQRT2));
  return z.erf().plus(1).times(0.5);
});

/**
 * Activations by the names of transformers and the `adapters` library, except those with weights (`prelu`, `xielu`).
 * Names that differ only in the Python implementation of one function are the same here.
 */
export const activations: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  gelu,
  gelu_10: (x) => of('clip', (a) => a.max(-10).min(10))(gelu(x)),
  gelu_accurate: geluTanh,
  gelu_fast: geluTanh,
  gelu_new: geluTanh,
  gelu_python: gelu,
  gelu_python_tanh: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  laplace,
  leaky_relu: leakyRelu,
  leakyrelu: leakyRelu,
  linear: (x) => x,
  mish,
  quick_gelu: of('quickGelu', (x) => x.times(x.times(1.702).sigmoid())),
  relu,
  relu2: of('reluSquared', (x) => x.relu().times(x.relu())),
  relu6: of('relu6', (x) => x.relu().min(6)),
  sigmoid,
  silu,
  swish: silu,
  tanh,
};
