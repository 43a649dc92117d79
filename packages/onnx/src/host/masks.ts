import {
  concreteShape,
  dropoutThreshold,
  type HostValue,
  type RandomState,
  randomState,
} from '@scalearn/core';
import type { HostCall, HostContext, HostTensor } from './context.ts';
import { lengthOf } from './groups.ts';
import { groupOf } from './padding.ts';

type Of<K extends HostValue['kind']> = Extract<HostValue, { kind: K }>;

/** The shape of a mask, or undefined for other host values. */
export function maskShape(value: HostValue, context: HostContext): readonly number[] | undefined {
  if (value.kind === 'dropoutMask') return concreteShape(value.shape, context.dims);
  if (value.kind !== 'attentionMask') return undefined;
  const { sequences, longest } = groupOf(value, context);
  return [sequences.length, value.heads, longest, longest];
}

export function dropoutMask(value: Of<'dropoutMask'>, { context, masks }: HostCall): HostTensor {
  const shape = concreteShape(value.shape, context.dims);
  const width = shape.at(-1) ?? 1;
  const rows = shape.slice(0, -1).reduce((a, b) => a * b, 1);
  const mask = masks.take(rows * width);
  mask.fill({ at: 0, rows, width, stride: width, row: 0, rowStep: 1, ...source(value, context) });
  return { data: mask.data, shape };
}

/** A group's mask; zero at padding. */
export function attentionMask(value: Of<'attentionMask'>, { context, masks }: HostCall): HostTensor {
  const { heads } = value;
  const { sequences, longest } = groupOf(value, context);
  const cuSeqlens = context.fed(value.cuSeqlens);
  const mask = masks.take(sequences.length * heads * longest * longest);
  const from = source(value, context);
  let at = 0;
  for (const s of sequences) {
    const length = lengthOf(cuSeqlens, s);
    for (let head = 0; head < heads; head++, at += longest * longest) {
      const row = (cuSeqlens[s] as number) * heads + head;
      mask.fill({ at, rows: length, width: length, stride: longest, row, rowStep: heads, ...from });
      mask.data.fill(0, at + length * longest, at + longest * longest);
    }
  }
  return { data: mask.data, shape: [sequences.length, heads, longest, longest] };
}

function source(
  { stream, probability, random }: Of<'dropoutMask' | 'attentionMask'>,
  context: HostContext,
): { stream: number; threshold: number; kept: number; state: RandomState } {
  const state = randomState(context.fed(random));
  return { stream, threshold: dropoutThreshold(probability), kept: 1 / (1 - probability), state };
}
