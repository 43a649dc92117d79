import { ShapeError } from '../errors.ts';
import { dimOf, fixedDim, showShape } from '../graph/shape.ts';
import { apply, applyAll, defineOperation, type Requirement, type Tensor } from '../graph/tensor.ts';
import { softmaxOf, type Values, zeros } from '../graph/values.ts';
import { streamId } from '../random/streams.ts';
import { launchAttention, launchAttentionGradient } from './attention/launch.ts';
import { writeAttention, writeAttentionGradient } from './attention/onnx.ts';
import type { AttentionUse } from './attention/parts.ts';
import { fillMask, randomState } from './dropout.ts';

/**
 * Variable-length multi-head self-attention: `softmax(q·kᵀ/√size)·v` for each sequence and head. Inputs: qkv
 * `[tokens, 3·hidden]` (query, key and value side by side), cuSeqlens i32 `[boundaries]`, and the random state if
 * probabilities are dropped. Outputs: context `[tokens, hidden]`, and statistics `[tokens, heads, 2]`: the largest
 * logit of each row, and the logarithm of the sum of `e^(logit - largest)`. The gradient recomputes the probabilities
 * from these statistics. They are kept apart, because their sum would lose digits of large logits. The mask element of
 * (query, key) is row `query token · heads + head`, column `key position in its sequence`.
 */
const attentionOperation = defineOperation<
  [qkv: Tensor, cuSeqlens: Tensor, random?: Tensor],
  AttentionUse,
  [context: Tensor, statistics: Tensor]
>({
  name: 'attention',
  outputs: ([{ shape }], { heads }) => {
    const [tokens, width] = shape;
    if (tokens === undefined || typeof width !== 'number' || width % (3 * heads) !== 0)
      throw new ShapeError(`attention with ${heads} heads needs [tokens, 3·hidden], not ${showShape(shape)}`);
    return [
      { shape: [tokens, width / 3], dtype: 'f32' },
      { shape: [tokens, heads, 2], dtype: 'f32' },
    ];
  },
  requires: ([qkv, cuSeqlens]) => [sequences(qkv, cuSeqlens)],
  gradient: ({
    inputs: [qkv, cuSeqlens, random],
    outputs: [context, statistics],
    attributes,
    gradients: [dy],
  }) => {
    // Only the gradient itself reads the statistics.
    if (!dy) return [];
    return [apply(attentionGradientOperation, [qkv, context, statistics, dy, cuSeqlens, random], attributes)];
  },
  reference({ inputs: [qkv, cuSeqlens, random], outputs: [context, statistics], attributes }) {
    forEachQuery(
      qkv,
      cuSeqlens,
      random,
      attributes,
      ({ query, head, begin, size, p, mask, largest, total }) => {
        const row = query * attributes.heads + head;
        statistics.set(2 * row, largest);
        statistics.set(2 * row + 1, Math.log(total));
        for (let c = 0; c < size; c++) {
          let value = 0;
          for (let j = 0; j < p.length; j++)
            value +=
              p.get(j) * mask.get(j) * qkv.get((begin + j) * qkv.width + 2 * context.width + head * size + c);
          context.set(query * context.width + head * size + c, value);
        }
      },
    );
  },
  onnx: ({ inputs: [qkv, cuSeqlens, random], node, attributes, emit }) => {
    const hidden = fixedDim(node.outputs[0].shape, 1);
    return [writeAttention(qkv, cuSeqlens, random, { hidden, attributes, emit }), undefined];
  },
  wgsl: ({ inputs: [qkv, cuSeqlens, random], outputs: [context, statistics], attributes, profile }) =>
    launchAttention({ qkv, cuSeqlens, random }, { context, statistics }, attributes, profile),
});

const attentionGradientOperation = defineOperation<
  [qkv: Tensor, context: Tensor, statistics: Tensor, dContext: Tensor, cuSeqlens: Tensor, random?: Tensor],
  AttentionUse,
  [dQkv: Tensor]
