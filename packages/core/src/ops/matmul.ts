import { ShapeError } from '../errors.ts';
import { defineOperation, type NumericArray, type Operation } from '../graph/operation.ts';
import { showShape } from '../graph/shape.ts';
import { apply, type Tensor } from '../graph/tensor.ts';
import { launchMatmul } from './matmul/launch.ts';
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
    const rows = attributes.transposeA ? transposed(a as NumericArray, k, m) : (a as NumericArray);
    const columns = attributes.transposeB ? (b as NumericArray) : transposed(b as NumericArray, k, n);
    const out = y as NumericArray;
    if (bias) for (let i = 0; i < m; i++) out.set(bias, i * n);
    addProducts(rows, columns, out, m, n, k);
  },
  onnx: ({ inputs, attributes: { transposeA, transposeB }, emit }) => [
    emit.node('Gemm', inputs, { transA: Number(transposeA), transB: Number(transposeB) }),
  ],
  wgsl: ({ inputs: [a, b, bias], outputs: [y], attributes, profile }) =>
    launchMatmul({ a: a as Tensor, b: b as Tensor, bias }, y as Tensor, attributes, profile),
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

function transposed(x: NumericArray, rows: number, columns: number): NumericArray {
  const result = x.slice();
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) result[j * rows + i] = x[i * columns + j] as number;
  return result;
}

/** Adds `a[i] · b[j]` (rows of k) to `y[i, j]`, two by four at a time: the oracle, too, has to finish. */
function addProducts(
  a: NumericArray,
  b: NumericArray,
  y: NumericArray,
  m: number,
  n: number,
  k: number,
): void {
  const sums = new Float64Array(8);
  for (let i = 0; i < m; i += 2) {
    const a0 = i * k;
    // At the edges a block reads its last row or column again; those sums are not used.
    const a1 = Math.min(i + 1, m - 1) * k;
    for (let j = 0; j < n; j += 4) {
      const b0 = j * k;
      const b1 = Math.min(j + 1, n - 1) * k;
      const b2 = Math.min(j + 2, n - 1) * k;
      const b3 = Math.min(j + 3, n - 1) * k;
      let [s0, s1, s2, s3, s4, s5, s6, s7] = [0, 0, 0, 0, 0, 0, 0, 0];
      for (let p = 0; p < k; p++) {
        const x0 = a[a0 + p] as number;
        const x1 = a[a1 + p] as number;
        const w0 = b[b0 + p] as number;
        const w1 = b[b1 + p] as number;
        const w2 = b[b2 + p] as number;
        const w3 = b[b3 + p] as number;
        s0 += x0 * w0;
        s1 += x0 * w1;
        s2 += x0 * w2;
        s3 += x0 * w3;
        s4 += x1 * w0;
        s5 += x1 * w1;
        s6 += x1 * w2;
        s7 += x1 * w3;
      }
      sums.set([s0, s1, s2, s3, s4, s5, s6, s7]);
      for (let r = 0; r < 2 && i + r < m; r++)
        for (let c = 0; c < 4 && j + c < n; c++) y[(i + r) * n + j + c]! += sums[r * 4 + c] as number;
    }
  }
}
