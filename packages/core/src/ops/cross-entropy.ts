import { ShapeError } from '../errors.ts';
import { defineKernel, type Size, type ValuesInput } from '../graph/kernel.ts';
import { eachItem, launch, rowsOf, widthOf } from '../graph/launch.ts';
import { fixedDim, matrixOf, sameShape, showShape } from '../graph/shape.ts';
import { apply, defineOperation, type Requirement, type Tensor } from '../graph/tensor.ts';
import { softmaxOf, zeros } from '../graph/values.ts';
import { wgsl } from '../graph/wgsl.ts';
import { divide, mean, multiply, sum } from './arithmetic.ts';

/** Per-row cross-entropy `-log softmax(logits)[label]`: logits `[rows, classes]`, labels i32 `[rows]`, y `[rows, 1]`. */
const crossEntropyOperation = defineOperation<[logits: Tensor, labels: Tensor]>({
  name: 'crossEntropy',
  outputs: ([logits, labels]) => {
    const [rows] = logits.shape;
    if (
      logits.shape.length !== 2 ||
      rows === undefined ||
      labels.dtype !== 'i32' ||
      !sameShape(labels.shape, [rows])
    )
      throw new ShapeError(
        `cross-entropy needs [rows, classes] and i32 [rows], not ${showShape(logits.shape)} and ${labels.dtype} ${showShape(labels.shape)}`,
      );
    return [{ shape: [rows, 1], dtype: 'f32' }];
  },
  requires: classNumbers,
  gradient: ({ inputs: [logits, labels], gradients: [dy] }) => [
    apply(crossEntropyGradientOperation, [logits, labels, dy], null),
  ],
  reference({ inputs: [logits, labels], outputs: [y] }) {
    for (let row = 0; row < y.length; row++) {
      const x = logits.row(row);
      // Uses the logarithm of the sum, because the probability itself may underflow.
      const { largest, total } = softmaxOf(x, zeros(x.length));
      y.set(row, largest + Math.log(total) - x.get(labels.get(row)));
    }
  },
  onnx: ({ inputs: [logits, labels], emit }) => {
    const logs = emit.node('LogSoftmax', [logits], { axis: -1 });
    const column = emit.node('Reshape', [labels, emit.ints(-1, 1)]);
    return [emit.node('Neg', [emit.node('GatherElements', [logs, column], { axis: 1 })])];
  },
  wgsl: ({ inputs: [logits, labels], outputs: [y] }) => [
    launch(crossEntropyKernel, { inputs: { logits, labels }, outputs: { y }, ...byRow(logits) }),
  ],
});

/** Gradient with respect to the logits, from dy `[rows, 1]`: `(softmax - onehot) · dy`. */
const crossEntropyGradientOperation = defineOperation<
  [logits: Tensor, labels: Tensor, dy: Tensor],
  null,
  [dx: Tensor]
>({
  name: 'crossEntropyGradient',
  outputs: ([{ shape }]) => [{ shape, dtype: 'f32' }],
  requires: classNumbers,
  reference({ inputs: [logits, labels, dy], outputs: [dx] }) {
    for (let row = 0; row < dx.rows; row++) {
      const p = zeros(dx.width);
      softmaxOf(logits.row(row), p);
      const out = dx.row(row);
      for (let c = 0; c < p.length; c++)
        out.set(c, (p.get(c) - (c === labels.get(row) ? 1 : 0)) * dy.get(row));
    }
  },
  onnx: ({ inputs: [logits, labels, dy], node, emit }) => {
    const p = emit.node('Softmax', [logits], { axis: -1 });
    const places = [emit.node('Cast', [labels], { to: 7 }), emit.ints(fixedDim(node.inputs[0].shape, 1))];
    const hot = emit.node('OneHot', [...places, emit.floats([0, 1], [2])], { axis: -1 });
    return [emit.node('Mul', [emit.node('Sub', [p, hot]), dy])];
  },
  wgsl: ({ inputs: [logits, labels, dy], outputs: [dx] }) => [
    launch(crossEntropyGradientKernel, { inputs: { logits, labels, dy }, outputs: { dx }, ...byRow(logits) }),
  ],
});

function classNumbers([logits, labels]: readonly [Tensor, Tensor, Tensor?]): Requirement[] {
  const [, below] = matrixOf(logits.shape);
  return [{ kind: 'index', input: labels, below, what: 'label', of: 'classes' }];
}

/** Uses one invocation per row, because there are few rows and few classes. */
function byRow({ shape }: Tensor): {
  readonly sizes: Record<'rows' | 'classes', Size>;
  readonly constants: object;
} {
  return { sizes: { rows: rowsOf(shape), classes: widthOf(shape) }, constants: {} };
}

/** Declares `row`, its `largest` logit, and `total`, the sum of its exponentials. */
const rowStatistics = (logits: ValuesInput, rows: string, classes: string): string => wgsl`
${eachItem('row', rows)}
  var largest = ${logits.get('row', '0u')};
  for (var c = 1u; c < ${classes}; c++) { largest = max(largest, ${logits.get('row', 'c')}); }
  var total = 0f;
  for (var c = 0u; c < ${classes}; c++) { total += exp(${logits.get('row', 'c')} - largest); }`;

const crossEntropyKernel = defineKernel({
  name: 'crossEntropy',
  inputs: { logits: 'values', labels: 'integers' },
  outputs: { y: 'values' },
  sizes: ['rows', 'classes'],
  body: ({ logits, labels, y, rows, classes }) => wgsl`${rowStatistics(logits, rows, classes)}
  let label = u32(${labels.at('row')});
  let loss = log(total) + largest - ${logits.get('row', 'label')};
  ${y.put('row', '0u', 'loss')}`,
});

const crossEntropyGradientKernel = defineKernel({
  name: 'crossEntropyGradient',
  inputs: { logits: 'values', labels: 'integers', dy: 'values' },
  outputs: { dx: 'values' },
  sizes: ['rows', 'classes'],
  body: ({ logits, labels, dy, dx, rows, classes }) => wgsl`${rowStatistics(logits, rows, classes)}
  let label = u32(${labels.at('row')});
  let slope = ${dy.get('row', '0u')};
  for (var c = 0u; c < ${classes}; c++) {
    let p = exp(${logits.get('row', 'c')} - largest) / total;
    let value = (p - select(0f, 1f, c == label)) * slope;
    ${dx.put('row', 'c', 'value')}
  }`,
});

/**
 * Mean cross-entropy, `[]`: logits `[rows, classes]`, labels i32 `[rows]`.
 *
 * @param weights weights of the rows, `[rows, 1]`, for the weighted mean `Σ w·loss / Σ w`
 */
export function crossEntropy(logits: Tensor, labels: Tensor, weights?: Tensor): Tensor {
  const losses = apply(crossEntropyOperation, [logits, labels], null);
  return weights ? divide(sum(multiply(losses, weights)), sum(weights)) : mean(losses);
}
