import { defineKernel, type IntegerInput, type Lanes } from '../graph/kernel.ts';
import { eachItem, elements, lanesOf, launch, rowItems, widthOf } from '../graph/launch.ts';
import type { OnnxEmitter, OnnxValue } from '../graph/onnx.ts';
import { type Dim, dimOf } from '../graph/shape.ts';
import { apply, defineOperation, type Launch, type Tensor } from '../graph/tensor.ts';
import { wgsl } from '../graph/wgsl.ts';
import { selectRows } from './row-wise.ts';

/** The first token of every sequence: x `[tokens, width]`, cuSeqlens i32 `[boundaries]`, y `[sequences, width]`. */
const selectFirstOperation = defineOperation<[x: Tensor, cuSeqlens: Tensor]>({
  name: 'selectFirst',
  outputs: ([x, cuSeqlens]) => [{ shape: [sequencesOf(cuSeqlens), dimOf(x.shape, 1)], dtype: 'f32' }],
  requires: ([x, cuSeqlens]) => [{ kind: 'boundaries', input: cuSeqlens, end: dimOf(x.shape, 0) }],
  gradient: ({ inputs: [x, cuSeqlens], gradients: [dy] }) => [
    apply(selectFirstGradientOperation, [dy, cuSeqlens], { tokens: dimOf(x.shape, 0) }),
  ],
  reference({ inputs: [x, cuSeqlens], outputs: [y] }) {
    for (let s = 0; s < y.rows; s++) y.copy(s * y.width, x, cuSeqlens.get(s) * y.width, y.width);
  },
  onnx: ({ inputs: [x, cuSeqlens], emit }) => [
    emit.node('Gather', [x, firstIndex(cuSeqlens, emit)], { axis: 0 }),
  ],
  wgsl: ({ inputs: [x, cuSeqlens], outputs: [y] }) => [rowsLaunch(selectFirstKernel, x, cuSeqlens, y)],
});

/** Gradient with respect to x: dy's rows at the first tokens, zero elsewhere. */
const selectFirstGradientOperation = defineOperation<
  [dy: Tensor, cuSeqlens: Tensor],
  { readonly tokens: Dim },
  [dx: Tensor]
>({
  name: 'selectFirstGradient',
  outputs: ([dy], { tokens }) => [{ shape: [tokens, dimOf(dy.shape, 1)], dtype: 'f32' }],
  requires: ([, cuSeqlens], { tokens }) => [{ kind: 'boundaries', input: cuSeqlens, end: tokens }],
  reference({ inputs: [dy, cuSeqlens], outputs: [dx] }) {
    for (let s = 0; s < dy.rows; s++) dx.copy(cuSeqlens.get(s) * dy.width, dy, s * dy.width, dy.width);
  },
  onnx: ({ inputs: [dy, cuSeqlens], node, emit }) => {
    const zeros = emit.node('Expand', [emit.scalar(0), emit.dims(node.outputs[0].shape)]);
    const rows = emit.node('Reshape', [firstIndex(cuSeqlens, emit), emit.ints(-1, 1)]);
    return [emit.node('ScatterND', [zeros, emit.node('Cast', [rows], { to: 7 }), dy])];
  },
  wgsl: ({ inputs: [dy, cuSeqlens], outputs: [dx] }) => [
    rowsLaunch(selectFirstGradientKernel, dy, cuSeqlens, dx),
  ],
});

const shared = {
  inputs: { x: 'values', cuSeqlens: 'integers' },
  outputs: { y: 'values' },
  sizes: ['items', 'width', 'sequences'],
} as const;

const position = (items: string, width: string, lanes: Lanes): string => wgsl`
${eachItem('item', items)}
  let row = item * ${lanes}u / ${width};
  let column = item * ${lanes}u - row * ${width};`;

const selectFirstKernel = defineKernel({
  ...shared,
  name: 'selectFirst',
  body: ({ x, cuSeqlens, y, items, width }, { lanes }: { readonly lanes: Lanes }) => wgsl`
${position(items, width, lanes)}
  let first = u32(${cuSeqlens.at('row')});
  ${y.put('row', 'column', x.get('first', 'column', lanes), lanes)}`,
});

const selectFirstGradientKernel = defineKernel({
  ...shared,
  name: 'selectFirstGradient',
  body: ({ x, cuSeqlens, y, items, width, sequences }, { lanes }: { readonly lanes: Lanes }) => wgsl`
${position(items, width, lanes)}
${findSequence(cuSeqlens, sequences, 'row')}
  var value = ${lanes === 4 ? 'vec4f' : 'f32'}();
  if (u32(${cuSeqlens.at('sequence')}) == row) { value = ${x.get('sequence', 'column', lanes)}; }
  ${y.put('row', 'column', 'value', lanes)}`,
});

function rowsLaunch(
  kernel: typeof selectFirstKernel | typeof selectFirstGradientKernel,
  x: Tensor,
  cuSeqlens: Tensor,
  y: Tensor,
): Launch {
  const lanes = lanesOf(y.shape);
  const boundaries = elements(cuSeqlens.shape);
  return launch(kernel, {
    inputs: { x, cuSeqlens },
    outputs: { y },
    sizes: {
      items: rowItems(y.shape, lanes),
      width: widthOf(y.shape),
      sequences: (dims) => boundaries(dims) - 1,
    },
    constants: { lanes },
  });
}

/** Returns the number of sequences between boundaries `[boundaries]`. */
export function sequencesOf(cuSeqlens: Tensor): Dim {
  const boundaries = dimOf(cuSeqlens.shape, 0);
  return typeof boundaries === 'number' ? boundaries - 1 : 'sequences';
}

/** Returns WGSL that declares `sequence`, the index of the sequence that a token belongs to. */
export function findSequence(cuSeqlens: IntegerInput, sequences: string, token: string): string {
  return wgsl`  var sequence = 0u;
  for (var above = ${sequences}; sequence + 1u < above;) {
    let middle = (sequence + above) / 2u;
    if (u32(${cuSeqlens.at('middle')}) <= ${token}) { sequence = middle; } else { above = middle; }
  }`;
}

function firstIndex(cuSeqlens: OnnxValue, emit: OnnxEmitter): OnnxValue {
  return emit.node('Slice', [cuSeqlens, emit.ints(0), emit.ints(-1)]);
}

/**
 * Selects the first token's row of every sequence, `[sequences, width]`. Rows are selected as early as the graph
 * allows. If nothing else is read, the last layer of an encoder is computed only for first tokens.
 */
export function selectFirst(x: Tensor, cuSeqlens: Tensor): Tensor {
  return selectRows(x, 'sequences', (full) => apply(selectFirstOperation, [full, cuSeqlens], null));
}
