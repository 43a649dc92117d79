import { ShapeError } from '../errors.ts';
import {
  defineKernel,
  groupsFor,
  type Lanes,
  lanesOf,
  launch,
  rowsOf,
  type Size,
  widthOf,
} from '../graph/kernel.ts';
import { defineOperation, type NumericArray, type Operation } from '../graph/operation.ts';
import type { Requirement } from '../graph/requirements.ts';
import { type Dim, showShape } from '../graph/shape.ts';
import { apply, type Tensor } from '../graph/tensor.ts';
import { wgsl } from '../graph/wgsl.ts';

/** Rows of a table by number: table `[rows, width]`, ids i32 `[n]`, y `[n, width]`. */
export const embeddingOperation: Operation<null> = defineOperation<null>({
  name: 'embedding',
  outputs: ([table, ids]) => {
    const [t, i] = [table as Tensor, ids as Tensor];
    if (t.shape.length !== 2 || i.shape.length !== 1 || i.dtype !== 'i32')
      throw new ShapeError(
        `embedding needs [rows, width] and i32 [n], not ${showShape(t.shape)} and ${i.dtype} ${showShape(i.shape)}`,
      );
    return [{ shape: [i.shape[0] as number, t.shape[1] as number], dtype: 'f32' }];
  },
  requires: ([table, ids]) => [rowNumbers(ids as Tensor, (table as Tensor).shape[0] as Dim)],
  gradient: ({ inputs: [table, ids], gradients: [dy] }) => [
    apply(embeddingGradientOperation, [dy as Tensor, ids as Tensor], {
      rows: (table as Tensor).shape[0] as Dim,
    }),
  ],
  reference({ inputs: [table, ids], outputs: [y], inputShapes: [shape] }) {
    const width = (shape as number[])[1] as number;
    for (const [i, id] of (ids as NumericArray).entries())
      (y as NumericArray).set((table as NumericArray).subarray(id * width, (id + 1) * width), i * width);
  },
  onnx: ({ inputs, emit }) => [emit.node('Gather', inputs, { axis: 0 })],
  wgsl: ({ inputs: [table, ids], outputs: [y] }) => {
    const { shape } = y as Tensor;
    const lanes = lanesOf(shape);
    const width = widthOf(shape);
    const items: Size = (dims) => (rowsOf(shape)(dims) * width(dims)) / lanes;
    return [
      launch(embeddingKernel, {
        inputs: { table: table as Tensor, ids: ids as Tensor },
        outputs: { y: y as Tensor },
        sizes: { items, width },
        constants: { lanes },
        groups: groupsFor(items, 64),
      }),
    ];
  },
});

const rowNumbers = (input: Tensor, below: Dim): Requirement => ({
  kind: 'index',
  input,
  below,
  what: 'id',
  of: 'rows of the table',
});

export interface EmbeddingGradientAttributes {
  readonly rows: Dim;
}

/** Gradient by the table from (dy `[n, width]`, ids `[n]`): rows of dy added by id, in ascending order of n. */
const embeddingGradientOperation: Operation<EmbeddingGradientAttributes> =
  defineOperation<EmbeddingGradientAttributes>({
    name: 'embeddingGradient',
    outputs: ([dy], { rows }) => [{ shape: [rows, (dy as Tensor).shape[1] as number], dtype: 'f32' }],
    requires: ([, ids], { rows }) => [rowNumbers(ids as Tensor, rows)],
    reference({ inputs: [dy, ids], outputs: [y], inputShapes: [shape] }) {
      const width = (shape as number[])[1] as number;
      for (const [i, id] of (ids as NumericArray).entries())
        for (let c = 0; c < width; c++)
          (y as NumericArray)[id * width + c]! += (dy as NumericArray)[i * width + c] as number;
    },
    onnx: ({ inputs: [dy, ids], node, attributes: { rows }, emit }) => {
      const width = (node.inputs[0] as Tensor).shape[1] as number;
      const zeros = emit.node('Expand', [emit.scalar(0), emit.dims([rows, width])]);
      const column = emit.node('Reshape', [ids as string, emit.ints(-1, 1)]);
      const indices = emit.node('Expand', [column, emit.ints(1, width)]);
      // ScatterElements adds one after the other, in ascending order: the same sum in every run.
      return [emit.node('ScatterElements', [zeros, indices, dy as string], { axis: 0, reduction: 'add' })];
    },
    wgsl: ({ inputs: [dy, ids], outputs: [y] }) => {
      const { shape } = dy as Tensor;
      const rows = rowsOf(shape);
      return [
        launch(embeddingGradientKernel, {
          inputs: { dy: dy as Tensor, ids: ids as Tensor },
          outputs: { y: y as Tensor },
          sizes: { rows, width: widthOf(shape) },
          constants: {},
          groups: groupsFor(rows, 1),
          cleared: ['y'],
        }),
      ];
    },
  });

const embeddingKernel = defineKernel({
  name: 'embedding',
  inputs: { table: 'array', ids: 'integers' },
  outputs: { y: 'values' },
  sizes: ['items', 'width'],
  workgroup: (_: { readonly lanes: Lanes }) => 64,
  body: ({ table, ids, y, items, width }, { lanes }) => wgsl`
  let item = tile * 64u + local;
  if (item >= ${items}) { return; }
  let row = item * ${lanes}u / ${width};
  let column = item * ${lanes}u - row * ${width};
  let at = u32(${ids.at('row')}) * ${width} + column;
  ${y.put('row', 'column', lanes === 4 ? table.at4('at >> 2u') : table.at('at'), lanes)}`,
});

/** One workgroup per position: the first position of an id adds the rows of all later ones, the others write nothing. */
const embeddingGradientKernel = defineKernel({
  name: 'embeddingGradient',
  inputs: { dy: 'values', ids: 'integers' },
  outputs: { y: 'array' },
  sizes: ['rows', 'width'],
  workgroup: () => 64,
  body: ({ dy, ids, y, rows, width }) => wgsl`
  if (tile >= ${rows}) { return; }
  let id = ${ids.at('tile')};
  for (var i = 0u; i < tile; i++) {
    if (${ids.at('i')} == id) { return; }
  }
  for (var column = local; column < ${width}; column += 64u) {
    var total = ${dy.get('tile', 'column')};
    for (var i = tile + 1u; i < ${rows}; i++) {
      if (${ids.at('i')} == id) { total += ${dy.get('i', 'column')}; }
    }
    ${y.set(`u32(id) * ${width} + column`, 'total')}
  }`,
});

/** Rows of a table `[rows, width]` by ids i32 `[n]`: `[n, width]`. */
export function embedding(table: Tensor, ids: Tensor): Tensor {
  return apply(embeddingOperation, [table, ids], null);
}
