import { present } from '../elements.ts';
import { ShapeError } from '../errors.ts';
import { leafOf } from '../graph/leaves.ts';
import { dimOf, fixedDim, showShape } from '../graph/shape.ts';
import { apply, applyAll, defineOperation, type Requirement, type Tensor } from '../graph/tensor.ts';
import { streamId } from '../random/streams.ts';
import { launchAttention, launchAttentionGradient, launchPositionGradient } from './attention/launch.ts';
import { writeAttention, writeAttentionGradient, writePositionGradient } from './attention/onnx.ts';
import {
  type AttentionUse,
  countSides,
  optionalInputs,
  type PositionSides,
  type RelativeForm,
} from './attention/parts.ts';
import { type AttentionValues, forEachQuery, slopesOf, visitScores } from './attention/reference.ts';

/**
 * Variable-length multi-head self-attention: `softmax(scale·q·kᵀ + b)·v` for each sequence and head, over all keys or
 * those of a window. Inputs: qkv `[tokens, 3·hidden]` (query, key and value side by side), cuSeqlens i32 `[boundaries]`,
 * the random state if probabilities are dropped, and, if b is not 0, the scores and buckets of relative positions; see
 * {@link RelativePositions}. Outputs: context `[tokens, hidden]`, and statistics `[tokens, heads, 2]`: the largest logit of
 * each row, and the logarithm of the sum of `e^(logit - largest)`. The gradient recomputes the probabilities from these
 * statistics. They are kept apart, because their sum would lose digits of large logits. The mask element of (query, key)
 * is row `query token · heads + head`, column `key position in its sequence`.
 */
const attentionOperation = defineOperation<
  [qkv: Tensor, cuSeqlens: Tensor, ...more: Tensor[]],
  AttentionUse,
  [context: Tensor, statistics: Tensor]
>({
  name: 'attention',
  outputs: ([{ shape }, , ...more], use) => {
    const [tokens, width] = shape;
    const { heads } = use;
    if (tokens === undefined || typeof width !== 'number' || width % (3 * heads) !== 0)
      throw new ShapeError(`attention with ${heads} heads needs [tokens, 3·hidden], not ${showShape(shape)}`);
    const { positions } = optionalInputs(more, use);
    if (positions && positions.shape[0] !== tokens)
      throw new ShapeError(
        `attention of ${showShape(shape)} needs scores of relative positions for each token, not ${showShape(positions.shape)}`,
      );
    return [
      { shape: [tokens, width / 3], dtype: 'f32' },
      { shape: [tokens, heads, 2], dtype: 'f32' },
    ];
  },
  requires: ([qkv, cuSeqlens, ...more], use) => requirements(qkv, cuSeqlens, more, use),
  gradient: ({
    inputs: [qkv, cuSeqlens, ...more],
    outputs: [context, statistics],
    attributes,
    gradients: [dy],
    wanted,
  }) => {
    // Only the gradient itself reads the statistics.
    if (!dy) return [];
    const { positions } = optionalInputs(more, attributes);
    const inputs = [qkv, context, statistics, dy, cuSeqlens, ...more] as const;
    const slopes = more.map((input, i) =>
      input === positions && wanted[2 + i]
        ? apply(positionGradientOperation, [...inputs], attributes)
        : undefined,
    );
    const dQkv = wanted[0] ? apply(attentionGradientOperation, [...inputs], attributes) : undefined;
    return [dQkv, undefined, ...slopes];
  },
  reference({ inputs: [qkv, cuSeqlens, ...more], outputs: [context, statistics], attributes }) {
    const values = { qkv, cuSeqlens, ...optionalInputs(more, attributes) };
    forEachQuery(values, attributes, ({ query, head, first, size, p, mask, largest, total }) => {
      const row = query * attributes.heads + head;
      statistics.set(2 * row, largest);
      statistics.set(2 * row + 1, Math.log(total));
      for (let c = 0; c < size; c++) {
        let value = 0;
        for (let j = 0; j < p.length; j++)
          value +=
            p.get(j) * mask.get(j) * qkv.get((first + j) * qkv.width + 2 * context.width + head * size + c);
        context.set(query * context.width + head * size + c, value);
      }
    });
  },
  onnx: ({ inputs: [qkv, cuSeqlens, ...more], node, attributes, emit }) => {
    const hidden = fixedDim(node.outputs[0].shape, 1);
    const values = { qkv, cuSeqlens, ...optionalInputs(more, attributes) };
    return [writeAttention(values, { hidden, attributes, emit }), undefined];
  },
  wgsl: ({ inputs: [qkv, cuSeqlens, ...more], outputs: [context, statistics], attributes, profile }) =>
    launchAttention(
      { qkv, cuSeqlens, ...optionalInputs(more, attributes) },
      { context, statistics },
      attributes,
      profile,
    ),
});

