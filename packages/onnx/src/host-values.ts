import {
  concreteShape,
  type DimValues,
  dimValue,
  dropoutThreshold,
  type HostArray,
  type HostValue,
  randomState,
} from '@scalearn/core';
import type { MaskBuffer } from './masks/mask-buffer.ts';

export interface HostTensor {
  readonly data: Float32Array | Int32Array | BigInt64Array;
  readonly shape: readonly number[];
}

/** What host values are computed from. */
export interface HostContext {
  readonly dims: DimValues;
  readonly feeds: Readonly<Record<string, HostArray>>;
  readonly masks: MaskBuffer;
}

/** The fed integers behind an ONNX input name (`input cuSeqlens`). */
function fed(context: HostContext, name: string): Int32Array {
  return context.feeds[name.slice('input '.length)] as Int32Array;
}

export function longest(cuSeqlens: Int32Array): number {
  let length = 0;
  for (let s = 0; s + 1 < cuSeqlens.length; s++)
    length = Math.max(length, (cuSeqlens[s + 1] as number) - (cuSeqlens[s] as number));
  return length;
}

/** Visits each sequence with its rows in the ragged batch. */
function forEachSequence(
  cuSeqlens: Int32Array,
  visit: (sequence: number, begin: number, length: number) => void,
): void {
  for (let s = 0; s + 1 < cuSeqlens.length; s++)
    visit(s, cuSeqlens[s] as number, (cuSeqlens[s + 1] as number) - (cuSeqlens[s] as number));
}

/** Elements a host value takes in the mask buffer. */
export function maskSize(value: HostValue, context: Omit<HostContext, 'masks'>): number {
  if (value.kind === 'dropoutMask')
    return concreteShape(value.shape, context.dims).reduce((a, b) => a * b, 1);
  if (value.kind !== 'attentionMask') return 0;
  const cuSeqlens = fed(context as HostContext, value.cuSeqlens);
  return (cuSeqlens.length - 1) * value.heads * longest(cuSeqlens) ** 2;
}

export function computeHostValue(value: HostValue, context: HostContext): HostTensor {
  switch (value.kind) {
    case 'dim':
      return { data: Float32Array.of(dimValue(value.dim, context.dims)), shape: [] };
    case 'shape': {
      const shape = concreteShape(value.shape, context.dims);
      return { data: BigInt64Array.from(shape.map(BigInt)), shape: [shape.length] };
    }
    case 'dropoutMask': {
      const shape = concreteShape(value.shape, context.dims);
      const width = shape.at(-1) ?? 1;
      const rows = shape.slice(0, -1).reduce((a, b) => a * b, 1);
      const mask = context.masks.take(rows * width);
      mask.fill({ at: 0, rows, width, stride: width, row: 0, rowStep: 1, ...maskSource(value, context) });
      return { data: mask.data, shape };
    }
    case 'attentionMask':
      return attentionMask(value, context);
    default:
      return paddingValue(value, fed(context, value.cuSeqlens));
  }
}

function maskSource(
  value: HostValue & { kind: 'dropoutMask' | 'attentionMask' },
  context: HostContext,
): { stream: number; threshold: number; kept: number; state: ReturnType<typeof randomState> } {
  const { stream, probability, random } = value;
  const state = randomState(fed(context, random));
  return { stream, threshold: dropoutThreshold(probability), kept: 1 / (1 - probability), state };
}

/** `[sequences, heads, longest, longest]`, zero at padding. */
function attentionMask(value: HostValue & { kind: 'attentionMask' }, context: HostContext): HostTensor {
  const cuSeqlens = fed(context, value.cuSeqlens);
  const size = longest(cuSeqlens);
  const shape = [cuSeqlens.length - 1, value.heads, size, size];
  const mask = context.masks.take(shape.reduce((a, b) => a * b, 1));
  const source = maskSource(value, context);
  forEachSequence(cuSeqlens, (s, begin, length) => {
    for (let head = 0; head < value.heads; head++) {
      const at = (s * value.heads + head) * size * size;
      const row = begin * value.heads + head;
      mask.fill({ at, rows: length, width: length, stride: size, row, rowStep: value.heads, ...source });
      mask.data.fill(0, at + length * size, at + size * size);
    }
  });
  return { data: mask.data, shape };
}

function paddingValue(
  { kind }: HostValue & { kind: 'padIndex' | 'unpadIndex' | 'paddingBias' | 'paddingValid' },
  cuSeqlens: Int32Array,
): HostTensor {
  const sequences = cuSeqlens.length - 1;
  const size = longest(cuSeqlens);
  const padded = sequences * size;
  switch (kind) {
    case 'padIndex': {
      const data = new Int32Array(padded);
      forEachSequence(cuSeqlens, (s, begin, length) => {
        for (let i = 0; i < size; i++) data[s * size + i] = i < length ? begin + i : begin;
      });
      return { data, shape: [sequences, size] };
    }
    case 'unpadIndex': {
      const data = new Int32Array(cuSeqlens[sequences] as number);
      forEachSequence(cuSeqlens, (s, begin, length) => {
        for (let i = 0; i < length; i++) data[begin + i] = s * size + i;
      });
      return { data, shape: [data.length] };
    }
    case 'paddingBias': {
      const data = new Float32Array(padded);
      forEachSequence(cuSeqlens, (s, _, length) => data.fill(-1e9, s * size + length, (s + 1) * size));
      return { data, shape: [sequences, 1, 1, size] };
    }
    case 'paddingValid': {
      const data = new Float32Array(padded);
      forEachSequence(cuSeqlens, (s, _, length) => data.fill(1, s * size, s * size + length));
      return { data, shape: [sequences, size, 1] };
    }
  }
}
