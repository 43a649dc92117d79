import type { HostValue, OnnxBlocks } from '@scalearn/core/graph';
import { type Blocks, blocksOf, keyCopy } from './blocks.ts';
import type { HostContext, HostTensor } from './context.ts';
import type { SequenceGroup } from './groups.ts';

type Of<K extends HostValue['kind']> = Extract<HostValue, { kind: K }>;

const groupOf = (
  {
    cuSeqlens,
    group,
    groups,
  }: { readonly cuSeqlens: string; readonly group: number; readonly groups: number },
  context: HostContext,
): SequenceGroup => context.groups(cuSeqlens, groups)[group] as SequenceGroup;

/** Returns the blocks of a group. By default every sequence is one. */
export const blocksOfGroup = (
  value: Parameters<typeof groupOf>[0] & OnnxBlocks,
  context: HostContext,
): Blocks => blocksOf(groupOf(value, context), context.fed(value.cuSeqlens), value);

/** Computes the positions of a group's rows, by head, in the ragged batch. Padding repeats a sequence's first row. */
export function padRows(value: Of<'padRows'>, context: HostContext): HostTensor {
  const { heads, part, parts } = value;
  const { blocks, padded, queries, margin } = blocksOfGroup(value, context);
  const before = value.keys === undefined ? 0 : margin;
  const rows = queries + 2 * before;
  const data = new Int32Array(padded * heads * rows);
  let at = 0;
  for (const { begin, length, first } of blocks)
    for (let head = 0; head < heads; head++)
      for (let i = 0; i < rows; i++) {
        const place = first - before + i;
        const token = place >= 0 && place < length ? begin + place : begin;
        data[at++] = (token * parts + part) * heads + head;
      }
  return { data, shape: [padded, heads, rows] };
}

/** Computes the positions of the ragged batch's rows in the concatenation of the groups' padded parts. */
export function unpadRows(value: Of<'unpadRows'>, context: HostContext): HostTensor {
  const { heads, parts, keys } = value;
  const cuSeqlens = context.fed(value.cuSeqlens);
  const tokens = cuSeqlens.at(-1) as number;
  const groups = context.groups(value.cuSeqlens, value.groups).map((g) => blocksOf(g, cuSeqlens, value));
  const rowsOf = ({ queries, margin }: Blocks): number => queries + (keys === undefined ? 0 : 2 * margin);
  const none = groups.reduce((sum, g) => sum + parts * g.padded * heads * rowsOf(g), 0);
  const data = new Int32Array(tokens * parts * heads).fill(none);
  let base = 0;
  for (const group of groups) {
    const rows = rowsOf(group);
    const partRows = group.padded * heads * rows;
    for (const [i, { begin, length, first }] of group.blocks.entries())
      for (let place = first; place < Math.min(length, first + group.queries); place++) {
        const [block, row] = keyCopy(group, i, place - first, keys);
        if (block === undefined) continue;
        for (let part = 0; part < parts; part++)
          for (let head = 0; head < heads; head++)
            data[((begin + place) * parts + part) * heads + head] =
              base + part * partRows + (block * heads + head) * rows + row;
      }
    base += parts * partRows;
  }
  return { data, shape: [tokens, parts * heads] };
}

/** Value added to logits at padding. It outweighs every logit. It is finite, so a row of padding does not give NaN. */
export const paddingLogit = -3.4028234663852886e38;

/** Computes 0 at a group's real keys and {@link paddingLogit} at padding and outside the window. */
export function paddingBias(value: Of<'paddingBias'>, context: HostContext): HostTensor {
  const { window } = value;
  const { blocks, padded, queries, margin } = blocksOfGroup(value, context);
  const rows = window === undefined ? 1 : queries;
  const keys = queries + 2 * margin;
  const data = new Float32Array(padded * rows * keys).fill(paddingLogit);
  for (const [block, { length, first }] of blocks.entries())
    for (let i = 0; i < rows; i++) {
      // Of the keys of a row, those in the sequence and in the window are neighbors.
      const offset = margin - first;
      const from = window === undefined ? 0 : Math.max(0, first + i - window);
      const until = window === undefined ? length : Math.min(length, first + i + window + 1);
      const row = (block * rows + i) * keys;
      if (from < until) data.fill(0, row + from + offset, row + until + offset);
    }
  return { data, shape: [padded, 1, rows, keys] };
}

/** Computes 1 at a group's real rows and 0 at padding. */
export function paddingValid(value: Of<'paddingValid'>, context: HostContext): HostTensor {
  const { blocks, padded, queries } = blocksOfGroup(value, context);
  const data = new Float32Array(padded * queries);
  for (const [block, { length, first }] of blocks.entries())
    data.fill(1, block * queries, block * queries + Math.min(queries, length - first));
  return { data, shape: [padded, 1, queries, 1] };
}