>({
  name: 'attentionGradient',
  outputs: ([{ shape }]) => [{ shape, dtype: 'f32' }],
  requires: ([qkv, , , , cuSeqlens]) => [sequences(qkv, cuSeqlens)],
  reference({ inputs: [qkv, , , dContext, cuSeqlens, random], outputs: [dQkv], attributes }) {
    forEachQuery(qkv, cuSeqlens, random, attributes, ({ query, head, begin, size, p, mask }) => {
      const at = (token: number, part: number): number =>
        token * qkv.width + part * dContext.width + head * size;
      const dy = query * dContext.width + head * size;
      const slopes = zeros(p.length);
      let mean = 0;
      for (let j = 0; j < slopes.length; j++) {
        const v = at(begin + j, 2);
        let slope = 0;
        for (let c = 0; c < size; c++) slope += dContext.get(dy + c) * qkv.get(v + c);
        slopes.set(j, slope * mask.get(j));
        mean += slopes.get(j) * p.get(j);
      }
      for (let j = 0; j < slopes.length; j++) {
        const score = (p.get(j) * (slopes.get(j) - mean)) / Math.sqrt(size);
        const weight = p.get(j) * mask.get(j);
        const [q, k, v] = [at(query, 0), at(begin + j, 1), at(begin + j, 2)];
        for (let c = 0; c < size; c++) {
          dQkv.add(q + c, score * qkv.get(k + c));
          dQkv.add(k + c, score * qkv.get(q + c));
          dQkv.add(v + c, weight * dContext.get(dy + c));
        }
      }
    });
  },
  onnx: ({ inputs: [qkv, , , dContext, cuSeqlens, random], node, attributes, emit }) => {
    const hidden = fixedDim(node.inputs[1].shape, 1);
    return [writeAttentionGradient(qkv, dContext, cuSeqlens, random, { hidden, attributes, emit })];
  },
  wgsl: ({
    inputs: [qkv, context, statistics, dContext, cuSeqlens, random],
    outputs: [dQkv],
    attributes,
    profile,
  }) =>
    launchAttentionGradient(
      { qkv, context, statistics, dContext, cuSeqlens, random },
      { dQkv },
      attributes,
      profile,
    ),
});

function sequences(qkv: Tensor, cuSeqlens: Tensor): Requirement {
  return { kind: 'boundaries', input: cuSeqlens, end: dimOf(qkv.shape, 0) };
}

interface Query {
  readonly query: number;
  readonly head: number;
  /** The first token of the sequence. */
  readonly begin: number;
  /** Width of a head. */
  readonly size: number;
  /** Probabilities before dropout, by key position. */
  readonly p: Values;
  /** 0 or 1/(1-p), by key position. */
  readonly mask: Values;
  /** Largest logit. */
  readonly largest: number;
  /** Sum of `e^(logit - largest)`. */
  readonly total: number;
}

/** Visits every query row of every head, with its probabilities. */
function forEachQuery(
  qkv: Values,
  cuSeqlens: Values,
  random: Values | undefined,
  attributes: AttentionUse,
  visit: (query: Query) => void,
): void {
  const { heads } = attributes;
  const hidden = qkv.width / 3;
  const size = hidden / heads;
  const state = random && randomState(random.array);
  // The innermost loop reads the array directly, always below its length, because most of the time is spent here.
  const { array } = qkv;
  for (let s = 0; s + 1 < cuSeqlens.length; s++) {
    const [begin, end] = [cuSeqlens.get(s), cuSeqlens.get(s + 1)];
    for (let query = begin; query < end; query++)
      for (let head = 0; head < heads; head++) {
        const p = zeros(end - begin);
        const own = query * qkv.width + head * size;
        for (let j = 0; j < p.length; j++) {
          const key = (begin + j) * qkv.width + hidden + head * size;
          let score = 0;
          for (let c = 0; c < size; c++) score += (array[own + c] as number) * (array[key + c] as number);
          p.set(j, score / Math.sqrt(size));
        }
        const { largest, total } = softmaxOf(p, p);
        const mask = zeros(p.length);
        if (state) fillMask(mask, query * heads + head, attributes, state);
        else mask.array.fill(1);
        visit({ query, head, begin, size, p, mask, largest, total });
      }
  }
}

/**
 * Self-attention over ragged sequences; see {@link attentionOperation}.
 *
 * @param qkv `[tokens, 3·hidden]`
 * @param cuSeqlens i32 `[boundaries]`: the start of each sequence, and the end of the last one
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
  return applyAll(attentionOperation, [qkv, cuSeqlens, dropped?.random], attributes)[0];
}
