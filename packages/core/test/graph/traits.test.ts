import { expect, test } from 'vitest';
import { drawBlueprint } from '../../src/devices/webgpu/plan/blueprint.ts';
import {
  add,
  apply,
  defineOperation,
  type ElementwiseForm,
  embedding,
  gelu,
  input,
  linear,
  type Node,
  scalarDim,
  selectFirst,
  square,
  type Tensor,
} from '../../src/graph.ts';

// Planners know operations by what they say of themselves: these are none of core's.

const profile = { matmul: 'workgroup', rows: 'thread', subgroupSize: 32 } as const;
const dispatches = (y: Tensor): readonly string[] =>
  drawBlueprint({ outputs: { y } }, profile, 2 ** 27).dispatches.map(({ label }) => label);
const unused = (): never => {
  throw new Error('not used');
};

test('an alias of a part of its input costs nothing', () => {
  const tail = defineOperation<[x: Tensor], { readonly begin: number }>({
    name: 'tail',
    alias: ({ attributes: { begin } }) => begin,
    outputs: (_, { begin }) => [{ shape: [256 - begin], dtype: 'f32' }],
    reference: unused,
    onnx: unused,
  });
  const x = input('x', [256]);
  expect(dispatches(square(apply(tail, [x], { begin: 64 })))).toEqual(['square']);
  // Where no buffer can be bound, the elements have to be copied, which it cannot.
  expect(() => dispatches(square(apply(tail, [x], { begin: 63 })))).toThrow("'tail' has no WebGPU kernel");
});

test('another shape of the integers of an input is checked like them', () => {
  const flat = defineOperation<[x: Tensor]>({
    name: 'flat',
    alias: () => 'whole',
    outputs: () => [{ shape: [6], dtype: 'i32' }],
    reference: unused,
    onnx: unused,
  });
  const rows = embedding(input('table', [10, 4]), apply(flat, [input('ids', [2, 3], 'i32')], null));
  expect(dispatches(rows)).toEqual(['embedding']);
});

const ownForm = defineOperation<readonly Tensor[], ElementwiseForm>({
  name: 'own',
  elementwise: (form) => form,
  outputs: (_, { shape }) => [{ shape, dtype: 'f32' }],
  reference: unused,
  onnx: unused,
});

test('an expression joins the kernel that computes its operand, and a constant disappears', () => {
  const two = apply(ownForm, [], { label: 'two', expression: scalarDim(2).expression, shape: [4] });
  const y = gelu(linear(input('x', ['rows', 4]), input('w', [4, 4])));
  expect(dispatches(add(y, two))).toEqual(['matmul + gelu + add']);
});

test('rows are selected before an operation that says how they are computed apart', () => {
  const twice = defineOperation<[x: Tensor], { readonly rows: Tensor['shape'][number] }>({
    name: 'twice',
    rowWise: () => ({ byRow: [true], withRows: (rows) => ({ rows }) }),
    outputs: ([{ shape }], { rows }) => [{ shape: [rows, ...shape.slice(1)], dtype: 'f32' }],
    reference: unused,
    onnx: unused,
  });
  const x = apply(twice, [input('x', ['tokens', 4])], { rows: 'tokens' });
  const first = selectFirst(x, input('cuSeqlens', ['boundaries'], 'i32'));
  const names = (node: Node): string[] => [
    node.operation.name,
    ...node.inputs.slice(0, 1).flatMap((t) => names(t.node)),
  ];
  expect(names(first.node)).toEqual(['twice', 'selectFirst', 'leaf']);
  expect(first.shape).toEqual(['sequences', 4]);
});
