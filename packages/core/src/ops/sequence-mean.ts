import { defineKernel, type Lanes } from '../graph/kernel.ts';
import { eachItem, elements, lanesOf, launch, rowItems, widthOf } from '../graph/launch.ts';
import type { OnnxEmitter, OnnxValue } from '../graph/onnx.ts';
import { type Dim, dimOf, fixedDim } from '../graph/shape.ts';
import { apply, defineOperation, type Tensor } from '../graph/tensor.ts';
import { wgsl } from '../graph/wgsl.ts';
import { findSequence, sequencesOf } from './select-first.ts';

/** Element types of ONNX. */
const f32 = 1;
const i64 = 7;

/** The mean of every sequence's rows: x `[tokens, width]`, cuSeqlens i32 `[boundaries]`, y `[sequences, width]`. */
const sequenceMeanOperation = defineOperation<[x: Tensor, cuSeqlens: Tensor]>({
  name: 'sequenceMean',
  outputs: ([x, cuSeqlens]) => [{ shape: [sequencesOf(cuSeqlens), dimOf(x.shape, 1)], dtype: 'f32' }],
  requires: ([x, cuSeqlens]) => [{ kind: 'boundaries', input: cuSeqlens, end: dimOf(x.shape, 0) }],
  gradient: ({ inputs: [x, cuSeqlens], gradients: [dy] }) => [
    apply(sequenceMeanGradientOperation, [dy, cuSeqlens], { tokens: dimOf(x.shape, 0) }),
  ],
  reference({ inputs: [x, cuSeqlens], outputs: [y] }) {
    for (let s = 0; s < y.rows; s++) {
      const [begin, end] = [cuSeqlens.get(s), cuSeqlens.get(s + 1)];
      for (let t = begin; t < end; t++)
        for (let c = 0; c < y.width; c++) y.add(s * y.width + c, x.get(t * y.width + c) / (end - begin));
    }
  },
  onnx: ({ inputs: [x, cuSeqlens], node, emit }) => {
    const [tokens, width] = [dimOf(node.inputs[0].shape, 0), fixedDim(node.inputs[0].shape, 1)];
    const { lengths, ofToken } = sequences(cuSeqlens, tokens, emit);
    const zeros = emit.node('Expand', [emit.scalar(0), emit.dims(node.outputs[0].shape)]);
    const indices = emit.node('Expand', [
      emit.node('Reshape', [ofToken, emit.ints(-1, 1)]),
      emit.ints(1, width),
    ]);
    // ScatterElements adds in ascending order, so every run gives the same sum.
    const sums = emit.node('ScatterElements', [zeros, indices, x], { axis: 0, reduction: 'add' });
    return [emit.node('Div', [sums, lengths])];
  },
  wgsl: ({ inputs: [x, cuSeqlens], outputs: [y] }) => {
    const lanes = lanesOf(y.shape);
    const sizes = { items: rowItems(y.shape, lanes), width: widthOf(y.shape) };
    return [launch(meanKernel, { inputs: { x, cuSeqlens }, outputs: { y }, sizes, constants: { lanes } })];
  },
});

/** Gradient with respect to x: every row of a sequence gets dy's row, divided by the sequence's length. */
const sequenceMeanGradientOperation = defineOperation<
  [dy: Tensor, cuSeqlens: Tensor],
  { readonly tokens: Dim },
  [dx: Tensor]
