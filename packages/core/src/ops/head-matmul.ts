import { ShapeError } from '../errors.ts';
import type { OnnxValue } from '../graph/onnx.ts';
import { fixedDim, type Shape, showShape } from '../graph/shape.ts';
import { apply, defineOperation, type Operation, type Tensor } from '../graph/tensor.ts';
import { launchMatmul } from './matmul/launch.ts';
import type { MatmulAttributes } from './matmul.ts';

interface HeadMatmulAttributes extends MatmulAttributes {
  readonly heads: number;
}

/**
 * Matrix products of heads that lie side by side in the columns: `y_h = op(a_h) · op(b_h)`. Of `[m, k] · [k, n]` for each
 * head, a is `[m, heads·k]`, b is `[k, heads·n]` and y is `[m, heads·n]`. A transposed operand is stored `[k, heads·m]` or
 * `[n, heads·k]`.
 */
const headMatmulOperation: Operation<[a: Tensor, b: Tensor], HeadMatmulAttributes, [y: Tensor]> =
  defineOperation({
    name: 'headMatmul',
    rowWise: ({ inputs: [, b], attributes }) =>
      attributes.transposeA || b.shape.includes('tokens')
        ? undefined
        : { byRow: [true], withRows: () => attributes },
    outputs: ([a, b], { heads, transposeA, transposeB }) => {
      const each = ({ shape }: Tensor): Shape => {
        const [rows, columns] = shape;
        const isDivided = shape.length === 2 && typeof columns === 'number' && columns % heads === 0;
        return isDivided && rows !== undefined ? [rows, columns / heads] : [];
      };
      const [m, k] = transposeA ? [...each(a)].reverse() : each(a);
      const [inner, n] = transposeB ? [...each(b)].reverse() : each(b);
      if (m === undefined || typeof n !== 'number' || k === undefined || k !== inner)
        throw new ShapeError(
          `matrix products of ${heads} heads of ${showShape(a.shape)}${transposeA ? 'ᵀ' : ''} and ${showShape(b.shape)}${transposeB ? 'ᵀ' : ''}: the sizes do not fit`,
        );
      return [{ shape: [m, heads * n], dtype: 'f32' }];
    },
    gradient({
      inputs: [a, b],
      attributes: { heads, transposeA, transposeB, halves },
      gradients: [dy],
      wanted,
    }) {
      const da = transposeA
        ? headMatmul(b, dy, heads, { transposeA: transposeB, transposeB: true, halves: [halves[1], false] })
        : headMatmul(dy, b, heads, { transposeB: !transposeB, halves: [false, halves[1]] });
      const db = transposeB
        ? headMatmul(dy, a, heads, { transposeA: true, transposeB: transposeA, halves: [false, halves[0]] })
        : headMatmul(a, dy, heads, { transposeA: !transposeA, halves: [halves[0], false] });
      return [wanted[0] ? da : undefined, wanted[1] ? db : undefined];
    },
    reference({ inputs: [a, b], outputs: [y], attributes: { heads, transposeA, transposeB } }) {
      const n = y.width / heads;
      const depth = transposeA ? a.rows : a.width / heads;
      const [wideA, wideB] = [a.width / heads, b.width / heads];
      for (let head = 0; head < heads; head++)
        for (let i = 0; i < y.rows; i++)
          for (let j = 0; j < n; j++) {
            let sum = 0;
            for (let k = 0; k < depth; k++) {
              const [rowA, columnA] = transposeA ? [k, i] : [i, k];
              const [rowB, columnB] = transposeB ? [j, k] : [k, j];
              sum +=
                a.get(rowA * a.width + head * wideA + columnA) *
                b.get(rowB * b.width + head * wideB + columnB);
            }
            y.set(i * y.width + head * n + j, sum);
          }
    },
    onnx: ({ inputs: [a, b], node, attributes: { heads, transposeA, transposeB }, emit }) => {
      // `[rows, heads·columns]` becomes `[heads, rows, columns]`, or that transposed.
      const stacked = (x: OnnxValue, width: number, transposed: boolean): OnnxValue =>
        emit.node('Transpose', [emit.node('Reshape', [x, emit.ints(-1, heads, width / heads)])], {
          perm: transposed ? [1, 2, 0] : [1, 0, 2],
        });
      const [left, right] = node.inputs;
      const product = emit.node('MatMul', [
        stacked(a, fixedDim(left.shape, 1), transposeA),
        stacked(b, fixedDim(right.shape, 1), transposeB),
      ]);
      const [y] = node.outputs;
      return [
        emit.node('Reshape', [
          emit.node('Transpose', [product], { perm: [1, 0, 2] }),
          emit.ints(-1, fixedDim(y.shape, 1)),
        ]),
      ];
    },
    wgsl: ({ inputs: [a, b], outputs: [y], attributes, profile }) =>
      launchMatmul({ a, b, bias: undefined }, y, attributes, profile),
  });

/** Matrix products of heads side by side; see {@link headMatmulOperation}. */
export function headMatmul(
  a: Tensor,
  b: Tensor,
  heads: number,
  { transposeA = false, transposeB = false, halves = [true, true] }: Partial<MatmulAttributes> = {},
): Tensor {
  return apply(headMatmulOperation, [a, b], { heads, transposeA, transposeB, halves });
}
