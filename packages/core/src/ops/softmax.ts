import { ShapeError } from '../errors.ts';
import { defineOperation, type NumericArray, type Operation } from '../graph/operation.ts';
import { apply, type Tensor } from '../graph/tensor.ts';
import { multiply, subtract } from './arithmetic.ts';
import { sum } from './reduce.ts';
import { reshape } from './reshape.ts';

export interface SoftmaxAttributes {
  readonly axis: number;
}

/** Softmax over one axis. x, y `[...any]`; sums in f32. */
export const softmaxOperation: Operation<SoftmaxAttributes> = defineOperation<SoftmaxAttributes>({
  name: 'softmax',
  outputs: ([x], { axis }) => {
    if (axis < 0 || axis >= (x as Tensor).shape.length)
      throw new ShapeError(`softmax: there is no axis ${axis}`);
    return [{ shape: (x as Tensor).shape, dtype: 'f32' }];
  },
  gradient: ({ outputs: [y], attributes: { axis }, gradients: [dy] }) => {
    const [p, g] = [y as Tensor, dy as Tensor];
    const kept = p.shape.map((dim, i) => (i === axis ? 1 : dim));
    return [multiply(p, subtract(g, reshape(sum(multiply(p, g), axis), kept)))];
  },
  reference({ inputs: [x], outputs: [y], inputShapes: [shape], attributes: { axis } }) {
    const dims = shape as number[];
    const size = dims[axis] as number;
    const inner = dims.slice(axis + 1).reduce((a, b) => a * b, 1);
    const [value, out] = [x as NumericArray, y as NumericArray];
    for (let start = 0; start < value.length; start += size * inner)
      for (let i = start; i < start + inner; i++) {
        let largest = -Infinity;
        for (let k = 0; k < size; k++) largest = Math.max(largest, value[i + k * inner] as number);
        let total = 0;
        for (let k = 0; k < size; k++) total += Math.exp((value[i + k * inner] as number) - largest);
        for (let k = 0; k < size; k++)
          out[i + k * inner] = Math.exp((value[i + k * inner] as number) - largest) / total;
      }
  },
  onnx: ({ inputs, attributes: { axis }, emit }) => [emit.node('Softmax', inputs, { axis })],
});

/** Softmax over an axis; the last by default. */
export function softmax(x: Tensor, axis = -1): Tensor {
  return apply(softmaxOperation, [x], { axis: axis < 0 ? axis + x.shape.length : axis });
}
