import { scalarConstant, scalarDim } from '../graph/scalar.ts';
import type { Shape } from '../graph/shape.ts';
import type { Tensor } from '../graph/tensor.ts';
import { elementwise, reduce } from './elementwise.ts';
import { reshape } from './reshape.ts';

/** Sum of tensors, broadcasting. */
export function add(...terms: readonly Tensor[]): Tensor {
  return elementwise('add', terms, (first, ...rest) =>
    rest.reduce((sum, x) => sum.plus(x), first ?? scalarConstant(0)),
  );
}

/** `a - b`, broadcasting. */
export function subtract(a: Tensor, b: Tensor): Tensor {
  return elementwise('subtract', [a, b], (x, y) => x.minus(y));
}

/** Product of tensors, broadcasting. */
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

/** Sum over one axis, which is removed. A negative axis counts from the last. Without an axis: sum of all, `[]`. */
export function sum(x: Tensor, axis?: number): Tensor {
  const rank = x.shape.length;
  if (axis === undefined) return rank === 0 ? x : reshape(reduce(x, 0, rank), []);
  const at = axis < 0 ? axis + rank : axis;
  return reshape(reduce(x, at, at + 1), [...x.shape.slice(0, at), ...x.shape.slice(at + 1)]);
}

/** Mean over one axis, or over all; see {@link sum}. */
export function mean(x: Tensor, axis?: number): Tensor {
  const rank = x.shape.length;
  const over = axis === undefined ? x.shape : [x.shape[axis < 0 ? axis + rank : axis] ?? 1];
  return elementwise('mean', [sum(x, axis)], (total) =>
    over.reduce((y, dim) => y.over(scalarDim(dim)), total),
  );
}
