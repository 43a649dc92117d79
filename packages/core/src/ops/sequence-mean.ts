import { defineKernel, type Lanes } from '../graph/kernel.ts';
import { eachItem, elements, lanesOf, launch, rowItems, widthOf } from '../graph/launch.ts';
import type { OnnxEmitter, OnnxValue } from '../graph/onnx.ts';
import { type Dim, dimOf, fixedDim } from '../graph/shape.ts';
import { apply, defineOperation, type Tensor } from '../graph/tensor.ts';
import { wgsl } from '../graph/wgsl.ts';
import { findSequence, sequencesOf } from './select-first.ts';

/** The mean over each sequence's tokens: x `[tokens, width]`, cuSeqlens i32 `[boundaries]`, y `[sequences, width]`. */
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
      for (let c = 0; c < y.width; c++) {
        let total = 0;
        for (let token = begin; token < end; token++) total += x.get(token * x.width + c);
        y.set(s * y.width + c, total / (end - begin));
      }
    }
  },
  onnx: ({ inputs: [x, cuSeqlens], node, emit }) => {
    const [tokens, width] = [dimOf(node.inputs[0].shape, 0), fixedDim(node.inputs[0].shape, 1)];
    const { lengths, sequences } = members(cuSeqlens, tokens, emit);
    const rows = emit.node('Reshape', [sequences, emit.ints(-1, 1)]);
    const indices = emit.node('Expand', [rows, emit.ints(1, width)]);
    const zeros = emit.node('Expand', [emit.scalar(0), emit.dims(node.outputs[0].shape)]);
    // ScatterElements adds in ascending order, so every run gives the same sum.
    const sums = emit.node('ScatterElements', [zeros, indices, x], { axis: 0, reduction: 'add' });
    return [emit.node('Div', [sums, lengths])];
  },
  wgsl: ({ inputs: [x, cuSeqlens], outputs: [y] }) => {
    const lanes = lanesOf(y.shape);
    const sizes = { items: rowItems(y.shape, lanes), width: widthOf(y.shape) };
    return [
      launch(sequenceMeanKernel, { inputs: { x, cuSeqlens }, outputs: { y }, sizes, constants: { lanes } }),
    ];
  },
});

/** Gradient with respect to x: dy's row of the token's sequence, divided by the sequence's length. */
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
      for (let token = begin; token < end; token++)
        for (let c = 0; c < dx.width; c++)
          dx.set(token * dx.width + c, dy.get(s * dy.width + c) / (end - begin));
    }
  },
  onnx: ({ inputs: [dy, cuSeqlens], attributes: { tokens }, emit }) => {
    const { lengths, sequences } = members(cuSeqlens, tokens, emit);
    return [emit.node('Gather', [emit.node('Div', [dy, lengths]), sequences], { axis: 0 })];
  },
  wgsl: ({ inputs: [dy, cuSeqlens], outputs: [dx] }) => {
    const lanes = lanesOf(dx.shape);
    const boundaries = elements(cuSeqlens.shape);
    return [
      launch(sequenceMeanGradientKernel, {
        inputs: { dy, cuSeqlens },
        outputs: { dx },
        sizes: {
          items: rowItems(dx.shape, lanes),
          width: widthOf(dx.shape),
          sequences: (dims) => boundaries(dims) - 1,
        },
        constants: { lanes },
      }),
    ];
  },
});

/** One invocation per sequence and column, or four columns. */
const sequenceMeanKernel = defineKernel({
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

const sequenceMeanGradientKernel = defineKernel({
  name: 'sequenceMeanGradient',
  inputs: { dy: 'values', cuSeqlens: 'integers' },
  outputs: { dx: 'values' },
  sizes: ['items', 'width', 'sequences'],
  body: ({ dy, cuSeqlens, dx, items, width, sequences }, { lanes }: { readonly lanes: Lanes }) => wgsl`
${eachItem('item', items)}
  let row = item * ${lanes}u / ${width};
  let column = item * ${lanes}u - row * ${width};
${findSequence(cuSeqlens, sequences, 'row')}
  let length = f32(${cuSeqlens.at('sequence + 1u')} - ${cuSeqlens.at('sequence')});
  let value = ${dy.get('sequence', 'column', lanes)} / length;
  ${dx.put('row', 'column', 'value', lanes)}`,
});

/** Writes the lengths of the sequences, f32 `[sequences, 1]`, and the sequence of each token, int64 `[tokens]`. */
function members(
  cuSeqlens: OnnxValue,
  tokens: Dim,
  emit: OnnxEmitter,
): Record<'lengths' | 'sequences', OnnxValue> {
  const [f32, i64] = [1, 7] as const;
  const bounds = emit.node('Cast', [cuSeqlens], { to: i64 });
  const begins = emit.node('Slice', [bounds, emit.ints(0), emit.ints(-1)]);
  const ends = emit.node('Slice', [bounds, emit.ints(1), emit.ints(Number.MAX_SAFE_INTEGER)]);
  const scalar = (x: OnnxValue): OnnxValue => emit.node('Squeeze', [x]);
  const numbers = emit.node('Range', [
    scalar(emit.ints(0)),
    scalar(emit.dims([tokens])),
    scalar(emit.ints(1)),
  ]);
  const isBehind = emit.node('GreaterOrEqual', [emit.node('Reshape', [numbers, emit.ints(-1, 1)]), ends]);
  const sequences = emit.node('ReduceSum', [emit.node('Cast', [isBehind], { to: i64 }), emit.ints(1)], {
    keepdims: 0,
  });
  const lengths = emit.node('Cast', [emit.node('Sub', [ends, begins])], { to: f32 });
  return { lengths: emit.node('Reshape', [lengths, emit.ints(-1, 1)]), sequences };
}

/** Returns the mean of the rows of every sequence: x `[tokens, width]`, `[sequences, width]`. */
export function sequenceMean(x: Tensor, cuSeqlens: Tensor): Tensor {
  return apply(sequenceMeanOperation, [x, cuSeqlens], null);
}
