import type { ArrayInput, Lanes, Size, ValuesInput, ValuesOutput } from '../../graph/kernel.ts';
import type { Launch, Value } from '../../graph/tensor.ts';
import { unroll, wgsl } from '../../graph/wgsl.ts';

/** The parameters of the text of a matrix product, besides its tile. */
export interface MatmulForm {
  /** Whether a is stored `[k, m]`, and b is stored `[n, k]`. */
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** Whether rows as stored can be read four elements at a time. */
  readonly wideA: boolean;
  readonly wideB: boolean;
  readonly wideY: boolean;
  /** Whether a tile in workgroup memory holds an operand as f16. */
  readonly halfA: boolean;
  readonly halfB: boolean;
  /**
   * Number of products, whose operands and results lie side by side in the columns. All sizes are those of one. Several
   * have no slices.
   */
  readonly heads: number;
  /** Number of slices of the sum over k. Each slice is computed by its own groups into its own result. 1: no slices. */
  readonly slices: number;
}

/** The arguments of the kernel's launches, for all variants. */
export interface MatmulUse {
  readonly inputs: { readonly a: Value; readonly b: Value; readonly bias: Value | undefined };
  readonly outputs: { readonly y: Value };
  readonly sizes: { readonly m: Size; readonly n: Size; readonly k: Size };
  readonly form: MatmulForm;
}

/** Returns the work of a product: one group for every tile of the result and every slice. */
export function tiles(
  { sizes: { m, n, k }, form: { slices, heads } }: MatmulUse,
  rows: number,
  columns: number,
): Pick<Launch, 'groups' | 'flops'> {
  return {
    groups: (dims) => [Math.ceil(n(dims) / columns), Math.ceil(m(dims) / rows), slices * heads],
    flops: (dims) => 2 * heads * m(dims) * n(dims) * k(dims),
  };
}

/** The group's slice of `count` steps of k: text that declares what the expressions of its limits need. */
interface Slice {
  readonly before: string;
  readonly from: string;
  readonly to: string;
}

/** Returns the group's slice of `count` steps of k, a multiple of `by` except the last one. */
export function sliceOf(count: string, by: number, { slices }: MatmulForm): Slice {
  if (slices === 1) return { before: '', from: '0u', to: count };
  const whole = by === 1 ? '' : ` * ${by}u`;
  return {
    before: `let share = (${count} + ${slices * by - 1}u) / ${slices * by}u${whole};\n  `,
    from: 'group.z * share',
    to: `min(${count}, (group.z + 1u) * share)`,
  };
}

/** Starts a loop over the group's slice of `count` steps of k, `by` at a time. */
export function sliceLoop(step: string, count: string, by: number, form: MatmulForm): string {
  const next = by === 1 ? `${step}++` : `${step} += ${by}u`;
  const { before, from, to } = sliceOf(count, by, form);
  return `${before}for (var ${step} = ${from}; ${step} < ${to}; ${next})`;
}

/** Reads a stored matrix as vectors of four neighbors in a row. All indices are u32 expressions. */
export interface StoredRows {
  /** Returns the index at which a row begins, to be stored in a variable. */
  begin(row: string): string;
  /** Returns the vector at 4·`index` of a row; zero beyond `limit` if the width is not a multiple of four. */
  vector(begin: string, index: string, limit?: string): string;
}

/** Returns the index of a row of this group's product, of an operand as stored. */
export const rowOf = ({ heads }: MatmulForm, row: string): string =>
  heads === 1 ? row : `(${row} * ${heads}u + group.z)`;

export function storedRows(source: ArrayInput, width: string, wide: boolean, form: MatmulForm): StoredRows {
  if (wide)
    return {
      begin: (row) => `${rowOf(form, row)} * (${width} >> 2u)`,
      vector: (begin, index) => source.at4(`${begin} + ${index}`),
    };
  return {
    begin: (row) => `${rowOf(form, row)} * ${width}`,
    vector: (begin, index, limit) => {
      const parts = [0, 1, 2, 3].map((i) => {
        const column = `4u * (${index}) + ${i}u`;
        const element = source.at(`${begin} + ${column}`);
        return limit ? `select(0f, ${element}, ${column} < ${limit})` : element;
      });
      return `vec4f(${parts.join(', ')})`;
    },
  };
}

/**
 * Puts four columns of the result from row accumulators, in a loop over `i`. The loop keeps the operations that follow
 * the product in the text only once.
 *
 * @param row row of the result, may use `i`; rows beyond m are skipped
 */
export function putRows(
  y: ValuesOutput,
  bias: ValuesInput | undefined,
  form: MatmulForm,
  sizes: { readonly m: string; readonly n: string },
  accumulators: readonly string[],
  row: string,
  column: string,
): string {
  const once = form.slices === 1 ? '' : 'f32(group.z == 0u) * ';
  const plus = (sum: string, at: string, lanes: Lanes): string =>
    bias ? `${sum} + ${once}${bias.get('0u', at, lanes)}` : sum;
  const at = form.slices === 1 ? 'r' : `group.z * ${sizes.m} + r`;
  const to = (own: string): string => (form.heads === 1 ? own : `group.z * ${sizes.n} + ${own}`);
  const put = form.wideY
    ? `if (${column} < ${sizes.n}) { ${y.put(at, to(column), plus('sums[i]', column, 4), 4)} }`
    : `for (var j = 0u; j < 4u; j++) { if (${column} + j < ${sizes.n}) { ${y.put(at, to(`${column} + j`), plus('sums[i][j]', `${column} + j`, 1))} } }`;
  return wgsl`  {
    var sums = array<vec4f, ${accumulators.length}>(${accumulators.join(', ')});
    for (var i = 0u; i < ${accumulators.length}u; i++) {
      let r = ${row};
      if (r < ${sizes.m}) { ${put} }
    }
  }`;
}

/** Returns `rows` fused multiply-adds of one step of k. */
export function multiplyAdd(
  rows: number,
  sum: (i: number) => string,
  scalar: (i: number) => string,
  b: string,
): string {
  return unroll(rows, (i) => `    ${sum(i)} = fma(vec4f(${scalar(i)}), ${b}, ${sum(i)});`);
}
