import { ShapeError } from '../errors.ts';
import { defineKernel, elements, groupsFor, launch, type Size } from '../graph/kernel.ts';
import { defineOperation, type NumericArray, type Operation } from '../graph/operation.ts';
import { apply, type Tensor } from '../graph/tensor.ts';
import { wgsl } from '../graph/wgsl.ts';
import { multiply, subtract } from './arithmetic.ts';
import { sum } from './reduce.ts';
import { reshape } from './reshape.ts';

export interface SoftmaxAttributes {
  readonly axis: number;
}

/** Softmax over one axis. x, y `[...any]`; sums in f32. */
const softmaxOperation: Operation<SoftmaxAttributes> = defineOperation<SoftmaxAttributes>({
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
  wgsl: ({ inputs: [x], outputs: [y], attributes: { axis } }) => {
    const { shape } = y as Tensor;
    const outer = elements(shape.slice(0, axis));
    const inner = elements(shape.slice(axis + 1));
    const lines: Size = (dims) => outer(dims) * inner(dims);
    return [
      launch(softmaxKernel, {
        inputs: { x: x as Tensor },
        outputs: { y: y as Tensor },
        sizes: { lines, inner, size: elements(shape.slice(axis, axis + 1)) },
        constants: {},
        groups: groupsFor(lines, 64),
      }),
    ];
  },
});

/** One invocation per line: the axes that softmax serves here are short. */
const softmaxKernel = defineKernel({
  name: 'softmax',
  inputs: { x: 'values' },
  outputs: { y: 'values' },
  sizes: ['lines', 'inner', 'size'],
  workgroup: () => 64,
  body: ({ x, y, lines, inner, size }) => wgsl`
  let line = tile * 64u + local;
  if (line >= ${lines}) { return; }
  let first = line / ${inner} * ${inner} * ${size} + line % ${inner};
  var largest = ${x.flat('first')};
  for (var k = 1u; k < ${size}; k++) { largest = max(largest, ${x.flat(`first + k * ${inner}`)}); }
  var total = 0f;
  for (var k = 0u; k < ${size}; k++) { total += exp(${x.flat(`first + k * ${inner}`)} - largest); }
  for (var k = 0u; k < ${size}; k++) {
    let at = first + k * ${inner};
    let value = exp(${x.flat('at')} - largest) / total;
    ${y.flat('at', 'value')}
  }`,
});

/** Softmax over an axis; the last by default. */
export function softmax(x: Tensor, axis = -1): Tensor {
  return apply(softmaxOperation, [x], { axis: axis < 0 ? axis + x.shape.length : axis });
}
