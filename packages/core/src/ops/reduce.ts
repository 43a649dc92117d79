import { ShapeError } from '../errors.ts';
import { defineOperation } from '../graph/operation.ts';
import { scalarDim } from '../graph/scalar.ts';
import { type Shape, sameShape, showShape, sizeOf } from '../graph/shape.ts';
import { apply, type Tensor } from '../graph/tensor.ts';
import { broadcastTo } from './arithmetic.ts';
import { elementwise } from './elementwise.ts';
import { launchReduce } from './reduce/kernels.ts';
import { reshape } from './reshape.ts';

export interface ReduceAttributes {
  /** The axes `begin … end - 1` are summed and kept with size 1. */
  readonly begin: number;
  readonly end: number;
}

/** Sum over neighbouring axes, in ascending order of index: `[outer, axis, inner]` to `[outer, 1, inner]`. */
const reduceOperation = defineOperation<[x: Tensor], ReduceAttributes>({
  name: 'reduce',
  outputs: ([{ shape }], { begin, end }) => {
    if (begin < 0 || end > shape.length || begin >= end)
      throw new ShapeError(`cannot sum axes ${begin} to ${end - 1} of ${showShape(shape)}`);
    return [{ shape: shape.map((dim, i) => (i >= begin && i < end ? 1 : dim)), dtype: 'f32' }];
  },
  gradient: ({ inputs: [x], gradients: [dy] }) => [broadcastTo(dy, x.shape)],
  reference({ inputs: [x], outputs: [y], attributes: { begin, end } }) {
    const inner = sizeOf(x.shape.slice(end), {});
    const axis = sizeOf(x.shape.slice(begin, end), {});
    for (let i = 0; i < y.length; i++) {
      const start = Math.floor(i / inner) * axis * inner + (i % inner);
      let sum = 0;
      for (let k = 0; k < axis; k++) sum += x.get(start + k * inner);
      y.set(i, sum);
    }
  },
  onnx: ({ inputs: [x], attributes: { begin, end }, emit }) => {
    const axes = Array.from({ length: end - begin }, (_, i) => begin + i);
    return [emit.node('ReduceSum', [x, emit.ints(...axes)], { keepdims: 1 })];
  },
  wgsl: ({ inputs: [x], outputs: [y], attributes, profile }) => launchReduce(x, y, attributes, profile),
});

function reduce(x: Tensor, begin: number, end: number): Tensor {
  return x.shape.slice(begin, end).every((dim) => dim === 1)
    ? x
    : apply(reduceOperation, [x], { begin, end });
}

/** Sum over one axis (negative counts from the last), which disappears; over all axes to `[]` without one. */
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

/** Undoes broadcasting: sums x down to a shape that broadcasts to x's. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.shape.length - shape.length;
  const padded: Shape = [...Array<number>(lead).fill(1), ...shape];
  let result = x;
  for (let end = padded.length; end > 0; end--) {
    const stretched = (axis: number): boolean => padded[axis] === 1 && x.shape[axis] !== 1;
    if (!stretched(end - 1)) continue;
    let begin = end - 1;
    while (begin > 0 && (stretched(begin - 1) || (padded[begin - 1] === 1 && x.shape[begin - 1] === 1)))
      begin--;
    result = reduce(result, begin, end);
    end = begin + 1;
  }
  return reshape(result, shape);
}