type GradientInputs = [
  qkv: Tensor,
  context: Tensor,
  statistics: Tensor,
  dContext: Tensor,
  cuSeqlens: Tensor,
  ...more: Tensor[],
];

/** Gradient with respect to qkv. */
const attentionGradientOperation = defineOperation<GradientInputs, AttentionUse, [dQkv: Tensor]>({
  name: 'attentionGradient',
  outputs: ([{ shape }]) => [{ shape, dtype: 'f32' }],
  requires: ([qkv, , , , cuSeqlens, ...more], use) => requirements(qkv, cuSeqlens, more, use),
  reference({ inputs: [qkv, , , dContext, cuSeqlens, ...more], outputs: [dQkv], attributes }) {
    const values: AttentionValues = { qkv, cuSeqlens, ...optionalInputs(more, attributes) };
    forEachQuery(values, attributes, (row) => {
      const { query, head, first, size, p, mask } = row;
      const at = (token: number, part: number): number =>
        token * qkv.width + part * dContext.width + head * size;
      const dy = query * dContext.width + head * size;
      const slopes = slopesOf(row, qkv, dContext);
      for (let j = 0; j < slopes.length; j++) {
        const score = slopes.get(j) * attributes.scale;
        const weight = p.get(j) * mask.get(j);
        const [q, k, v] = [at(query, 0), at(first + j, 1), at(first + j, 2)];
        for (let c = 0; c < size; c++) {
          dQkv.add(q + c, score * qkv.get(k + c));
          dQkv.add(k + c, score * qkv.get(q + c));
          dQkv.add(v + c, weight * dContext.get(dy + c));
        }
      }
    });
  },
  onnx: ({ inputs: [qkv, context, , dContext, cuSeqlens, ...more], node, attributes, emit }) => {
    const hidden = fixedDim(node.inputs[1].shape, 1);
    const values = { qkv, cuSeqlens, ...optionalInputs(more, attributes) };
    return [writeAttentionGradient(values, context, dContext, { hidden, attributes, emit })];
  },
  wgsl: ({
    inputs: [qkv, context, statistics, dContext, cuSeqlens, ...more],
    outputs: [dQkv],
    attributes,
    profile,
  }) =>
    launchAttentionGradient(
      { qkv, context, statistics, dContext, cuSeqlens, ...optionalInputs(more, attributes) },
      { dQkv },
      attributes,
      profile,
    ),
});

/** Gradient with respect to the scores of relative positions. */
const positionGradientOperation = defineOperation<GradientInputs, AttentionUse, [dPositions: Tensor]>({
  name: 'attentionPositionGradient',
  outputs: ([, , , , , ...more], use) => {
    const { positions } = optionalInputs(more, use);
    return [{ shape: positions?.shape ?? [], dtype: 'f32' }];
  },
  requires: ([qkv, , , , cuSeqlens, ...more], use) => requirements(qkv, cuSeqlens, more, use),
  reference({ inputs: [qkv, , , dContext, cuSeqlens, ...more], outputs: [dPositions], attributes }) {
    const values: AttentionValues = { qkv, cuSeqlens, ...optionalInputs(more, attributes) };
    forEachQuery(values, attributes, (row) => {
      const slopes = slopesOf(row, qkv, dContext);
      visitScores(values, attributes, row, (at, key) => dPositions.add(at, slopes.get(key)));
    });
  },
  onnx: ({ inputs: [qkv, , , dContext, cuSeqlens, ...more], node, attributes, emit }) => {
    const hidden = fixedDim(node.inputs[1].shape, 1);
    const values = { qkv, cuSeqlens, ...optionalInputs(more, attributes) };
    return [writePositionGradient(values, dContext, { hidden, attributes, emit })];
  },
  wgsl: ({
    inputs: [qkv, context, statistics, dContext, cuSeqlens, ...more],
    outputs: [dPositions],
    attributes,
    profile,
  }) =>
    launchPositionGradient(
      { qkv, context, statistics, dContext, cuSeqlens, ...optionalInputs(more, attributes) },
      { dPositions },
      attributes,
      profile,
    ),
});

