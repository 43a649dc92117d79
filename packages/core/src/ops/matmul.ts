import { present } from '../elements.ts';
import { ShapeError } from '../errors.ts';
import { sameShape, showShape } from '../graph/shape.ts';
import { apply, defineOperation, type Tensor } from '../graph/tensor.ts';
import { type Values, valuesOf, zeros } from '../graph/values.ts';
import { sum } from './arithmetic.ts';
import { launchMatmul, type MatmulAttributes } from './matmul/launch.ts';

export type { MatmulAttributes };

/** Matrix product with an optional row vector added: `y = op(a) · op(b) + bias`, `[m, k] · [k, n] + [n]`. */
const matmulOperation = defineOperation<[a: Tensor, b: Tensor, bias?: Tensor], MatmulAttributes>({
  name: 'matmul',
  rowWise: ({ inputs: [, b], attributes }) =>
    attributes.transposeA || b.shape.includes('tokens')
      ? undefined
      : { byRow: [true], withRows: () => attributes },
  outputs: ([a, b, bias], { transposeA, transposeB }) => {
    const [m, k] = transposeA ? [a.shape[1], a.shape[0]] : [a.shape[0], a.shape[1]];
    const [inner, n] = transposeB ? [b.shape[1], b.shape[0]] : [b.shape[0], b.shape[1]];
    const fits = a.shape.length === 2 && b.shape.length === 2 && k === inner;
    if (!fits || m === undefined || n === undefined || (bias && !sameShape(bias.shape, [n])))
      throw new ShapeError(
        `matrix product of ${showShape(a.shape)}${transposeA ? 'ᵀ' : ''} and ${showShape(b.shape)}${transposeB ? 'ᵀ' : ''}` +
          `${bias ? ` plus ${showShape(bias.shape)}` : ''}: the sizes do not fit`,
      );
    return [{ shape: [m, n], dtype: 'f32' }];
  },
  gradient({ inputs: [a, b], attributes: { transposeA, transposeB, halves }, gradients: [dy], wanted }) {
    const da = transposeA
      ? matmul(b, dy, { transposeA: transposeB, transposeB: true, halves: [halves[1], false] })
      : matmul(dy, b, { transposeB: !transposeB, halves: [false, halves[1]] });
    const db = transposeB
      ? matmul(dy, a, { transposeA: true, transposeB: transposeA, halves: [false, halves[0]] })
      : matmul(a, dy, { transposeA: !transposeA, halves: [halves[0], false] });
    return [wanted[0] ? da : undefined, wanted[1] ? db : undefined, wanted[2] ? sum(dy, 0) : undefined];
  },
  reference({ inputs: [a, b, bias], outputs: [y], attributes: { transposeA, transposeB } }) {
    const rows = transposeA ? transposed(a) : a;
    const columns = transposeB ? b : transposed(b);
    if (bias) for (let i = 0; i < y.rows; i++) y.copy(i * y.width, bias);
    addProducts(rows, columns, y);
  },
  onnx: ({ inputs, attributes: { transposeA, transposeB }, emit }) => [
    emit.node('Gemm', present(inputs), { transA: Number(transposeA), transB: Number(transposeB) }),
  ],
  wgsl: ({ inputs: [a, b, bias], outputs: [y], attributes, profile }) =>
    launchMatmul({ a, b, bias }, y, attributes, profile),
});

/** `op(a) · op(b) (+ bias)`; see {@link matmulOperation}. */
export function matmul(
  a: Tensor,
  b: Tensor,
  options: Partial<MatmulAttributes> & { readonly bias?: Tensor | undefined } = {},
): Tensor {
  const { bias, transposeA = false, transposeB = false, halves = [true, true] } = options;
  return apply(matmulOperation, bias ? [a, b, bias] : [a, b], { transposeA, transposeB, halves });
}

/** Linear layer `y = x · Wᵀ + b`: x `[rows, in]`, weight `[out, in]`, bias `[out]`, y `[rows, out]`. */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  return matmul(x, weight, { transposeB: true, bias });
}

function transposed(x: Values): Values {
  const result = valuesOf(x.array.slice(), [x.width, x.rows]);
  for (let i = 0; i < x.rows; i++)
    for (let j = 0; j < x.width; j++) result.set(j * x.rows + i, x.get(i * x.width + j));
  return result;
}

/** Adds `a[i] · b[j]` (rows of k) to `y[i, j]`. It computes blocks of two by four, which is faster. */
function addProducts(a: Values, b: Values, y: Values): void {
  const [m, n, k] = [y.rows, y.width, a.width];
  // The innermost loop reads the arrays directly, always below their lengths, because most of the time is spent here.
  const [x, w] = [a.array, b.array];
  const sums = zeros(8);
  for (let i = 0; i < m; i += 2) {
    const a0 = i * k;
    // At the edges a block repeats its last row or column. Those sums are not used.
    const a1 = Math.min(i + 1, m - 1) * k;
    for (let j = 0; j < n; j += 4) {
      const b0 = j * k;
      const b1 = Math.min(j + 1, n - 1) * k;
      const b2 = Math.min(j + 2, n - 1) * k;
      const b3 = Math.min(j + 3, n - 1) * k;
      let [s0, s1, s2, s3, s4, s5, s6, s7] = [0, 0, 0, 0, 0, 0, 0, 0];
      for (let p = 0; p < k; p++) {
        const x0 = x[a0 + p] as number;
        const x1 = x[a1 + p] as number;
        const w0 = w[b0 + p] as number;
        const w1 = w[b1 + p] as number;
        const w2 = w[b2 + p] as number;
        const w3 = w[b3 + p] as number;
        s0 += x0 * w0;
        s1 += x0 * w1;
        s2 += x0 * w2;
        s3 += x0 * w3;
        s4 += x1 * w0;
        s5 += x1 * w1;
        s6 += x1 * w2;
        s7 += x1 * w3;
      }
      sums.array.set([s0, s1, s2, s3, s4, s5, s6, s7]);
      for (let r = 0; r < 2 && i + r < m; r++)
        for (let c = 0; c < 4 && j + c < n; c++) y.add((i + r) * n + j + c, sums.get(r * 4 + c));
    }
  }
}
