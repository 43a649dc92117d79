// A custom operation: normalization by the root of the mean square, in two WGSL kernels.

import { ShapeError } from '@scalearn/core';
import {
  apply,
  defineKernel,
  defineOperation,
  divide,
  eachItem,
  elements,
  elementwise,
  f32Literal,
  forEachRow,
  launch,
  mean,
  multiply,
  reshape,
  rowsOf,
  type Shape,
  sameShape,
  showShape,
  square,
  subtract,
  sumOf,
  sumTo,
  type Temporary,
  type Tensor,
  wgsl,
  widthOf,
} from '@scalearn/core/graph';

interface RmsNormAttributes {
  readonly epsilon: number;
}

const rmsNormOperation = defineOperation<[x: Tensor, weight: Tensor], RmsNormAttributes>({
  name: 'rmsNorm',
  outputs: ([{ shape }, weight]) => {
    if (shape.length === 0 || !sameShape(weight.shape, shape.slice(-1)))
      throw new ShapeError(`rmsNorm of ${showShape(shape)} cannot take a weight ${showShape(weight.shape)}`);
    return [{ shape, dtype: 'f32' }];
  },
  // With r = √(mean(x²) + ε) and g = dy · weight: dx = g/r - x · mean(g · x) / r³, dweight = Σ dy · x/r.
  gradient({ inputs: [x, weight], attributes, gradients: [dy], wanted }) {
    const r = rootMeanSquare(x, attributes);
    const g = multiply(dy, weight);
    const pull = multiply(x, divide(lastMean(multiply(g, x)), multiply(r, r, r)));
    return [
      wanted[0] ? subtract(divide(g, r), pull) : undefined,
      wanted[1] ? sumTo(multiply(dy, divide(x, r)), weight.shape) : undefined,
    ];
  },
  reference({ inputs: [x, weight], outputs: [y], attributes: { epsilon } }) {
    forEachRow(x, y, (from, to) => {
      const r = Math.sqrt(sumOf(from, (c) => from.get(c) ** 2) / from.length + epsilon);
      for (let c = 0; c < to.length; c++) to.set(c, (from.get(c) / r) * weight.get(c));
    });
  },
  onnx({ inputs: [x, weight], attributes: { epsilon }, emit }) {
    const squares = emit.node('ReduceMean', [emit.node('Mul', [x, x]), emit.ints(-1)], { keepdims: 1 });
    const r = emit.node('Sqrt', [emit.node('Add', [squares, emit.scalar(epsilon)])]);
    return [emit.node('Mul', [emit.node('Div', [x, r]), weight])];
  },
  wgsl({ inputs: [x, weight], outputs: [y], attributes }) {
    const scale: Temporary = { temporary: 'scale', shape: [...x.shape.slice(0, -1), 1], dtype: 'f32' };
    const [rows, width] = [rowsOf(x.shape), widthOf(x.shape)];
    return [
      launch(scaleKernel, {
        inputs: { x },
        outputs: { scale },
        sizes: { rows, width },
        constants: attributes,
      }),
      launch(normKernel, {
        inputs: { x, weight, scale },
        outputs: { y },
        sizes: { items: elements(x.shape), width },
        constants: {},
      }),
    ];
  },
});

/** One invocation for each row: computes the reciprocal of its root mean square. */
const scaleKernel = defineKernel({
  name: 'rmsNormScale',
  inputs: { x: 'values' },
  outputs: { scale: 'values' },
  sizes: ['rows', 'width'],
  body: ({ x, scale, rows, width }, { epsilon }: RmsNormAttributes) => wgsl`
${eachItem('row', rows)}
  var total = 0f;
  for (var c = 0u; c < ${width}; c++) { let value = ${x.get('row', 'c')}; total += value * value; }
  let result = inverseSqrt(total / f32(${width}) + ${f32Literal(epsilon)});
  ${scale.put('row', '0u', 'result')}`,
});

/** One invocation for each element: scales it. */
const normKernel = defineKernel({
  name: 'rmsNorm',
  inputs: { x: 'values', weight: 'values', scale: 'array' },
  outputs: { y: 'values' },
  sizes: ['items', 'width'],
  body: ({ x, weight, scale, y, items, width }) => wgsl`
${eachItem('item', items)}
  let row = item / ${width};
  let column = item % ${width};
  let result = ${x.get('row', 'column')} * ${scale.at('row')} * ${weight.get('0u', 'column')};
  ${y.put('row', 'column', 'result')}`,
});

const kept = ({ shape }: Tensor): Shape => [...shape.slice(0, -1), 1];
const lastMean = (x: Tensor): Tensor => reshape(mean(x, -1), kept(x));
const rootMeanSquare = (x: Tensor, { epsilon }: RmsNormAttributes): Tensor =>
  elementwise('rootMeanSquare', [lastMean(square(x))], (m) => m.plus(epsilon).sqrt());

/** Returns `y = x / √(mean(x²) + ε) · weight`: x, y `[...rows, width]`, weight `[width]`. */
export function rmsNorm(x: Tensor, weight: Tensor, epsilon = 1e-6): Tensor {
  return apply(rmsNormOperation, [x, weight], { epsilon });
}
