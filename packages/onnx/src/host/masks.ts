import {
  concreteShape,
  type DimValues,
  dropoutThreshold,
  fillMaskRow,
  type HostValue,
  type RandomState,
  randomState,
} from '@scalearn/core/graph';
import type { HostInput } from '../device-emitter.ts';
import type { Block } from './blocks.ts';
import { type HostCall, HostContext, type HostTensor } from './context.ts';
import { blocksOfGroup } from './padding.ts';

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
  const { padded, queries, margin } = blocksOfGroup(value, context);
  return [padded, value.heads, queries, queries + 2 * margin];
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
  const { blocks, queries, margin } = blocksOfGroup(value, context);
  const shape = attentionMaskShape(value, context);
  const mask = masks.take(sizeOf(shape));
  const from = source(value, context);
  const size = queries * (queries + 2 * margin);
  let at = 0;
  for (const block of blocks) {
    const { begin, length } = block;
    for (let head = 0; head < heads; head++, at += size) {
      const row = begin * heads + head;
      if (value.window !== undefined)
        fillWindow(mask.data.subarray(at, at + size), block, { row, heads, queries, margin, from });
      else {
        mask.fill({ at, rows: length, width: length, stride: queries, row, rowStep: heads, ...from });
        mask.data.fill(0, at + length * queries, at + size);
      }
    }
  }
  mask.data.fill(0, at);
  return { data: mask.data, shape };
}

/** Draws the rows of a block, each only around its keys. */
function fillWindow(
  out: Float32Array,
  { length, first }: Block,
  {
    row,
    heads,
    queries,
    margin,
    from: { stream, threshold, kept, state },
  }: {
    readonly row: number;
    readonly heads: number;
    readonly queries: number;
    readonly margin: number;
    readonly from: ReturnType<typeof source>;
  },
): void {
  const keys = queries + 2 * margin;
  const begin = Math.max(0, first - margin);
  const end = Math.min(length, first + queries + margin);
  // Masks are drawn by eight keys.
  const drawn = begin - (begin % 8);
  const line = new Float32Array(end - drawn);
  out.fill(0);
  for (let i = 0; i < Math.min(queries, length - first); i++) {
    fillMaskRow(line, 0, line.length, row + (first + i) * heads, stream, threshold, kept, state, drawn);
    out.set(line.subarray(begin - drawn), i * keys + begin - first + margin);
  }
}

function source(
  { stream, probability, random }: Of<'dropoutMask' | 'attentionMask'>,
  context: HostContext,
): { stream: number; threshold: number; kept: number; state: RandomState } {
  const state = randomState(context.fed(random));
  return { stream, threshold: dropoutThreshold(probability), kept: 1 / (1 - probability), state };
}
