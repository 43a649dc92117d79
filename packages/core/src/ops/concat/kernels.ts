import { at } from '../../elements.ts';
import { defineKernel, type Lanes, type Size } from '../../graph/kernel.ts';
import { constantSize, eachItem, elements, launch } from '../../graph/launch.ts';
import { sizeOf } from '../../graph/shape.ts';
import type { Launch, Tensor, Value } from '../../graph/tensor.ts';
import { wgsl } from '../../graph/wgsl.ts';

/** Number of parts that one kernel copies. Together with the whole it binds seven buffers. */
const partLimit = 6;
type Slot = 'p0' | 'p1' | 'p2' | 'p3' | 'p4' | 'p5';
const slots: readonly Slot[] = ['p0', 'p1', 'p2', 'p3', 'p4', 'p5'];

/** A part and its position in each row of the whole. Rows are all axes before the joined one. */
export interface Part {
  readonly value: Value;
  /** Number of elements of the part in a row. */
  readonly length: Size;
  /** Index of its first element in a row of the whole. */
  readonly start: Size;
  /** Number of elements up to the next part: more than the length if a gap follows. */
  readonly span: Size;
}

interface CopyForm {
  readonly parts: number;
  readonly lanes: Lanes;
  /** Whether gaps after parts are filled with zeros. */
  readonly gaps: boolean;
}

type CopySizes = 'items' | 'rows' | 'whole' | 'span' | `${Slot}${'Length' | 'Start' | 'End'}`;
const copySizes: readonly CopySizes[] = [
  'items',
  'rows',
  'whole',
  'span',
  ...slots.flatMap((slot): CopySizes[] => [`${slot}Length`, `${slot}Start`, `${slot}End`]),
];

