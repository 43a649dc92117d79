import { ShapeError } from '../errors.ts';
import { defineKernel } from '../graph/kernel.ts';
import { eachItem, elements, launch } from '../graph/launch.ts';
import type { DimValues } from '../graph/shape.ts';
import { apply, defineOperation, type Tensor } from '../graph/tensor.ts';
import { lines, softmaxOf } from '../graph/values.ts';
import { wgsl } from '../graph/wgsl.ts';
import { multiply, subtract, sum } from './arithmetic.ts';
import { reshape } from './reshape.ts';

/** Softmax over one axis. x, y `[...any]`. Sums are f32. */
const softmaxOperation = defineOperation<[x: Tensor], { readonly axis: number }>({
  name: 'softmax',
  outputs: ([{ shape }], { axis }) => {
    if (axis < 0 || axis >= shape.length) throw new ShapeError(`softmax: there is no axis ${axis}`);
    return [{ shape, dtype: 'f32' }];
  },
  gradient: ({ outputs: [y], attributes: { axis }, gradients: [dy] }) => {
    const kept = y.shape.map((dim, i) => (i === axis ? 1 : dim));
    return [multiply(y, subtract(dy, reshape(sum(multiply(y, dy), axis), kept)))];
  },
  reference({ inputs: [x], outputs: [y], attributes: { axis } }) {
    for (const start of lines(x, axis)) softmaxOf(x.line(start, axis), y.line(start, axis));
  },
  onnx: ({ inputs, attributes: { axis }, emit }) => [emit.node('Softmax', inputs, { axis })],
  wgsl: ({ inputs: [x], outputs: [y], attributes: { axis } }) => {
    const [outer, inner] = [elements(y.shape.slice(0, axis)), elements(y.shape.slice(axis + 1))];
    const size = elements(y.shape.slice(axis, axis + 1));
    const sizes = { lines: (dims: DimValues) => outer(dims) * inner(dims), inner, size };
    return [launch(softmaxKernel, { inputs: { x }, outputs: { y }, sizes, constants: {} })];
  },
});

/** Uses one invocation per line, because the axes are short. */
const softmaxKernel = defineKernel({
  name: 'softmax',
  inputs: { x: 'values' },
  outputs: { y: 'values' },
  sizes: ['lines', 'inner', 'size'],
  body: ({ x, y, lines, inner, size }) => wgsl`
${eachItem('line', lines)}
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
