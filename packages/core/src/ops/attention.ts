import { ShapeError } from '../errors.ts';
import type { OnnxEmitter, OnnxValue } from '../graph/onnx.ts';
import {
  defineOperation,
  type NumericArray,
  type Operation,
  type ReferenceCall,
} from '../graph/operation.ts';
import { showShape } from '../graph/shape.ts';
import { apply, applyAll, type Tensor } from '../graph/tensor.ts';
import { dropoutThreshold, fillMaskRow } from '../random/dropout-mask.ts';
import { streamId } from '../random/streams.ts';
import { launchAttention, launchAttentionGradient } from './attention/kernels.ts';
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
 * probabilities are dropped. Outputs: context `[tokens, hidden]`, and the logarithm of each row's sum of exponentials,
 * `[tokens, heads]`, from which the gradient gets the probabilities back without storing them. The mask element of
 * (query, key) is row `query token · heads + head`, column `key position in its sequence`.
 */
export const attentionOperation: Operation<AttentionAttributes> = defineOperation<AttentionAttributes>({
  name: 'attention',
  outputs: ([qkv], { heads }) => {
    const [tokens, width] = (qkv as Tensor).shape;
    if (tokens === undefined || typeof width !== 'number' || width % (3 * heads) !== 0)
      throw new ShapeError(
        `attention with ${heads} heads needs [tokens, 3·hidden], not ${showShape((qkv as Tensor).shape)}`,
      );
    return [
      { shape: [tokens, width / 3], dtype: 'f32' },
      { shape: [tokens, heads], dtype: 'f32' },
    ];
  },
  gradient: ({ inputs, outputs: [context, logSum], attributes, gradients: [dy] }) => {
    const [qkv, ...rest] = inputs as [Tensor, ...Tensor[]];
    return [
      apply(
        attentionGradientOperation,
        [qkv, context as Tensor, logSum as Tensor, dy as Tensor, ...rest],
        attributes,
      ),
    ];
  },
  reference(call) {
    const [context, logSum] = call.outputs as [NumericArray, NumericArray];
    const [qkv, cuSeqlens, random] = call.inputs as [NumericArray, NumericArray, NumericArray | undefined];
    forEachRow(call, qkv, cuSeqlens, random, ({ query, head, begin, end, size, hidden, p, mask, total }) => {
      logSum[query * call.attributes.heads + head] = total;
      for (let c = 0; c < size; c++) {
        let sum = 0;
        for (let key = begin; key < end; key++)
          sum +=
            (p[key - begin] as number) *
            (mask[key - begin] as number) *
            (qkv[key * 3 * hidden + 2 * hidden + head * size + c] as number);
        context[query * hidden + head * size + c] = sum;
      }
    });
  },
  onnx: ({ inputs: [qkv, cuSeqlens, random], node, attributes, emit }) => {
    const parts = onnxProbabilities(
      qkv as string,
      cuSeqlens as string,
      random,
      node.inputs[0] as Tensor,
      attributes,
      emit,
    );
    const context = emit.node('MatMul', [parts.dropped, parts.value]);
    return [
      unpad(context, (node.outputs[0] as Tensor).shape[1] as number, cuSeqlens as string, emit),
      undefined,
    ];
  },
  wgsl: ({ inputs, outputs, attributes }) => launchAttention(inputs, outputs, attributes),
});

