import type { HostValue } from '@scalearn/core/graph';
import type { HostContext, HostTensor } from './context.ts';
import { lengthOf, type SequenceGroup } from './groups.ts';

type Of<K extends HostValue['kind']> = Extract<HostValue, { kind: K }>;

export const groupOf = (
  {
    cuSeqlens,
    group,
    groups,
  }: { readonly cuSeqlens: string; readonly group: number; readonly groups: number },
  context: HostContext,
): SequenceGroup => context.groups(cuSeqlens, groups)[group] as SequenceGroup;

/** Computes the positions of a group's rows, by head, in the ragged batch. Padding repeats a sequence's first row. */
export function padRows(value: Of<'padRows'>, context: HostContext): HostTensor {
  const { heads, part, parts } = value;
  const { sequences, padded, longest } = groupOf(value, context);
  const cuSeqlens = context.fed(value.cuSeqlens);
  const data = new Int32Array(padded * heads * longest);
  let at = 0;
  for (const s of sequences) {
    const begin = cuSeqlens[s] as number;
    const length = lengthOf(cuSeqlens, s);
    for (let head = 0; head < heads; head++)
      for (let i = 0; i < longest; i++)
        data[at++] = ((i < length ? begin + i : begin) * parts + part) * heads + head;
  }
  return { data, shape: [padded, heads, longest] };
}

/** Computes the positions of the ragged batch's rows in the concatenation of the groups' padded parts. */
export function unpadRows(value: Of<'unpadRows'>, context: HostContext): HostTensor {
  const { heads, parts } = value;
  const cuSeqlens = context.fed(value.cuSeqlens);
  const tokens = cuSeqlens.at(-1) as number;
  const data = new Int32Array(tokens * parts * heads);
  let base = 0;
  for (const { sequences, padded, longest } of context.groups(value.cuSeqlens, value.groups)) {
    const partRows = padded * heads * longest;
    for (const [i, s] of sequences.entries())
      for (let token = cuSeqlens[s] as number; token < (cuSeqlens[s + 1] as number); token++)
        for (let part = 0; part < parts; part++)
          for (let head = 0; head < heads; head++)
            data[(token * parts + part) * heads + head] =
              base + part * partRows + (i * heads + head) * longest + token - (cuSeqlens[s] as number);
    base += parts * partRows;
  }
  return { data, shape: [tokens, parts * heads] };
}

/** Value added to logits at padding. It outweighs every logit. It is finite, so a row of padding does not give NaN. */
export const paddingLogit = -3.4028234663852886e38;

/** Computes 0 at a group's real keys and {@link paddingLogit} at padding. */
export function paddingBias(value: Of<'paddingBias'>, context: HostContext): HostTensor {
  const group = groupOf(value, context);
  return { data: rowsOf(value, group, context, 0, paddingLogit), shape: [group.padded, 1, 1, group.longest] };
}

/** Computes 1 at a group's real rows and 0 at padding. */
export function paddingValid(value: Of<'paddingValid'>, context: HostContext): HostTensor {
  const group = groupOf(value, context);
  return { data: rowsOf(value, group, context, 1, 0), shape: [group.padded, 1, group.longest, 1] };
}

function rowsOf(
  { cuSeqlens }: { readonly cuSeqlens: string },
  { sequences, padded, longest }: SequenceGroup,
  context: HostContext,
  real: number,
  padding: number,
): Float32Array {
  const data = new Float32Array(padded * longest).fill(padding);
  for (const [i, s] of sequences.entries())
    data.fill(real, i * longest, i * longest + lengthOf(context.fed(cuSeqlens), s));
  return data;
}
