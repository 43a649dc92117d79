import { defineKernel, type Groups, type KernelProfile, type Lanes, type Size } from '../../graph/kernel.ts';
import { constantSize, elements, groupsFor, lanesOf, launch } from '../../graph/launch.ts';
import type { Shape } from '../../graph/shape.ts';
import type { Launch, Temporary, Tensor, Value } from '../../graph/tensor.ts';
import { wgsl } from '../../graph/wgsl.ts';
import { type RowForm, rowGroups, rowKernel } from '../row-kernel.ts';

interface RowSumForm extends RowForm {
  readonly lanes: Lanes;
}

/** Sums of runs of neighboring elements. */
const rowSum = defineKernel({
  name: 'sumRows',
  inputs: { x: 'values' },
  outputs: { y: 'values' },
  sizes: ['rows', 'width'],
  workgroup: (form: RowSumForm) => rowKernel.workgroup(form),
  subgroups: rowKernel.subgroups,
  declarations: rowKernel.declarations,
  body: ({ x, y, rows, width }, form) => wgsl`${rowKernel.begin(form, rows)}
  var total = ${form.lanes === 4 ? 'vec4f' : 'f32'}();
  ${rowKernel.loop(form, width, form.lanes)} {
    total += ${form.lanes === 4 ? x.get('row', 'column', 4) : x.flat(`row * ${width} + column`)};
  }
  let sum = ${rowKernel.sum(form, form.lanes === 4 ? 'dot(total, vec4f(1f))' : 'total')};
  if (${rowKernel.isFirst(form)}) { ${y.flat('row', 'sum')} }`,
});

const totalSize = 256;

/** Sums all elements in a grid-stride loop: each group takes every n-th block, where n is the number of groups. */
const totalSum = defineKernel({
  name: 'sumAll',
  inputs: { x: 'values' },
  outputs: { y: 'values' },
  sizes: ['count'],
  workgroup: (_: { readonly lanes: Lanes }) => totalSize,
  declarations: () => `var<workgroup> partial: array<f32, ${totalSize}>;`,
  body: ({ x, y, count }, { lanes }) => wgsl`
  var total = ${lanes === 4 ? 'vec4f' : 'f32'}();
  let leap = groups.x * ${totalSize * lanes}u;
  for (var i = (group.x * ${totalSize}u + local) * ${lanes}u; i < ${count}; i += leap) {
    total += ${x.flat('i', lanes)};
  }
  partial[local] = ${lanes === 4 ? 'dot(total, vec4f(1f))' : 'total'};
  workgroupBarrier();
  for (var half = ${totalSize / 2}u; half > 0u; half >>= 1u) {
    if (local < half) { partial[local] += partial[local + half]; }
    workgroupBarrier();
  }
  if (local == 0u) { ${y.flat('group.x', 'partial[0]')} }`,
});

interface ColumnForm {
  readonly lanes: Lanes;
  /** Number of adjacent columns of a workgroup. */
  readonly across: number;
  /** Number of slices of the summed axis that are added separately. */
  readonly slices: number;
  /** Whether `inner` is the last axis alone. */
  readonly isMatrix: boolean;
}

/** Sums over an axis with others behind it: `[outer, axis, inner]` to `[outer, inner]`. */
const columnSum = defineKernel({
  name: 'sumColumns',
  inputs: { x: 'values' },
  outputs: { y: 'values' },
  sizes: ['outer', 'axis', 'inner', 'blocks'],
  workgroup: ({ across, slices }: ColumnForm) => across * slices,
  declarations: ({ lanes, across, slices }) =>
    slices === 1
      ? ''
      : `var<workgroup> partial: array<${lanes === 4 ? 'vec4f' : 'f32'}, ${across * slices}>;`,
  body: ({ x, y, outer, axis, inner, blocks }, { lanes, across, slices, isMatrix }) => {
    const value = isMatrix ? x.get('row', 'column', lanes) : x.flat(`row * ${inner} + column`, lanes);
    const put = isMatrix
      ? y.put('o', 'column', 'total', lanes)
      : y.flat(`o * ${inner} + column`, 'total', lanes);
    return wgsl`
  let o = tile / ${blocks};
  let column = (tile % ${blocks} * ${across}u + local % ${across}u) * ${lanes}u;
  let valid = o < ${outer} && column < ${inner};
  var total = ${lanes === 4 ? 'vec4f' : 'f32'}();
  if (valid) {
    for (var a = local / ${across}u; a < ${axis}; a += ${slices}u) {
      let row = o * ${axis} + a;
      total += ${value};
    }
  }
${
  slices === 1
    ? ''
    : wgsl`  partial[local] = total;
  workgroupBarrier();
  if (local >= ${across}u) { return; }
  for (var slice = 1u; slice < ${slices}u; slice++) { total += partial[slice * ${across}u + local]; }`
}
  if (valid) { ${put} }`;
  },
});

