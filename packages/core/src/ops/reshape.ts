import { ShapeError } from '../errors.ts';
import { reshaped } from '../graph/alias.ts';
import { fixedShape, type Shape, sameShape, showShape, sizeOf } from '../graph/shape.ts';
import { apply, defineOperation, type Tensor } from '../graph/tensor.ts';

/** Gives the same elements, in row-major order, another shape. Devices avoid a copy if they can. */
const reshapeOperation = defineOperation<[x: Tensor], { readonly shape: Shape }>({
  name: 'reshape',
  alias: () => 'whole',
  outputs: ([x], { shape }) => {
    if (fixedShape(x.shape) && fixedShape(shape) && sizeOf(x.shape, {}) !== sizeOf(shape, {}))
      throw new ShapeError(`cannot reshape ${showShape(x.shape)} to ${showShape(shape)}`);
    return [{ shape, dtype: x.dtype }];
  },
  requires: ([x], { shape }) => [{ kind: 'sameSize', from: x.shape, to: shape }],
  gradient: ({ inputs: [x], gradients: [dy] }) => [reshape(dy, x.shape)],
  reference: ({ inputs: [x], outputs: [y] }) => y.copy(0, x),
  onnx: ({ inputs: [x], attributes: { shape }, emit }) => [emit.node('Reshape', [x, emit.shape(shape)])],
});

export function reshape(x: Tensor, shape: Shape): Tensor {
  const source = reshaped(x);
  if (sameShape(x.shape, shape)) return x;
  return sameShape(source.shape, shape) ? source : apply(reshapeOperation, [source], { shape });
}
