import { scalarConstant } from '../graph/scalar.ts';
import { broadcastShapes, type Shape, sameShape } from '../graph/shape.ts';
import type { Tensor } from '../graph/tensor.ts';
import { elementwise } from './elementwise.ts';

/** Sum of tensors that broadcast. */
export function add(...terms: readonly Tensor[]): Tensor {
  return elementwise('add', terms, (first, ...rest) =>
    rest.reduce((sum, x) => sum.plus(x), first ?? scalarConstant(0)),
  );
}

/** `a - b`, broadcasting. */
export function subtract(a: Tensor, b: Tensor): Tensor {
  return elementwise('subtract', [a, b], (x, y) => x.minus(y));
}

/** Product of tensors that broadcast. */
export function multiply(...factors: readonly Tensor[]): Tensor {
  return elementwise('multiply', factors, (first, ...rest) =>
    rest.reduce((product, x) => product.times(x), first ?? scalarConstant(1)),
  );
}

/** `a / b`, broadcasting. */
export function divide(a: Tensor, b: Tensor): Tensor {
  return elementwise('divide', [a, b], (x, y) => x.over(y));
}

/** `factor · x`. */
export function scale(x: Tensor, factor: number): Tensor {
  return elementwise('scale', [x], (a) => a.times(factor));
}

/** `x²`. */
export function square(x: Tensor): Tensor {
  return elementwise('square', [x], (a) => a.times(a));
}

/** `e^x`. */
export function exp(x: Tensor): Tensor {
  return elementwise('exp', [x], (a) => a.exp());
}

/** A tensor filled with one value. */
export function constant(value: number, shape: Shape): Tensor {
  return elementwise('constant', [], () => scalarConstant(value), shape);
}

/** Stretches x to a larger shape by NumPy's rule. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  return sameShape(broadcastShapes(x.shape, shape), x.shape)
    ? x
    : elementwise('broadcast', [x], (a) => a, shape);
}