/** Declares where in its row an item is; `branch` is what is done in each part. */
function eachPart(
  sizes: Readonly<Record<CopySizes, string>>,
  { parts, lanes }: CopyForm,
  branch: (slot: Slot, index: string) => string,
): string {
  const used = slots.slice(0, parts);
  return wgsl`
${eachItem('item', sizes.items)}
  let flat = item * ${lanes}u;
  let row = flat / ${sizes.span};
  let at = flat - row * ${sizes.span};
${used.map((slot, i) => {
  // Ends are counted along what this kernel copies, starts along the whole.
  const begin = i === 0 ? '0u' : sizes[`${at(slots, i - 1)}End`];
  return wgsl`  ${i > 0 ? '} else ' : ''}if (at < ${sizes[`${slot}End`]}) {
    let within = at - ${begin};
    let outside = row * ${sizes.whole} + ${sizes[`${slot}Start`]} + within;
    ${branch(slot, `row * ${sizes[`${slot}Length`]} + within`)}`;
})}
  }`;
}

const partInputs = {
  p0: 'optional',
  p1: 'optional',
  p2: 'optional',
  p3: 'optional',
  p4: 'optional',
  p5: 'optional',
} as const;

function joinBody(
  names: Readonly<Record<CopySizes, string>>,
  parts: Readonly<Record<Slot, { flat(index: string, lanes?: Lanes): string } | undefined>>,
  form: CopyForm,
  put: (index: string, value: string) => string,
): string {
  const { lanes, gaps } = form;
  const zero = lanes === 4 ? 'vec4f(0f)' : '0f';
  const column = lanes === 4 ? 'vec4u(within) + vec4u(0u, 1u, 2u, 3u)' : 'within';
  return eachPart(names, form, (slot, index) => {
    const value = parts[slot]?.flat(index, lanes) ?? zero;
    const length = names[`${slot}Length`];
    const limit = lanes === 4 ? `vec4u(${length})` : length;
    return put('outside', gaps ? `select(${zero}, ${value}, ${column} < ${limit})` : value);
  });
}

/** Joins all parts of a result. */
const joinAll = defineKernel({
  name: 'join',
  inputs: partInputs,
  outputs: { y: 'values' },
  sizes: copySizes,
  body: (names, form: CopyForm) =>
    joinBody(names, names, form, (index, value) => names.y.flat(index, value, form.lanes)),
});

/** Joins some of the parts of a result. */
const joinSome = defineKernel({
  name: 'join',
  inputs: partInputs,
  outputs: { y: 'array' },
  sizes: copySizes,
  body: (names, form: CopyForm) =>
    joinBody(names, names, form, (index, value) => names.y.set(index, value, form.lanes)),
});

/** Copies parts out of a whole. */
const cut = defineKernel({
  name: 'cut',
  inputs: { x: 'values' },
  outputs: { p0: 'array', p1: 'array', p2: 'array', p3: 'array', p4: 'array', p5: 'array' },
  sizes: copySizes,
  body: (names, form: CopyForm) =>
    eachPart(names, form, (slot, index) =>
      names[slot].set(index, names.x.flat('outside', form.lanes), form.lanes),
    ),
});

/** Returns the sizes of a kernel that copies these parts. */
function sizesOf(parts: readonly Part[], rows: Size, whole: Size, lanes: Lanes): Record<CopySizes, Size> {
  const sum =
    (count: number): Size =>
    (dims) =>
      parts.slice(0, count).reduce((n, part) => n + part.span(dims), 0);
  const span = sum(parts.length);
  const items: Size = (dims) => Math.ceil((rows(dims) * span(dims)) / lanes);
  const own = (slot: Slot, i: number): Record<string, Size> => ({
    [`${slot}Length`]: parts[i]?.length ?? constantSize(0),
    [`${slot}Start`]: parts[i]?.start ?? constantSize(0),
    [`${slot}End`]: sum(i + 1),
  });
  // The names of the sizes are composed of the slots' names.
  return Object.assign({ items, rows, whole, span }, ...slots.map(own)) as Record<CopySizes, Size>;
}

function chunks(parts: readonly Part[]): Part[][] {
  const result: Part[][] = [];
  for (let i = 0; i < parts.length; i += partLimit) result.push(parts.slice(i, i + partLimit));
  return result;
}

export function launchJoin(
  parts: readonly Part[],
  y: Tensor,
  rows: Size,
  whole: Size,
  form: { readonly lanes: Lanes; readonly gaps: boolean },
): Launch[] {
  return chunks(parts).map((some) => {
    const sizes = sizesOf(some, rows, whole, form.lanes);
    const [p0, p1, p2, p3, p4, p5] = some.map(({ value }) => value);
    const inputs = { p0, p1, p2, p3, p4, p5 };
    const constants = { ...form, parts: some.length };
    const use = { inputs, outputs: { y }, sizes, constants };
    return parts.length <= partLimit ? launch(joinAll, use) : launch(joinSome, use);
  });
}

export function launchCut(
  x: Tensor,
  parts: readonly Part[],
  rows: Size,
  whole: Size,
  lanes: Lanes,
): Launch[] {
  return chunks(parts).map((some) => {
    const sizes = sizesOf(some, rows, whole, lanes);
    // The text uses one output for each part.
    const outputs = Object.fromEntries(some.map((part, i) => [slots[i], part.value])) as Record<Slot, Value>;
    const constants: CopyForm = { parts: some.length, lanes, gaps: false };
    return launch(cut, { inputs: { x }, outputs, sizes, constants });
  });
}

/** Returns the positions of tensors that are adjacent along an axis. */
export function partsAlong(
  tensors: readonly Tensor[],
  axis: number,
): { parts: Part[]; rows: Size; whole: Size; lanes: Lanes } {
  const lengths = tensors.map((t) => elements(t.shape.slice(axis)));
  const parts = tensors.map((value, i): Part => {
    const length = at(lengths, i);
    const start: Size = (dims) => lengths.slice(0, i).reduce((n, size) => n + size(dims), 0);
    return { value, length, start, span: length };
  });
  const wide = tensors.every((t) =>
    t.shape.slice(axis).some((dim) => typeof dim === 'number' && dim % 4 === 0),
  );
  return {
    parts,
    rows: elements(at(tensors, 0).shape.slice(0, axis)),
    whole: (dims) => lengths.reduce((n, size) => n + size(dims), 0),
    lanes: wide ? 4 : 1,
  };
}

/** Returns parts of fixed sizes at given offsets of a vector, with zeros in between. Offsets are multiples of four. */
export function packedParts(tensors: readonly Tensor[], offsets: readonly number[], size: number): Part[] {
  return tensors.map((value, i) => {
    const start = at(offsets, i);
    return {
      value,
      length: constantSize(sizeOf(value.shape, {})),
      start: constantSize(start),
      span: constantSize((offsets[i + 1] ?? size) - start),
    };
  });
}