/** Gradient by qkv from (qkv, context, logSum, dContext, cuSeqlens, random?). */
export const attentionGradientOperation: Operation<AttentionAttributes> =
  defineOperation<AttentionAttributes>({
    name: 'attentionGradient',
    outputs: ([qkv]) => [{ shape: (qkv as Tensor).shape, dtype: 'f32' }],
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
    onnx: ({ inputs: [qkv, , , dContext, cuSeqlens, random], node, attributes, emit }) => {
      const { heads } = attributes;
      const width = (node.inputs[0] as Tensor).shape[1] as number;
      const size = width / 3 / heads;
      const forward = onnxProbabilities(
        qkv as string,
        cuSeqlens as string,
        random,
        node.inputs[0] as Tensor,
        attributes,
        emit,
      );
      // Padding repeats real rows: without a mask (whose padding is zero) it must not add to the gradients.
      const padded = pad(dContext as string, cuSeqlens as string, emit);
      const valid = forward.mask
        ? padded
        : emit.node('Mul', [padded, emit.host({ kind: 'paddingValid', cuSeqlens: cuSeqlens as string })]);
      const dy = toHeads(valid, heads, size, emit);
      const dValue = emit.node('FusedMatMul', [forward.dropped, dy], { transA: 1 });
      const dDropped = emit.node('FusedMatMul', [dy, forward.value], { transB: 1 });
      const dP = forward.mask ? emit.node('Mul', [dDropped, forward.mask]) : dDropped;
      const product = emit.node('Mul', [dP, forward.p]);
      const mean = emit.node('ReduceSum', [product, emit.ints(-1)], { keepdims: 1 });
      // p·(dP - mean) as p·dP - p·mean: the first product is already there.
      const dScores = emit.node('Sub', [product, emit.node('Mul', [forward.p, mean])]);
      const alpha = { float: 1 / Math.sqrt(size) };
      const dQuery = emit.node('FusedMatMul', [dScores, forward.key], { alpha });
      const dKey = emit.node('FusedMatMul', [dScores, forward.query], { transA: 1, alpha });
      // [B, heads, S, size] three times to [tokens, 3·hidden].
      const stacked = emit.node('Concat', [dQuery, dKey, dValue], { axis: 1 });
      return [unpad(stacked, width, cuSeqlens as string, emit)];
    },
    wgsl: ({ inputs, outputs: [dQkv], attributes }) =>
      launchAttentionGradient(inputs, dQkv as Tensor, attributes),
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
  /** Logarithm of the sum of exponentials. */
  total: number;
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
        visit({ query, head, begin, end, size, hidden, p, mask, total: largest + Math.log(sum) });
      }
  }
}

/** Ragged rows to `[sequences, longest, width]`; what is padding repeats the sequence's first row. */
function pad(x: OnnxValue, cuSeqlens: OnnxValue, emit: OnnxEmitter): OnnxValue {
  return emit.node('Gather', [x, emit.host({ kind: 'padIndex', cuSeqlens })], { axis: 0 });
}

/** `[B, S, heads·size]` to `[B, heads, S, size]`. */
function toHeads(x: OnnxValue, heads: number, size: number, emit: OnnxEmitter): OnnxValue {
  return emit.node('Transpose', [emit.node('Reshape', [x, emit.ints(0, 0, heads, size)])], {
    perm: [0, 2, 1, 3],
  });
}

/** `[B, heads, S, size]` to ragged rows `[tokens, width]`. */
function unpad(x: OnnxValue, width: number, cuSeqlens: OnnxValue, emit: OnnxEmitter): OnnxValue {
  const rows = emit.node('Reshape', [
    emit.node('Transpose', [x], { perm: [0, 2, 1, 3] }),
    emit.ints(-1, width),
  ]);
  return emit.node('Gather', [rows, emit.host({ kind: 'unpadIndex', cuSeqlens })], { axis: 0 });
}

/** Padded query, key, value `[B, heads, S, size]` and probabilities `[B, heads, S, S]`. */
function onnxProbabilities(
  qkv: OnnxValue,
  cuSeqlens: OnnxValue,
  random: OnnxValue | undefined,
  type: Tensor,
  { heads, probability, stream }: AttentionAttributes,
  emit: OnnxEmitter,
): {
  query: OnnxValue;
  key: OnnxValue;
  value: OnnxValue;
  p: OnnxValue;
  dropped: OnnxValue;
  mask?: OnnxValue;
} {
  const size = (type.shape[1] as number) / 3 / heads;
  const all = toHeads(pad(qkv, cuSeqlens, emit), 3 * heads, size, emit);
  const [query, key, value] = emit.nodes('Split', [all, emit.ints(heads, heads, heads)], 3, { axis: 1 }) as [
    string,
    string,
    string,
  ];
  const scores = emit.node('FusedMatMul', [query, key], { transB: 1, alpha: { float: 1 / Math.sqrt(size) } });
  const p = emit.node(
    'Softmax',
    [emit.node('Add', [scores, emit.host({ kind: 'paddingBias', cuSeqlens })])],
    { axis: -1 },
  );
  if (!random || probability === 0) return { query, key, value, p, dropped: p };
  const mask = emit.host({ kind: 'attentionMask', heads, probability, stream, cuSeqlens, random });
  return { query, key, value, p, mask, dropped: emit.node('Mul', [p, mask]) };
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
