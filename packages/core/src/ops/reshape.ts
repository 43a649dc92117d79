import { ShapeError } from '../errors.ts';
import { defineOperation, type NumericArray, type Operation } from '../graph/operation.ts';
import { type Shape, sameShape, showShape } from '../graph/shape.ts';
import { apply, type Tensor } from '../graph/tensor.ts';

export interface ReshapeAttributes {
  readonly shape: Shape;
}

/** The same elements in row-major order under another shape. Devices that can, copy nothing. */
export const reshapeOperation: Operation<ReshapeAttributes> = defineOperation<ReshapeAttributes>({
  name: 'reshape',
  outputs: ([x], { shape }) => {
    const fixed = (s: Shape): number | undefined =>
      s.every((d) => typeof d === 'number') ? s.reduce<number>((a, b) => a * (b as number), 1) : undefined;
    const [from, to] = [fixed((x as Tensor).shape), fixed(shape)];
    if (from !== undefined && to !== undefined && from !== to)
      throw new ShapeError(`cannot reshape ${showShape((x as Tensor).shape)} to ${showShape(shape)}`);
    return [{ shape, dtype: (x as Tensor).dtype }];
  },
  requires: ([x], { shape }) => [{ kind: 'sameSize', from: (x as Tensor).shape, to: shape }],
  renames: true,
  gradient: ({ inputs: [x], gradients: [dy] }) => [reshape(dy as Tensor, (x as Tensor).shape)],
  reference: ({ inputs: [x], outputs: [y] }) => {
    (y as NumericArray).set(x as NumericArray);
  },
  onnx: ({ inputs: [x], attributes: { shape }, emit }) => [
    emit.node('Reshape', [x as string, emit.shape(shape)]),
  ],
});

export function reshape(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  if (x.node.operation === (reshapeOperation as unknown)) return reshape(x.node.inputs[0] as Tensor, shape);
  return apply(reshapeOperation, [x], { shape });
}
