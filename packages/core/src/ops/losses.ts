import { ShapeError } from '../errors.ts';
import {
  defineKernel,
  groupsFor,
  type Launch,
  launch,
  rowsOf,
  type Size,
  type ValuesInput,
  widthOf,
} from '../graph/kernel.ts';
import { defineOperation, type NumericArray, type Operation } from '../graph/operation.ts';
import type { Requirement } from '../graph/requirements.ts';
import { type Dim, sameShape, showShape } from '../graph/shape.ts';
import { apply, type Tensor } from '../graph/tensor.ts';
import { wgsl } from '../graph/wgsl.ts';
import { square, subtract } from './arithmetic.ts';
import { elementwise } from './elementwise.ts';
import { mean } from './reduce.ts';

/** Per-row cross-entropy `-log softmax(logits)[label]`: logits `[rows, classes]`, labels i32 `[rows]`, y `[rows, 1]`. */
const crossEntropyOperation: Operation<null> = defineOperation<null>({
  name: 'crossEntropy',
  outputs: ([logits, labels]) => {
    const [x, l] = [logits as Tensor, labels as Tensor];
    if (x.shape.length !== 2 || l.dtype !== 'i32' || !sameShape(l.shape, [x.shape[0] as number]))
      throw new ShapeError(
        `cross-entropy needs [rows, classes] and i32 [rows], not ${showShape(x.shape)} and ${l.dtype} ${showShape(l.shape)}`,
      );
    return [{ shape: [x.shape[0] as number, 1], dtype: 'f32' }];
  },
  requires: classNumbers,
  gradient: ({ inputs: [logits, labels], gradients: [dy] }) => [
    apply(crossEntropyGradientOperation, [logits as Tensor, labels as Tensor, dy as Tensor], null),
  ],
  reference({ inputs: [logits, labels], outputs: [y], inputShapes: [shape] }) {
    const [x, out] = [logits as NumericArray, y as NumericArray];
    // By the logarithm of the sum, not of the probability, which may be too small for a number.
    forEachRow(x, labels as NumericArray, shape as [number, number], (row, { logSum }, at) => {
      out[row] = logSum - (x[at] as number);
    });
  },
  onnx: ({ inputs: [logits, labels], emit }) => {
    const logs = emit.node('LogSoftmax', [logits as string], { axis: -1 });
    const column = emit.node('Reshape', [labels as string, emit.ints(-1, 1)]);
    return [emit.node('Neg', [emit.node('GatherElements', [logs, column], { axis: 1 })])];
  },
  wgsl: ({ inputs: [logits, labels], outputs: [y] }) => [
    launch(crossEntropyKernel, {
      inputs: { logits: logits as Tensor, labels: labels as Tensor },
      outputs: { y: y as Tensor },
      ...perRow(logits as Tensor),
    }),
  ],
});

/** Gradient by the logits from (logits, labels, dy `[rows, 1]`): `(softmax - onehot) · dy`. */
const crossEntropyGradientOperation: Operation<null> = defineOperation<null>({
  name: 'crossEntropyGradient',
  outputs: ([logits]) => [{ shape: (logits as Tensor).shape, dtype: 'f32' }],
  requires: classNumbers,
  reference({ inputs: [logits, labels, dy], outputs: [y], inputShapes: [shape] }) {
    const [slope, out] = [dy as NumericArray, y as NumericArray];
    forEachRow(
      logits as NumericArray,
      labels as NumericArray,
      shape as [number, number],
      (row, { p }, at) => {
        for (let c = 0, i = row * p.length; c < p.length; c++, i++)
          out[i] = ((p[c] as number) - (i === at ? 1 : 0)) * (slope[row] as number);
      },
    );
  },
  onnx: ({ inputs: [logits, labels, dy], node, emit }) => {
    const p = emit.node('Softmax', [logits as string], { axis: -1 });
    const hot = oneHot(labels as string, (node.inputs[0] as Tensor).shape[1] as number, emit);
    return [emit.node('Mul', [emit.node('Sub', [p, hot]), dy as string])];
  },
  wgsl: ({ inputs: [logits, labels, dy], outputs: [dx] }) => [
    launch(crossEntropyGradientKernel, {
      inputs: { logits: logits as Tensor, labels: labels as Tensor, dy: dy as Tensor },
      outputs: { dx: dx as Tensor },
      ...perRow(logits as Tensor),
    }),
  ],
});