>({
  name: 'sequenceMeanGradient',
  outputs: ([dy], { tokens }) => [{ shape: [tokens, dimOf(dy.shape, 1)], dtype: 'f32' }],
  requires: ([, cuSeqlens], { tokens }) => [{ kind: 'boundaries', input: cuSeqlens, end: tokens }],
  reference({ inputs: [dy, cuSeqlens], outputs: [dx] }) {
    for (let s = 0; s < dy.rows; s++) {
      const [begin, end] = [cuSeqlens.get(s), cuSeqlens.get(s + 1)];
      for (let t = begin; t < end; t++)
        for (let c = 0; c < dy.width; c++) dx.set(t * dy.width + c, dy.get(s * dy.width + c) / (end - begin));
    }
  },
  onnx: ({ inputs: [dy, cuSeqlens], attributes: { tokens }, emit }) => {
    const { lengths, ofToken } = sequences(cuSeqlens, tokens, emit);
    return [emit.node('Gather', [emit.node('Div', [dy, lengths]), ofToken], { axis: 0 })];
  },
  wgsl: ({ inputs: [dy, cuSeqlens], outputs: [dx] }) => {
    const lanes = lanesOf(dx.shape);
    const boundaries = elements(cuSeqlens.shape);
    const sizes = {
      items: rowItems(dx.shape, lanes),
      width: widthOf(dx.shape),
      sequences: (dims: Parameters<typeof boundaries>[0]) => boundaries(dims) - 1,
    };
    return [
      launch(meanGradientKernel, {
        inputs: { dy, cuSeqlens },
        outputs: { dx },
        sizes,
        constants: { lanes },
      }),
    ];
  },
});

const meanKernel = defineKernel({
  name: 'sequenceMean',
  inputs: { x: 'values', cuSeqlens: 'integers' },
  outputs: { y: 'values' },
  sizes: ['items', 'width'],
  body: ({ x, cuSeqlens, y, items, width }, { lanes }: { readonly lanes: Lanes }) => wgsl`
${eachItem('item', items)}
  let row = item * ${lanes}u / ${width};
  let column = item * ${lanes}u - row * ${width};
  let begin = u32(${cuSeqlens.at('row')});
  let end = u32(${cuSeqlens.at('row + 1u')});
  var total = ${lanes === 4 ? 'vec4f' : 'f32'}();
  for (var token = begin; token < end; token++) { total += ${x.get('token', 'column', lanes)}; }
  ${y.put('row', 'column', 'total / f32(end - begin)', lanes)}`,
});

const meanGradientKernel = defineKernel({
  name: 'sequenceMeanGradient',
  inputs: { dy: 'values', cuSeqlens: 'integers' },
  outputs: { dx: 'values' },
  sizes: ['items', 'width', 'sequences'],
  body: ({ dy, cuSeqlens, dx, items, width, sequences }, { lanes }: { readonly lanes: Lanes }) => wgsl`
${eachItem('item', items)}
  let row = item * ${lanes}u / ${width};
  let column = item * ${lanes}u - row * ${width};
${findSequence(cuSeqlens, sequences, 'row')}
  let length = f32(u32(${cuSeqlens.at('sequence + 1u')}) - u32(${cuSeqlens.at('sequence')}));
  ${dx.put('row', 'column', `${dy.get('sequence', 'column', lanes)} / length`, lanes)}`,
});

/** Writes the length of every sequence, f32 `[sequences, 1]`, and the sequence of every token, i64 `[tokens]`. */
function sequences(
  cuSeqlens: OnnxValue,
  tokens: Dim,
  emit: OnnxEmitter,
): { readonly lengths: OnnxValue; readonly ofToken: OnnxValue } {
  const boundaries = emit.node('Cast', [cuSeqlens], { to: f32 });
  const column = (from: number, to: number): OnnxValue =>
    emit.node('Reshape', [
      emit.node('Slice', [boundaries, emit.ints(from), emit.ints(to)]),
      emit.ints(-1, 1),
    ]);
  const ends = column(1, 2 ** 31);
  const count = typeof tokens === 'number' ? emit.scalar(tokens) : emit.host({ kind: 'dim', dim: tokens });
  const places = emit.node('Range', [emit.scalar(0), count, emit.scalar(1)]);
  // A token's sequence is the number of sequences that end before it.
  const isAfter = emit.node('Cast', [emit.node('GreaterOrEqual', [places, ends])], { to: i64 });
  return {
    lengths: emit.node('Sub', [ends, column(0, -1)]),
    ofToken: emit.node('ReduceSum', [isAfter, emit.ints(0)], { keepdims: 0 }),
  };
}

/** The mean of every sequence's rows, `[sequences, width]`: x `[tokens, width]`, cuSeqlens i32 `[boundaries]`. */
export function sequenceMean(x: Tensor, cuSeqlens: Tensor): Tensor {
  return apply(sequenceMeanOperation, [x, cuSeqlens], null);
}
