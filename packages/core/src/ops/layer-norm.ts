import { at } from '../elements.ts';
import { ShapeError } from '../errors.ts';
import type { OnnxEmitter, OnnxValue } from '../graph/onnx.ts';
import { sameShape, showShape } from '../graph/shape.ts';
import { apply, defineOperation, type Tensor } from '../graph/tensor.ts';
import { forEachRow, sumOf, type Values } from '../graph/values.ts';
import { constant, multiply } from './arithmetic.ts';
import { sumTo } from './elementwise.ts';
import { launchLayerNorm, launchLayerNormGradient } from './layer-norm/kernels.ts';

export interface LayerNormAttributes {
  readonly epsilon: number;
}

/** Layer normalization over the last axis: `y = (x - mean) / √(variance + ε) · weight + bias`. Statistics are f32. */
const layerNormOperation = defineOperation<[x: Tensor, weight: Tensor, bias: Tensor], LayerNormAttributes>({
  name: 'layerNorm',
  rowWise: ({ attributes }) => ({ byRow: [true], withRows: () => attributes }),
  outputs: ([{ shape }, ...vectors]) => {
    for (const vector of vectors)
      if (!sameShape(vector.shape, shape.slice(-1)) || shape.length === 0)
        throw new ShapeError(
          `layer norm of ${showShape(shape)} needs [${shape.at(-1)}], not ${showShape(vector.shape)}`,
        );
    return [{ shape, dtype: 'f32' }];
  },
  gradient({ inputs: [x, weight, bias], attributes, gradients: [dy], wanted }) {
    const normalized = (): Tensor =>
      layerNorm(x, constant(1, weight.shape), constant(0, weight.shape), attributes.epsilon);
    return [
      wanted[0] ? apply(layerNormGradientOperation, [dy, x, weight, bias], attributes) : undefined,
      wanted[1] ? sumTo(multiply(dy, normalized()), weight.shape) : undefined,
      wanted[2] ? sumTo(dy, weight.shape) : undefined,
    ];
  },
  reference({ inputs: [x, weight, bias], outputs: [y], attributes }) {
    forEachRow(x, y, (from, to) => {
      const { mean, scale } = statistics(from, attributes);
      for (let c = 0; c < to.length; c++)
        to.set(c, (from.get(c) - mean) * scale * weight.get(c) + bias.get(c));
    });
  },
  onnx: ({ inputs, attributes, emit }) => [writeLayerNorm(inputs, attributes, emit).y],
  wgsl: ({ inputs: [x, weight, bias], outputs: [y], attributes, profile }) =>
    launchLayerNorm({ x, weight, bias }, y, attributes, profile),
});

/**
 * Gradient of layer normalization with respect to x. It recomputes the statistics. The bias does not affect the result;
 * the ONNX form needs it to repeat the forward node.
 */
const layerNormGradientOperation = defineOperation<
  [dy: Tensor, x: Tensor, weight: Tensor, bias: Tensor],
  LayerNormAttributes,
  [dx: Tensor]
>({
  name: 'layerNormGradient',
  outputs: ([, { shape }]) => [{ shape, dtype: 'f32' }],
  reference({ inputs: [dy, x, weight], outputs: [dx], attributes }) {
    forEachRow(x, dx, (from, to, row) => {
      const { mean, scale } = statistics(from, attributes);
      const g = dy.row(row);
      const slope = (c: number): number => g.get(c) * weight.get(c);
      const sum = sumOf(to, slope);
      const product = sumOf(to, (c) => slope(c) * (from.get(c) - mean) * scale);
      for (let c = 0; c < to.length; c++) {
        const normal = (from.get(c) - mean) * scale;
        to.set(c, scale * (slope(c) - sum / to.length - (normal * product) / to.length));
      }
    });
  },
  onnx({ inputs: [dy, x, weight, bias], attributes, emit }) {
    // This repeats the forward node. Equal nodes are written once, so its statistics are shared.
    const { mean, scale } = writeLayerNorm([x, weight, bias], attributes, emit);
    const normal = emit.node('Mul', [emit.node('Sub', [x, mean]), scale]);
    const slope = emit.node('Mul', [dy, weight]);
    const rowMean = (v: OnnxValue): OnnxValue => emit.node('ReduceMean', [v, emit.ints(-1)], { keepdims: 1 });
    const inner = emit.node('Sub', [
      emit.node('Sub', [slope, rowMean(slope)]),
      emit.node('Mul', [normal, rowMean(emit.node('Mul', [slope, normal]))]),
    ]);
    return [emit.node('Mul', [scale, inner])];
  },
  wgsl: ({ inputs: [dy, x, weight], outputs: [dx], attributes, profile }) =>
    launchLayerNormGradient({ dy, x, weight }, dx, attributes, profile),
});

/** Returns the mean of a row and the reciprocal of its standard deviation. */
function statistics(x: Values, { epsilon }: LayerNormAttributes): Record<'mean' | 'scale', number> {
  const mean = sumOf(x) / x.length;
  const variance = sumOf(x, (c) => (x.get(c) - mean) ** 2) / x.length;
  return { mean, scale: 1 / Math.sqrt(variance + epsilon) };
}

function writeLayerNorm(
  inputs: readonly OnnxValue[],
  { epsilon }: LayerNormAttributes,
  emit: OnnxEmitter,
): Record<'y' | 'mean' | 'scale', OnnxValue> {
  const values = emit.nodes('LayerNormalization', inputs, 3, { axis: -1, epsilon: { float: epsilon } });
  return { y: at(values, 0), mean: at(values, 1), scale: at(values, 2) };
}

/**
 * Layer normalization over the last axis, `y = (x - mean) / √(variance + ε) · weight + bias`.
 * x, y `[...rows, width]`, weight and bias `[width]`.
 */
export function layerNorm(x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): Tensor {
  return apply(layerNormOperation, [x, weight, bias], { epsilon });
}
