import { ShapeError } from '../errors.ts';
import { defineKernel, type Lanes } from '../graph/kernel.ts';
import { eachItem, groupsFor, lanesOf, launch, rowItems, rowsOf, widthOf } from '../graph/launch.ts';
import { type Dim, dimOf, fixedDim, showShape } from '../graph/shape.ts';
import { apply, defineOperation, type Requirement, type Tensor } from '../graph/tensor.ts';
import { wgsl } from '../graph/wgsl.ts';

/** Looks up rows of a table: table `[rows, width]`, ids i32 `[n]`, y `[n, width]`. */
const embeddingOperation = defineOperation<[table: Tensor, ids: Tensor]>({
  name: 'embedding',
  lookup: true,
  outputs: ([table, ids]) => {
    if (table.shape.length !== 2 || ids.shape.length !== 1 || ids.dtype !== 'i32')
      throw new ShapeError(
        `embedding needs [rows, width] and i32 [n], not ${showShape(table.shape)} and ${ids.dtype} ${showShape(ids.shape)}`,
      );
    return [{ shape: [dimOf(ids.shape, 0), dimOf(table.shape, 1)], dtype: 'f32' }];
  },
  requires: ([table, ids]) => [rowNumbers(ids, dimOf(table.shape, 0))],
  gradient: ({ inputs: [table, ids], gradients: [dy] }) => [
    apply(embeddingGradientOperation, [dy, ids], { rows: dimOf(table.shape, 0) }),
  ],
  reference({ inputs: [table, ids], outputs: [y] }) {
    const { width } = table;
    for (let i = 0; i < ids.length; i++) y.copy(i * width, table, ids.get(i) * width, width);
  },
  onnx: ({ inputs, emit }) => [emit.node('Gather', inputs, { axis: 0 })],
  wgsl: ({ inputs: [table, ids], outputs: [y] }) => {
    const lanes = lanesOf(y.shape);
    const sizes = { items: rowItems(y.shape, lanes), width: widthOf(y.shape) };
    return [launch(embeddingKernel, { inputs: { table, ids }, outputs: { y }, sizes, constants: { lanes } })];
  },
});

const rowNumbers = (input: Tensor, below: Dim): Requirement => ({
  kind: 'index',
  input,
  below,
  what: 'id',
  of: 'rows of the table',
});

/** Gradient with respect to the table: rows of dy `[n, width]` added by id, in ascending order of n. */
const embeddingGradientOperation = defineOperation<[dy: Tensor, ids: Tensor], { readonly rows: Dim }>({
  name: 'embeddingGradient',
  outputs: ([dy], { rows }) => [{ shape: [rows, dimOf(dy.shape, 1)], dtype: 'f32' }],
  requires: ([, ids], { rows }) => [rowNumbers(ids, rows)],
  reference({ inputs: [dy, ids], outputs: [y] }) {
    for (let i = 0; i < ids.length; i++) {
      const [from, to] = [dy.row(i), y.row(ids.get(i))];
      for (let c = 0; c < to.length; c++) to.add(c, from.get(c));
    }
  },
  onnx: ({ inputs: [dy, ids], node, attributes: { rows }, emit }) => {
    const width = fixedDim(node.inputs[0].shape, 1);
    const zeros = emit.node('Expand', [emit.scalar(0), emit.dims([rows, width])]);
    const column = emit.node('Reshape', [ids, emit.ints(-1, 1)]);
    const indices = emit.node('Expand', [column, emit.ints(1, width)]);
    // ScatterElements adds in ascending order, so every run gives the same sum.
    return [emit.node('ScatterElements', [zeros, indices, dy], { axis: 0, reduction: 'add' })];
  },
  wgsl: ({ inputs: [dy, ids], outputs: [y] }) => {
    const sizes = { rows: rowsOf(dy.shape), width: widthOf(dy.shape) };
    return [
      launch(embeddingGradientKernel, {
        inputs: { dy, ids },
        outputs: { y },
        sizes,
        constants: {},
        groups: groupsFor(sizes.rows, 1),
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
  body: ({ table, ids, y, items, width }, { lanes }: { readonly lanes: Lanes }) => wgsl`
${eachItem('item', items)}
  let row = item * ${lanes}u / ${width};
  let column = item * ${lanes}u - row * ${width};
  let at = u32(${ids.at('row')}) * ${width} + column;
  ${y.put('row', 'column', lanes === 4 ? table.at4('at >> 2u') : table.at('at'), lanes)}`,
});

/** Uses one workgroup per position. The first position of an id adds the rows of all positions with this id. */
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

/** Looks up rows of a table `[rows, width]` by ids i32 `[n]`: `[n, width]`. */
export function embedding(table: Tensor, ids: Tensor): Tensor {
  return apply(embeddingOperation, [table, ids], null);
}
