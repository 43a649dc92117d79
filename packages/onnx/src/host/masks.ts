import {
  concreteShape,
  type DimValues,
  dropoutThreshold,
  type HostValue,
  type RandomState,
  randomState,
} from '@scalearn/core/graph';
import type { HostInput } from '../device-emitter.ts';
import { type HostCall, HostContext, type HostTensor } from './context.ts';
import { lengthOf } from './groups.ts';
import { groupOf } from './padding.ts';

type Of<K extends HostValue['kind']> = Extract<HostValue, { kind: K }>;

/** Returns the number of elements of each mask among the values. */
export function maskSizes(values: readonly HostValue[], context: HostContext): number[] {
  return values.flatMap((value) => {
    if (value.kind === 'dropoutMask') return [sizeOf(concreteShape(value.shape, context.dims))];
    return value.kind === 'attentionMask' ? [sizeOf(attentionMaskShape(value, context))] : [];
  });
}

/** Returns the number of elements of each mask in the largest batch, with sequences of these lengths. */
export function largestMasks(
  { hostInputs }: { readonly hostInputs: readonly HostInput[] },
  capacity: DimValues,
  lengths: readonly number[],
): number[] {
  const cuSeqlens = Int32Array.from([0, ...lengths]);
  for (let s = 1; s < cuSeqlens.length; s++)
    cuSeqlens[s] = (cuSeqlens[s] as number) + (cuSeqlens[s - 1] as number);
  const context = new HostContext(capacity, { cuSeqlens });
  return maskSizes(
    hostInputs.map(({ value }) => value),
    context,
  );
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

function attentionMaskShape(value: Of<'attentionMask'>, context: HostContext): number[] {
  const { padded, longest } = groupOf(value, context);
  return [padded, value.heads, longest, longest];
}

export function dropoutMask(value: Of<'dropoutMask'>, { context, masks }: HostCall): HostTensor {
  const shape = concreteShape(value.shape, context.dims);
  const width = shape.at(-1) ?? 1;
  const rows = sizeOf(shape.slice(0, -1));
  const mask = masks.take(rows * width);
  mask.fill({ at: 0, rows, width, stride: width, row: 0, rowStep: 1, ...source(value, context) });
  return { data: mask.data, shape };
}

/** Computes a group's attention mask, which is zero at padding. */
export function attentionMask(value: Of<'attentionMask'>, { context, masks }: HostCall): HostTensor {
  const { heads } = value;
  const { sequences, longest } = groupOf(value, context);
  const cuSeqlens = context.fed(value.cuSeqlens);
  const shape = attentionMaskShape(value, context);
  const mask = masks.take(sizeOf(shape));
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
  mask.data.fill(0, at);
  return { data: mask.data, shape };
}

function source(
  { stream, probability, random }: Of<'dropoutMask' | 'attentionMask'>,
  context: HostContext,
): { stream: number; threshold: number; kept: number; state: RandomState } {
  const state = randomState(context.fed(random));
  return { stream, threshold: dropoutThreshold(probability), kept: 1 / (1 - probability), state };
}
