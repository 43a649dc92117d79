import { ShapeError } from '../errors.ts';
import {
  defineOperation,
  type NumericArray,
  type Operation,
  type ReferenceCall,
} from '../graph/operation.ts';
import { type Dim, showShape } from '../graph/shape.ts';
import { apply, applyAll, type Tensor } from '../graph/tensor.ts';
import { dropoutThreshold, fillMaskRow } from '../random/dropout-mask.ts';
import { streamId } from '../random/streams.ts';
import { launchAttention, launchAttentionGradient } from './attention/launch.ts';
import { writeAttention, writeAttentionGradient } from './attention/onnx.ts';
import { randomState } from './dropout.ts';

export interface AttentionAttributes {
  readonly heads: number;
  /** Dropout on the attention probabilities; with 0 there is no `random` input. */
  readonly probability: number;
  readonly stream: number;
}

/**
 * Variable-length multi-head self-attention, per sequence and head `softmax(q·kᵀ/√size)·v`. Inputs: qkv
 * `[tokens, 3·hidden]` (query, key and value side by side), cuSeqlens i32 `[boundaries]`, and the random state if
 * probabilities are dropped. Outputs: context `[tokens, hidden]`, and of each row the largest logit and the logarithm of
 * the sum of `e^(logit - largest)`, `[tokens, heads, 2]`, from which the gradient gets the probabilities back without
 * storing them; their sum would keep too few digits of large logits. The mask element of (query, key) is row
 * `query token · heads + head`, column `key position in its sequence`.
 */
const attentionOperation: Operation<AttentionAttributes> = defineOperation<AttentionAttributes>({
  name: 'attention',
  outputs: ([qkv], { heads }) => {
    const [tokens, width] = (qkv as Tensor).shape;
    if (tokens === undefined || typeof width !== 'number' || width % (3 * heads) !== 0)
      throw new ShapeError(
        `attention with ${heads} heads needs [tokens, 3·hidden], not ${showShape((qkv as Tensor).shape)}`,
      );
    return [
      { shape: [tokens, width / 3], dtype: 'f32' },
      { shape: [tokens, heads, 2], dtype: 'f32' },
    ];
  },
  requires: ([qkv, cuSeqlens]) => [
    { kind: 'boundaries', input: cuSeqlens as Tensor, end: (qkv as Tensor).shape[0] as Dim },
  ],
  gradient: ({ inputs, outputs: [context, statistics], attributes, gradients: [dy] }) => {
    const [qkv, ...rest] = inputs as [Tensor, ...Tensor[]];
    return [
      apply(
        attentionGradientOperation,
        [qkv, context as Tensor, statistics as Tensor, dy as Tensor, ...rest],
        attributes,
      ),
    ];
  },
  reference(call) {
    const [context, statistics] = call.outputs as [NumericArray, NumericArray];
    const [qkv, cuSeqlens, random] = call.inputs as [NumericArray, NumericArray, NumericArray | undefined];
    forEachRow(
      call,
      qkv,
      cuSeqlens,
      random,
      ({ query, head, begin, end, size, hidden, p, mask, largest, sum }) => {
        statistics.set([largest, Math.log(sum)], 2 * (query * call.attributes.heads + head));
        for (let c = 0; c < size; c++) {
          let value = 0;
          for (let key = begin; key < end; key++)
            value +=
              (p[key - begin] as number) *
              (mask[key - begin] as number) *
              (qkv[key * 3 * hidden + 2 * hidden + head * size + c] as number);
          context[query * hidden + head * size + c] = value;
        }
      },
    );
  },
  onnx: (call) => [writeAttention(call), undefined],
  wgsl: ({ inputs: [qkv, cuSeqlens, random], outputs: [context, statistics], attributes, profile }) =>
    launchAttention(
      { qkv: qkv as Tensor, cuSeqlens: cuSeqlens as Tensor, random },
      { context: context as Tensor, statistics: statistics as Tensor },
      attributes,
      profile,
    ),
});

