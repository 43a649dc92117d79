import { ShapeError } from '../errors.ts';
import { defineOperation, type NumericArray, type Operation } from '../graph/operation.ts';
import { showShape } from '../graph/shape.ts';
import { apply, type Tensor } from '../graph/tensor.ts';
import { sum } from './reduce.ts';

export interface MatmulAttributes {
  /** a is stored `[k, m]`. */
  readonly transposeA: boolean;
  /** b is stored `[n, k]`, as PyTorch stores the weights of a linear layer. */
  readonly transposeB: boolean;
}

/** Matrix product with an optional row vector added: `y = op(a) · op(b) + bias`, `[m, k] · [k, n] + [n]`. */
export const matmulOperation: Operation<MatmulAttributes> = defineOperation<MatmulAttributes>({
  name: 'matmul',
  outputs: ([a, b, bias], { transposeA, transposeB }) => {
    const [x, y] = [a as Tensor, b as Tensor];
    const [m, k] = transposeA ? [x.shape[1], x.shape[0]] : [x.shape[0], x.shape[1]];
    const [inner, n] = transposeB ? [y.shape[1], y.shape[0]] : [y.shape[0], y.shape[1]];
    const fits = x.shape.length === 2 && y.shape.length === 2 && k === inner;
    if (
      !fits ||
      m === undefined ||
      n === undefined ||
      (bias && (bias.shape.length !== 1 || bias.shape[0] !== n))
    )
      throw new ShapeError(
        `matrix product of ${showShape(x.shape)}${transposeA ? 'ᵀ' : ''} and ${showShape(y.shape)}${transposeB ? 'ᵀ' : ''}` +
          `${bias ? ` plus ${showShape(bias.shape)}` : ''}: the sizes do not fit`,
      );
    return [{ shape: [m, n], dtype: 'f32' }];
  },
  gradient({ inputs: [a, b], attributes: { transposeA, transposeB }, gradients: [g], wanted }) {
    const [x, y, dy] = [a as Tensor, b as Tensor, g as Tensor];
    const dx = transposeA
      ? matmul(y, dy, { transposeA: transposeB, transposeB: true })
      : matmul(dy, y, { transposeB: !transposeB });
    const dw = transposeB
      ? matmul(dy, x, { transposeA: true, transposeB: transposeA })
      : matmul(x, dy, { transposeA: !transposeA });
    return [wanted[0] ? dx : undefined, wanted[1] ? dw : undefined, wanted[2] ? sum(dy, 0) : undefined];
  },
  reference({
    inputs: [a, b, bias],
    outputs: [y],
    inputShapes: [shapeA],
    outputShapes: [shapeY],
    attributes,
  }) {
    const [m, n] = shapeY as [number, number];
    const k = (shapeA as number[])[attributes.transposeA ? 0 : 1] as number;
    const [rowA, colA] = attributes.transposeA ? [1, m] : [k, 1];
    const [rowB, colB] = attributes.transposeB ? [1, k] : [n, 1];
    const [x, w, out] = [a as NumericArray, b as NumericArray, y as NumericArray];
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let total = bias ? (bias[j] as number) : 0;
        for (let p = 0; p < k; p++)
          total += (x[i * rowA + p * colA] as number) * (w[p * rowB + j * colB] as number);
        out[i * n + j] = total;
      }
  },
  onnx: ({ inputs, attributes: { transposeA, transposeB }, emit }) => [
    emit.node('Gemm', inputs, { transA: Number(transposeA), transB: Number(transposeB) }),
  ],
});

/** `op(a) · op(b) (+ bias)`; see {@link matmulOperation}. */
export function matmul(
  a: Tensor,
  b: Tensor,
  options: Partial<MatmulAttributes> & { bias?: Tensor } = {},
): Tensor {
  const { bias, transposeA = false, transposeB = false } = options;
  return apply(matmulOperation, bias ? [a, b, bias] : [a, b], { transposeA, transposeB });
}

/** Linear layer `y = x · Wᵀ + b`: x `[rows, in]`, weight `[out, in]`, bias `[out]`, y `[rows, out]`. */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  return matmul(x, weight, { transposeB: true, ...(bias ? { bias } : {}) });
}
