import { ShapeError } from '../errors.ts';
import { defineKernel } from '../graph/kernel.ts';
import { eachItem, elements, launch } from '../graph/launch.ts';
import { showShape } from '../graph/shape.ts';
import { apply, defineOperation, type Tensor } from '../graph/tensor.ts';
import { wgsl } from '../graph/wgsl.ts';

/**
 * Transposes a matrix: x `[rows, columns]`, y `[columns, rows]`. Matrix products transpose their operands themselves at
 * no cost, so only other operations need this.
 */
const transposeOperation = defineOperation<[x: Tensor]>({
  name: 'transpose',
  outputs: ([{ shape, dtype }]) => {
    if (shape.length !== 2) throw new ShapeError(`only matrices can be transposed, not ${showShape(shape)}`);
    return [{ shape: [...shape].reverse(), dtype }];
  },
  gradient: ({ gradients: [dy] }) => [transpose(dy)],
  reference({ inputs: [x], outputs: [y] }) {
    for (let i = 0; i < x.rows; i++)
      for (let j = 0; j < x.width; j++) y.set(j * x.rows + i, x.get(i * x.width + j));
  },
  onnx: ({ inputs, emit }) => [emit.node('Transpose', inputs, { perm: [1, 0] })],
  wgsl: ({ inputs: [x], outputs: [y] }) => {
    const sizes = { items: elements(y.shape), width: elements(y.shape.slice(1)) };
    return [launch(transposeKernel, { inputs: { x }, outputs: { y }, sizes, constants: {} })];
  },
});

const transposeKernel = defineKernel({
  name: 'transpose',
  inputs: { x: 'values' },
  outputs: { y: 'values' },
  sizes: ['items', 'width'],
  body: ({ x, y, items, width }) => wgsl`
${eachItem('item', items)}
  let row = item / ${width};
  let column = item - row * ${width};
  ${y.put('row', 'column', x.get('column', 'row'))}`,
});

/** Transposes a matrix `[rows, columns]` to `[columns, rows]`. */
export function transpose(x: Tensor): Tensor {
  return apply(transposeOperation, [x], null);
}
