import { ShapeError } from '../errors.ts';
import { defineKernel, elements, groupsFor, launch } from '../graph/kernel.ts';
import { defineOperation, type NumericArray, type Operation } from '../graph/operation.ts';
import { showShape } from '../graph/shape.ts';
import { apply, type Tensor } from '../graph/tensor.ts';
import { wgsl } from '../graph/wgsl.ts';

/**
 * Rows become columns: x `[rows, columns]`, y `[columns, rows]`. Products transpose their operands themselves, at no
 * cost; this is for what else needs a matrix the other way round.
 */
const transposeOperation: Operation<null> = defineOperation<null>({
  name: 'transpose',
  outputs: ([x]) => {
    const { shape, dtype } = x as Tensor;
    if (shape.length !== 2) throw new ShapeError(`only matrices can be transposed, not ${showShape(shape)}`);
    return [{ shape: [...shape].reverse(), dtype }];
  },
  gradient: ({ gradients: [dy] }) => [transpose(dy as Tensor)],
  reference({ inputs: [x], outputs: [y], inputShapes: [shape] }) {
    const [rows, columns] = shape as [number, number];
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++)
        (y as NumericArray)[j * rows + i] = (x as NumericArray)[i * columns + j] as number;
  },
  onnx: ({ inputs, emit }) => [emit.node('Transpose', inputs, { perm: [1, 0] })],
  wgsl: ({ inputs: [x], outputs: [y] }) => {
    const { shape } = y as Tensor;
    const items = elements(shape);
    return [
      launch(transposeKernel, {
        inputs: { x: x as Tensor },
        outputs: { y: y as Tensor },
        sizes: { items, width: elements(shape.slice(1)) },
        constants: {},
        groups: groupsFor(items, 64),
      }),
    ];
  },
});

const transposeKernel = defineKernel({
  name: 'transpose',
  inputs: { x: 'values' },
  outputs: { y: 'values' },
  sizes: ['items', 'width'],
  workgroup: () => 64,
  body: ({ x, y, items, width }) => wgsl`
  let item = tile * 64u + local;
  if (item >= ${items}) { return; }
  let row = item / ${width};
  let column = item - row * ${width};
  ${y.put('row', 'column', x.get('column', 'row'))}`,
});

/** A matrix with rows and columns exchanged. */
export function transpose(x: Tensor): Tensor {
  return apply(transposeOperation, [x], null);
}