/** Above this number of elements, a sum of all elements uses two kernels. */
const manyElements = 32768;
const partialSums = 64;

export function launchReduce(
  x: Tensor,
  y: Tensor,
  { begin, end }: { readonly begin: number; readonly end: number },
  profile: KernelProfile,
): Launch[] {
  const outer = x.shape.slice(0, begin);
  const axis = x.shape.slice(begin, end);
  const inner = x.shape.slice(end);
  if (inner.some((dim) => dim !== 1)) return [launchColumns(x, y, outer, axis, inner)];
  if (outer.some((dim) => dim !== 1)) return [launchRows(x, y, outer, axis, profile)];
  return launchTotal(x, y, axis);
}

function launchRows(x: Tensor, y: Tensor, outer: Shape, axis: Shape, profile: KernelProfile): Launch {
  const isLast = axis.length === 1 && x.shape.at(-1) === axis[0];
  const sizes = { rows: elements(outer), width: elements(axis) };
  const constants: RowSumForm = { ...profile, lanes: isLast ? lanesOf(x.shape) : 1 };
  return launch(rowSum, {
    inputs: { x },
    outputs: { y },
    sizes,
    constants,
    groups: rowGroups(profile, sizes.rows),
  });
}

function launchTotal(x: Tensor, y: Tensor, axis: Shape): Launch[] {
  const fixed = axis.reduce<number>((n, dim) => n * (typeof dim === 'number' ? dim : 64), 1);
  const wide = axis.some((dim) => typeof dim === 'number' && dim % 4 === 0);
  const once = (from: Value, to: Value, count: Size, lanes: Lanes, groups: number): Launch =>
    launch(totalSum, {
      inputs: { x: from },
      outputs: { y: to },
      sizes: { count },
      constants: { lanes },
      groups: (): Groups => [groups, 1, 1],
    });
  const lanes = wide ? 4 : 1;
  if (fixed < manyElements) return [once(x, y, elements(axis), lanes, 1)];
  const partial: Temporary = { temporary: 'partial sums', shape: [partialSums], dtype: 'f32' };
  return [
    once(x, partial, elements(axis), lanes, partialSums),
    once(partial, y, constantSize(partialSums), 1, 1),
  ];
}

/** Sums over an axis with others behind it: `[outer, axis, inner]` to `[outer, inner]`. */
export function launchColumns(x: Value, y: Value, outer: Shape, axis: Shape, inner: Shape): Launch {
  const isMatrix = inner.length === 1;
  const lanes = inner.some((dim) => typeof dim === 'number' && dim % 4 === 0) ? 4 : 1;
  const long = axis.reduce<number>((n, dim) => n * (typeof dim === 'number' ? dim : 1024), 1) >= 64;
  const constants: ColumnForm = {
    lanes: isMatrix ? lanesOf(x.shape) : lanes,
    across: long ? 16 : 64,
    slices: long ? 16 : 1,
    isMatrix,
  };
  const count = elements(outer);
  const width = elements(inner);
  const blocks: Size = (dims) => Math.ceil(width(dims) / constants.lanes / constants.across);
  return launch(columnSum, {
    inputs: { x },
    outputs: { y },
    sizes: { outer: count, axis: elements(axis), inner: width, blocks },
    constants,
    groups: groupsFor((dims) => count(dims) * blocks(dims), 1),
  });
}