function classNumbers([logits, labels]: readonly Tensor[]): Requirement[] {
  const below = logits?.shape[1] as Dim;
  return [{ kind: 'index', input: labels as Tensor, below, what: 'label', of: 'classes' }];
}

/** One invocation per row: there are few rows, and few classes. */
function perRow(logits: Tensor): Pick<Launch, 'groups'> & {
  readonly sizes: { readonly rows: Size; readonly classes: Size };
  readonly constants: Record<never, never>;
} {
  const sizes = { rows: rowsOf(logits.shape), classes: widthOf(logits.shape) };
  return { sizes, constants: {}, groups: groupsFor(sizes.rows, 64) };
}

/** Declares `row`, and its `largest` logit and `total` of exponentials. */
const rowStatistics = (logits: ValuesInput, rows: string, classes: string): string => wgsl`
  let row = tile * 64u + local;
  if (row >= ${rows}) { return; }
  var largest = ${logits.get('row', '0u')};
  for (var c = 1u; c < ${classes}; c++) { largest = max(largest, ${logits.get('row', 'c')}); }
  var total = 0f;
  for (var c = 0u; c < ${classes}; c++) { total += exp(${logits.get('row', 'c')} - largest); }`;

const crossEntropyKernel = defineKernel({
  name: 'crossEntropy',
  inputs: { logits: 'values', labels: 'integers' },
  outputs: { y: 'values' },
  sizes: ['rows', 'classes'],
  workgroup: () => 64,
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
  workgroup: () => 64,
  body: ({ logits, labels, dy, dx, rows, classes }) => wgsl`${rowStatistics(logits, rows, classes)}
  let label = u32(${labels.at('row')});
  let slope = ${dy.get('row', '0u')};
  for (var c = 0u; c < ${classes}; c++) {
    let p = exp(${logits.get('row', 'c')} - largest) / total;
    let value = (p - select(0f, 1f, c == label)) * slope;
    ${dx.put('row', 'c', 'value')}
  }`,
});

function oneHot(
  labels: string,
  classes: number,
  emit: {
    node(type: string, inputs: string[], attributes?: Record<string, number>): string;
    ints(...v: number[]): string;
    floats(v: number[], shape: number[]): string;
  },
): string {
  return emit.node(
    'OneHot',
    [emit.node('Cast', [labels], { to: 7 }), emit.ints(classes), emit.floats([0, 1], [2])],
    { axis: -1 },
  );
}

/** Visits every row with its probabilities, the logarithm of its sum of exponentials, and where its label's logit is. */
function forEachRow(
  logits: NumericArray,
  labels: NumericArray,
  [rows, classes]: readonly [number, number],
  visit: (row: number, of: { readonly p: Float64Array; readonly logSum: number }, at: number) => void,
): void {
  for (let row = 0; row < rows; row++) {
    const x = Float64Array.from(logits.subarray(row * classes, (row + 1) * classes));
    const largest = x.reduce((a, b) => Math.max(a, b), -Infinity);
    const total = x.reduce((a, b) => a + Math.exp(b - largest), 0);
    const p = x.map((logit) => Math.exp(logit - largest) / total);
    visit(row, { p, logSum: largest + Math.log(total) }, row * classes + (labels[row] as number));
  }
}

/** Mean cross-entropy, `[]`: logits `[rows, classes]`, labels i32 `[rows]`. */
export function crossEntropy(logits: Tensor, labels: Tensor): Tensor {
  return mean(apply(crossEntropyOperation, [logits, labels], null));
}

/** Mean squared error over all entries, `[]`. */
export function meanSquaredError(predictions: Tensor, targets: Tensor): Tensor {
  return mean(square(subtract(predictions, targets)));
}

/**
 * Binary cross-entropy with logits, mean over all entries, `[]`: `log(1 + e^x) - x·y`, whose gradient by x is
 * `sigmoid(x) - y` over the number of entries.
 */
export function binaryCrossEntropyWithLogits(logits: Tensor, targets: Tensor): Tensor {
  return mean(
    elementwise('binaryCrossEntropy', [logits, targets], (x, y) => x!.softplus().minus(x!.times(y!))),
  );
}