/** Gradient by qkv from (qkv, context, statistics, dContext, cuSeqlens, random?). */
const attentionGradientOperation: Operation<AttentionAttributes> = defineOperation<AttentionAttributes>({
  name: 'attentionGradient',
  outputs: ([qkv]) => [{ shape: (qkv as Tensor).shape, dtype: 'f32' }],
  requires: ([qkv, , , , cuSeqlens]) => [
    { kind: 'boundaries', input: cuSeqlens as Tensor, end: (qkv as Tensor).shape[0] as Dim },
  ],
  reference(call) {
    const [out] = call.outputs as [NumericArray];
    const [qkv, , , dContext, cuSeqlens, random] = call.inputs as NumericArray[] as [
      NumericArray,
      NumericArray,
      NumericArray,
      NumericArray,
      NumericArray,
      NumericArray | undefined,
    ];
    forEachRow(call, qkv, cuSeqlens, random, ({ query, head, begin, end, size, hidden, p, mask }) => {
      const at = (token: number, part: number): number => token * 3 * hidden + part * hidden + head * size;
      const dy = query * hidden + head * size;
      const slopes = new Float64Array(end - begin);
      let mean = 0;
      for (let j = 0; j < slopes.length; j++) {
        let slope = 0;
        for (let c = 0; c < size; c++)
          slope += (dContext[dy + c] as number) * (qkv[at(begin + j, 2) + c] as number);
        slopes[j] = slope * (mask[j] as number);
        mean += (slopes[j] as number) * (p[j] as number);
      }
      for (let j = 0; j < slopes.length; j++) {
        const score = ((p[j] as number) * ((slopes[j] as number) - mean)) / Math.sqrt(size);
        const weight = (p[j] as number) * (mask[j] as number);
        for (let c = 0; c < size; c++) {
          out[at(query, 0) + c]! += score * (qkv[at(begin + j, 1) + c] as number);
          out[at(begin + j, 1) + c]! += score * (qkv[at(query, 0) + c] as number);
          out[at(begin + j, 2) + c]! += weight * (dContext[dy + c] as number);
        }
      }
    });
  },
  onnx: (call) => [writeAttentionGradient(call)],
  wgsl: ({ inputs, outputs: [dQkv], attributes, profile }) => {
    const [qkv, context, statistics, dContext, cuSeqlens] = inputs as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    return launchAttentionGradient(
      { qkv, context, statistics, dContext, cuSeqlens, random: inputs[5] },
      { dQkv: dQkv as Tensor },
      attributes,
      profile,
    );
  },
});

interface Row {
  query: number;
  head: number;
  begin: number;
  end: number;
  size: number;
  hidden: number;
  /** Probabilities before dropout, by key position. */
  p: Float64Array;
  /** 0 or 1/(1-p), by key position. */
  mask: Float64Array;
  /** Of the logits. */
  largest: number;
  /** Of `e^(logit - largest)`. */
  sum: number;
}

/** Visits every query row of every head, with its probabilities. */
function forEachRow(
  call: ReferenceCall<AttentionAttributes>,
  qkv: NumericArray,
  cuSeqlens: NumericArray,
  random: NumericArray | undefined,
  visit: (row: Row) => void,
): void {
  const { heads, probability, stream } = call.attributes;
  const hidden = ((call.inputShapes[0] as number[])[1] as number) / 3;
  const size = hidden / heads;
  for (let s = 0; s + 1 < cuSeqlens.length; s++) {
    const [begin, end] = [cuSeqlens[s] as number, cuSeqlens[s + 1] as number];
    for (let query = begin; query < end; query++)
      for (let head = 0; head < heads; head++) {
        const p = new Float64Array(end - begin);
        for (let j = 0; j < p.length; j++) {
          let score = 0;
          for (let c = 0; c < size; c++)
            score +=
              (qkv[query * 3 * hidden + head * size + c] as number) *
              (qkv[(begin + j) * 3 * hidden + hidden + head * size + c] as number);
          p[j] = score / Math.sqrt(size);
        }
        const largest = p.reduce((a, b) => Math.max(a, b), -Infinity);
        const sum = p.reduce((a, b) => a + Math.exp(b - largest), 0);
        for (let j = 0; j < p.length; j++) p[j] = Math.exp((p[j] as number) - largest) / sum;
        const mask = new Float64Array(p.length).fill(1);
        if (random && probability > 0) {
          const kept = 1 / (1 - probability);
          fillMaskRow(
            mask,
            0,
            p.length,
            query * heads + head,
            stream,
            dropoutThreshold(probability),
            kept,
            randomState(random),
          );
        }
        visit({ query, head, begin, end, size, hidden, p, mask, largest, sum });
      }
  }
}

/**
 * Self-attention over ragged sequences; see {@link attentionOperation}.
 *
 * @param qkv `[tokens, 3·hidden]`
 * @param cuSeqlens i32 `[boundaries]`: where each sequence begins, and the end of the last
 * @returns context `[tokens, hidden]`
 */
export function attention(
  qkv: Tensor,
  cuSeqlens: Tensor,
  heads: number,
  dropout?: { readonly probability: number; readonly name: string; readonly random: Tensor },
): Tensor {
  const dropped = dropout && dropout.probability > 0 ? dropout : undefined;
  const attributes = {
    heads,
    probability: dropped?.probability ?? 0,
    stream: dropped ? streamId(dropped.name) : 0,
  };
  const inputs = dropped ? [qkv, cuSeqlens, dropped.random] : [qkv, cuSeqlens];
  return applyAll(attentionOperation, inputs, attributes)[0] as Tensor;
}
