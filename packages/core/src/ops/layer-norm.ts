import { ShapeError } from '../errors.ts';
import { defineOperation, type NumericArray, type Operation } from '../graph/operation.ts';
import { sameShape, showShape } from '../graph/shape.ts';
import { apply, type Tensor } from '../graph/tensor.ts';
import { constant, multiply } from './arithmetic.ts';
import { launchLayerNorm, launchLayerNormGradient } from './layer-norm/kernels.ts';
import { sumTo } from './reduce.ts';

export interface LayerNormAttributes {
  readonly epsilon: number;
}

/** Layer normalisation over the last axis: `y = (x - mean) / √(variance + ε) · weight + bias`; statistics in f32. */
export const layerNormOperation: Operation<LayerNormAttributes> = defineOperation<LayerNormAttributes>({
  name: 'layerNorm',
  outputs: ([x, weight, bias]) => {
    const width = (x as Tensor).shape.at(-1);
    for (const t of [weight as Tensor, bias as Tensor])
      if (width === undefined || !sameShape(t.shape, [width]))
        throw new ShapeError(
          `layer norm of ${showShape((x as Tensor).shape)} needs [${width}], not ${showShape(t.shape)}`,
        );
    return [{ shape: (x as Tensor).shape, dtype: 'f32' }];
  },
  gradient({ inputs, attributes, gradients: [g], wanted }) {
    const [x, weight, bias] = inputs as [Tensor, Tensor, Tensor];
    const dy = g as Tensor;
    const normalised = (): Tensor =>
      layerNorm(x, constant(1, weight.shape), constant(0, weight.shape), attributes.epsilon);
    return [
      wanted[0] ? apply(layerNormGradientOperation, [dy, x, weight, bias], attributes) : undefined,
      wanted[1] ? sumTo(multiply(dy, normalised()), weight.shape) : undefined,
      wanted[2] ? sumTo(dy, weight.shape) : undefined,
    ];
  },
  reference({ inputs: [x, weight, bias], outputs: [y], inputShapes: [shape], attributes: { epsilon } }) {
    forEachRow(
      x as NumericArray,
      (shape as number[]).at(-1) as number,
      epsilon,
      (start, width, mean, scale) => {
        for (let i = 0; i < width; i++)
          (y as NumericArray)[start + i] =
            (((x as NumericArray)[start + i] as number) - mean) *
              scale *
              ((weight as NumericArray)[i] as number) +
            ((bias as NumericArray)[i] as number);
      },
    );
  },
  onnx: ({ inputs, attributes: { epsilon }, emit }) => [
    emit.nodes('LayerNormalization', inputs, 3, { axis: -1, epsilon: { float: epsilon } })[0],
  ],
  wgsl: ({ inputs: [x, weight, bias], outputs: [y], attributes, profile }) =>
    launchLayerNorm(
      { x: x as Tensor, weight: weight as Tensor, bias: bias as Tensor },
      y as Tensor,
      attributes,
      profile,
    ),
});

/**
 * Gradient of layer normalisation by x, from (dy, x, weight, bias); the statistics are computed again. The bias does
 * not enter the result: it lets the ONNX form name the forward node.
 */
const layerNormGradientOperation: Operation<LayerNormAttributes> = defineOperation<LayerNormAttributes>({
  name: 'layerNormGradient',
  outputs: ([, x]) => [{ shape: (x as Tensor).shape, dtype: 'f32' }],
  reference({ inputs: [dy, x, weight], outputs: [dx], inputShapes: [, shape], attributes: { epsilon } }) {
    const [g, w, value, out] = [dy, weight, x, dx] as [
      NumericArray,
      NumericArray,
      NumericArray,
      NumericArray,
    ];
    forEachRow(value, (shape as number[]).at(-1) as number, epsilon, (start, width, mean, scale) => {
      let sum = 0;
      let product = 0;
      for (let i = 0; i < width; i++) {
        const slope = (g[start + i] as number) * (w[i] as number);
        sum += slope;
        product += slope * ((value[start + i] as number) - mean) * scale;
      }
      for (let i = 0; i < width; i++) {
        const normal = ((value[start + i] as number) - mean) * scale;
        const slope = (g[start + i] as number) * (w[i] as number);
        out[start + i] = scale * (slope - sum / width - (normal * product) / width);
      }
    });
  },
  onnx({ inputs: [dy, x, weight, bias], attributes: { epsilon }, emit }) {
    // The forward node again: equal nodes are written once, so its statistics are shared, not computed twice.
    const [, mean, scale] = emit.nodes('LayerNormalization', [x, weight, bias] as string[], 3, {
      axis: -1,
      epsilon: { float: epsilon },
    }) as [string, string, string];
    const normal = emit.node('Mul', [emit.node('Sub', [x as string, mean]), scale]);
    const slope = emit.node('Mul', [dy as string, weight as string]);
    const rowMean = (v: string): string => emit.node('ReduceMean', [v, emit.ints(-1)], { keepdims: 1 });
    const inner = emit.node('Sub', [
      emit.node('Sub', [slope, rowMean(slope)]),
      emit.node('Mul', [normal, rowMean(emit.node('Mul', [slope, normal]))]),
    ]);
    return [emit.node('Mul', [scale, inner])];
  },
  wgsl: ({ inputs: [dy, x, weight], outputs: [dx], attributes, profile }) =>
    launchLayerNormGradient(
      { dy: dy as Tensor, x: x as Tensor, weight: weight as Tensor },
      dx as Tensor,
      attributes,
      profile,
    ),
});

function forEachRow(
  x: NumericArray,
  width: number,
  epsilon: number,
  visit: (start: number, width: number, mean: number, scale: number) => void,
): void {
  for (let start = 0; start < x.length; start += width) {
    let total = 0;
    for (let i = 0; i < width; i++) total += x[start + i] as number;
    const mean = total / width;
    let variance = 0;
    for (let i = 0; i < width; i++) variance += ((x[start + i] as number) - mean) ** 2;
    visit(start, width, mean, 1 / Math.sqrt(variance / width + epsilon));
  }
}

/**
 * Layer normalisation over the last axis, `y = (x - mean) / √(variance + ε) · weight + bias`.
 * x, y `[...rows, width]`, weight and bias `[width]`.
 */
export function layerNorm(x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): Tensor {
  return apply(layerNormOperation, [x, weight, bias], { epsilon });
}