function requirements(
  qkv: Tensor,
  cuSeqlens: Tensor,
  more: readonly Tensor[],
  use: AttentionUse,
): readonly Requirement[] {
  const { columns } = optionalInputs(more, use);
  const boundaries: Requirement = { kind: 'boundaries', input: cuSeqlens, end: dimOf(qkv.shape, 0) };
  // A list that is no input of the graph is one of relativeBuckets.
  if (!columns || !use.relative || leafOf(columns)?.kind !== 'input') return [boundaries];
  const { buckets: below } = use.relative;
  return [boundaries, { kind: 'index', input: columns, below, what: 'bucket', of: 'buckets' }];
}

/** Returns the form of relative positions. @throws ShapeError if they do not fit the heads */
function relativeForm({ scores, buckets, sides }: RelativePositions, heads: number): RelativeForm {
  const [width, entries] = [scores.shape[1], buckets.shape[0]];
  const each = heads * countSides({ sides });
  const isList = buckets.dtype === 'i32' && buckets.shape.length === 1;
  if (typeof width === 'number' && width % each === 0 && typeof entries === 'number' && isList)
    if (scores.shape.length === 2 && entries % 2 === 1)
      return { sides, buckets: width / each, reach: (entries - 1) / 2 };
  throw new ShapeError(
    `relative positions of ${heads} heads need scores [tokens, ${each}·buckets] and buckets i32 [2·reach + 1], not ${showShape(scores.shape)} and ${buckets.dtype} ${showShape(buckets.shape)}`,
  );
}

/**
 * Scores that are added to the logits of attention, by the distance of query and key in their sequence: the sum of an
 * element of the query's scores and one of the key's, or one of both.
 */
export interface RelativePositions {
  /** `[tokens, heads·buckets]`; for both sides `[tokens, 2·heads·buckets]`, those as a query first. */
  readonly scores: Tensor;
  /** Which tokens have scores. */
  readonly sides: PositionSides;
  /** The buckets of distances, from {@link relativeBuckets}: i32 `[2·reach + 1]`. */
  readonly buckets: Tensor;
}

/**
 * Lists the bucket of each distance from `-reach` to `reach`. Larger distances have the bucket of ±reach.
 *
 * @param bucket the bucket of a distance, which is the query's position minus the key's; the distances of a bucket are
 * neighbors
 * @throws ShapeError if a bucket has distances that are not neighbors
 */
export function relativeBuckets(reach: number, bucket: (distance: number) => number): Int32Array {
  const list = Int32Array.from({ length: 2 * reach + 1 }, (_, i) => bucket(i - reach));
  for (const [i, each] of list.entries())
    if (each !== list[i - 1] && list.indexOf(each) < i)
      throw new ShapeError(
        `bucket ${each} has the distance ${i - reach}, and others that are not next to it`,
      );
  return list;
}

export interface AttentionOptions {
  /** Dropout of the probabilities; by default nothing is dropped. */
  readonly dropout?:
    | { readonly probability: number; readonly name: string; readonly random: Tensor }
    | undefined;
  /** Factor of the products of queries and keys. Default 1/√size of a head. */
  readonly scale?: number;
  /** Largest distance of a key. The cost is linear in the length of sequences. By default there is no limit. */
  readonly window?: number | undefined;
  /** Scores of relative positions; by default there are none. */
  readonly positions?: RelativePositions | undefined;
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
  { dropout, scale, window, positions }: AttentionOptions = {},
): Tensor {
  const dropped = dropout && dropout.probability > 0 ? dropout : undefined;
  const attributes: AttentionUse = {
    heads,
    scale: scale ?? 1 / Math.sqrt(fixedDim(qkv.shape, 1) / 3 / heads),
    window,
    relative: positions && relativeForm(positions, heads),
    probability: dropped?.probability ?? 0,
    stream: dropped ? streamId(dropped.name) : 0,
  };
  const more = present([dropped?.random, positions?.scores, positions?.buckets]);
  return applyAll(attentionOperation, [qkv, cuSeqlens, ...more], attributes)[0];
}
