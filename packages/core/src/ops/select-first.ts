import {
  defineKernel,
  elements,
  groupsFor,
  type IntegerInput,
  type Lanes,
  type Launch,
  lanesOf,
  launch,
  rowsOf,
  type Size,
  widthOf,
} from '../graph/kernel.ts';
import { defineOperation, type NumericArray, type Operation } from '../graph/operation.ts';
import type { Dim } from '../graph/shape.ts';
import { apply, type Tensor } from '../graph/tensor.ts';
import { wgsl } from '../graph/wgsl.ts';
import { selectRows } from './row-wise.ts';

/** The first token of every sequence: x `[tokens, width]`, cuSeqlens i32 `[boundaries]`, y `[sequences, width]`. */
const selectFirstOperation: Operation<null> = defineOperation<null>({
  name: 'selectFirst',
  outputs: ([x, cuSeqlens]) => {
    const boundaries = (cuSeqlens as Tensor).shape[0] as Dim;
    const sequences = typeof boundaries === 'number' ? boundaries - 1 : 'sequences';
    return [{ shape: [sequences, (x as Tensor).shape[1] as number], dtype: 'f32' }];
  },
  requires: ([x, cuSeqlens]) => [
    { kind: 'boundaries', input: cuSeqlens as Tensor, end: (x as Tensor).shape[0] as Dim },
  ],
  gradient: ({ inputs: [x, cuSeqlens], gradients: [dy] }) => [
    apply(selectFirstGradientOperation, [dy as Tensor, cuSeqlens as Tensor], {
      tokens: (x as Tensor).shape[0] as Dim,
    }),
  ],
  reference({ inputs: [x, cuSeqlens], outputs: [y], outputShapes: [shape] }) {
    const [sequences, width] = shape as [number, number];
    for (let s = 0; s < sequences; s++) {
      const begin = (cuSeqlens as NumericArray)[s] as number;
      (y as NumericArray).set((x as NumericArray).subarray(begin * width, (begin + 1) * width), s * width);
    }
  },
  onnx: ({ inputs: [x, cuSeqlens], emit }) => [
    emit.node('Gather', [x as string, firstIndex(cuSeqlens as string, emit)], { axis: 0 }),
  ],
  wgsl: ({ inputs: [x, cuSeqlens], outputs: [y] }) => [
    rowsLaunch(selectFirstKernel, x as Tensor, cuSeqlens as Tensor, y as Tensor),
  ],
});

interface GradientAttributes {
  /** Rows of x. */
  readonly tokens: Dim;
}

/** Gradient by x: dy's rows at the first tokens, zero elsewhere. */
const selectFirstGradientOperation: Operation<GradientAttributes> = defineOperation<GradientAttributes>({
  name: 'selectFirstGradient',
  outputs: ([dy], { tokens }) => [{ shape: [tokens, (dy as Tensor).shape[1] as number], dtype: 'f32' }],
  requires: ([, cuSeqlens], { tokens }) => [{ kind: 'boundaries', input: cuSeqlens as Tensor, end: tokens }],
  reference({ inputs: [dy, cuSeqlens], outputs: [y], inputShapes: [shape] }) {
    const [sequences, width] = shape as [number, number];
    for (let s = 0; s < sequences; s++)
      (y as NumericArray).set(
        (dy as NumericArray).subarray(s * width, (s + 1) * width),
        ((cuSeqlens as NumericArray)[s] as number) * width,
      );
  },
  onnx: ({ inputs: [dy, cuSeqlens], node, emit }) => {
    const shape = (node.outputs[0] as Tensor).shape;
    const zeros = emit.node('Expand', [emit.scalar(0), emit.dims(shape)]);
    const rows = emit.node('Reshape', [firstIndex(cuSeqlens as string, emit), emit.ints(-1, 1)]);
    return [emit.node('ScatterND', [zeros, emit.node('Cast', [rows], { to: 7 }), dy as string])];
  },
  wgsl: ({ inputs: [dy, cuSeqlens], outputs: [dx] }) => [
    rowsLaunch(selectFirstGradientKernel, dy as Tensor, cuSeqlens as Tensor, dx as Tensor),
  ],
});

const shared = {
  inputs: { x: 'values', cuSeqlens: 'integers' },
  outputs: { y: 'values' },
  sizes: ['items', 'width', 'sequences'],
  workgroup: (_: { readonly lanes: Lanes }): number => 64,
} as const;

const position = (items: string, width: string, lanes: Lanes): string => wgsl`
  let item = tile * 64u + local;
  if (item >= ${items}) { return; }
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
  const width = widthOf(y.shape);
  const items: Size = (dims) => (rowsOf(y.shape)(dims) * width(dims)) / lanes;
  const boundaries = elements(cuSeqlens.shape);
  return launch(kernel, {
    inputs: { x, cuSeqlens },
    outputs: { y },
    sizes: { items, width, sequences: (dims) => boundaries(dims) - 1 },
    constants: { lanes },
    groups: groupsFor(items, 64),
  });
}

/** WGSL that declares `sequence`, the number of the sequence that a token belongs to. */
export function findSequence(cuSeqlens: IntegerInput, sequences: string, token: string): string {
  return wgsl`  var sequence = 0u;
  for (var above = ${sequences}; sequence + 1u < above;) {
    let middle = (sequence + above) / 2u;
    if (u32(${cuSeqlens.at('middle')}) <= ${token}) { sequence = middle; } else { above = middle; }
  }`;
}

function firstIndex(
  cuSeqlens: string,
  emit: { node(type: string, inputs: string[]): string; ints(...v: number[]): string },
): string {
  return emit.node('Slice', [cuSeqlens, emit.ints(0), emit.ints(-1)]);
}

/**
 * The first token's row of every sequence, `[sequences, width]`. Rows are selected as early as the graph allows: the
 * last layer of an encoder is computed for first tokens only, where nothing else is read.
 */
export function selectFirst(x: Tensor, cuSeqlens: Tensor): Tensor {
  return selectRows(x, 'sequences', (full) => apply(selectFirstOperation, [full, cuSeqlens], null));
}
