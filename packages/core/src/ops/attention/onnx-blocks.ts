import type { OnnxBlocks, OnnxEmitter, OnnxValue } from '../../graph/onnx.ts';
import {
  type AttentionCall,
  type AttentionInputs,
  collect,
  type GroupCall,
  groupCalls,
  type PaddedRows,
  pad,
  sizeOf,
} from './onnx-rows.ts';

/*
 * The scores of a sequence take memory in the square of its length. So attention in long sequences goes through blocks
 * of queries with all keys, and keeps the scores of one block at a time. The backward pass computes them again.
 */

/**
 * Whether attention goes through blocks of queries. Scores of relative positions and dropout masks do not: both have as
 * many elements as the scores.
 */
export const isInBlocks = ({ emit, attributes }: AttentionCall): boolean =>
  emit.blockScores !== undefined &&
  attributes.window === undefined &&
  attributes.relative === undefined &&
  attributes.probability === 0;

/** Writes the forward pass. Returns the context, `[tokens, hidden]`. */
export function writeBlockedAttention(inputs: AttentionInputs, call: AttentionCall): OnnxValue {
  const contexts = blockedCalls(inputs, call).map((group): PaddedRows => {
    const { query, key, value } = gather(inputs, group);
    const { each } = group.emit.scan({ carried: {}, each: { query } }, ({ each }, emit) => {
      const p = probabilities(each.query, key, group, emit);
      return { carried: {}, each: { context: emit.node('MatMul', [p, value]) } };
    });
    return { queries: [each.context], keys: [] };
  });
  return collect(contexts, sizeOf(call), blocksOf(call), call, inputs);
}

/**
 * Writes the gradient with respect to qkv.
 *
 * @param context the result of the forward pass
 */
export function writeBlockedGradient(
  inputs: AttentionInputs,
  context: OnnxValue,
  dContext: OnnxValue,
  call: AttentionCall,
): OnnxValue {
  const alpha = { float: call.attributes.scale };
  const gradients = blockedCalls(inputs, call).map((group): PaddedRows => {
    const { query, key, value } = gather(inputs, group);
    const { dy, mean } = slopes(context, dContext, key, group);
    const zeros = group.emit.node('Expand', [group.emit.scalar(0), group.emit.node('Shape', [key])]);
    const { each, carried } = group.emit.scan(
      { carried: { dKey: zeros, dValue: zeros }, each: { query, dy, mean } },
      ({ carried, each: block }, emit) => {
        const p = probabilities(block.query, key, group, emit);
        const dP = emit.node('FusedMatMul', [block.dy, value], { transB: 1 });
        const dScores = emit.node('Mul', [emit.node('Sub', [dP, block.mean]), p]);
        const dKey = emit.node('FusedMatMul', [dScores, block.query], { transA: 1, alpha });
        const dValue = emit.node('FusedMatMul', [p, block.dy], { transA: 1 });
        return {
          carried: {
            dKey: emit.node('Add', [carried.dKey, dKey]),
            dValue: emit.node('Add', [carried.dValue, dValue]),
          },
          each: { dQuery: emit.node('FusedMatMul', [dScores, key], { alpha }) },
        };
      },
    );
    return { queries: [each.dQuery], keys: [carried.dKey, carried.dValue] };
  });
  return collect(gradients, sizeOf(call), blocksOf(call), call, inputs);
}

const blocksOf = ({ emit: { blockScores } }: AttentionCall): OnnxBlocks =>
  blockScores === undefined ? {} : { scores: blockScores };

const blockedCalls = (inputs: AttentionInputs, call: AttentionCall): GroupCall[] =>
  groupCalls(call, inputs, blocksOf(call));

/** Returns a group's blocks of queries `[blocks, B, heads, S, size]`, and its keys and values `[B, heads, K, size]`. */
function gather(
  { qkv }: AttentionInputs,
  call: GroupCall,
): Readonly<Record<'query' | 'key' | 'value', OnnxValue>> {
  const size = sizeOf(call);
  const [key, value] = [pad(qkv, [1, 3], size, 'keys', call), pad(qkv, [2, 3], size, 'keys', call)];
  return { query: byBlock(pad(qkv, [0, 3], size, 'queries', call), key, call), key, value };
}

/** Divides `[blocks·B, heads, S, size]` by block. B is that of the keys. */
function byBlock(rows: OnnxValue, key: OnnxValue, { emit }: GroupCall): OnnxValue {
  const sequences = emit.node('Shape', [key], { start: 0, end: 1 });
  const row = emit.node('Shape', [rows], { start: 1, end: 4 });
  return emit.node('Reshape', [rows, emit.node('Concat', [emit.ints(-1), sequences, row], { axis: 0 })]);
}

/** Writes the probabilities of a block, `[B, heads, S, K]`. */
function probabilities(query: OnnxValue, key: OnnxValue, group: GroupCall, emit: OnnxEmitter): OnnxValue {
  const alpha = { float: group.attributes.scale };
  const scores = emit.node('FusedMatMul', [query, key], { transB: 1, alpha });
  const bias = emit.host({ kind: 'paddingBias', ...group.of });
  return emit.node('Softmax', [emit.node('Add', [scores, bias])], { axis: -1 });
}

/**
 * Returns blocks of the context's gradient, which is zero at padding, and the mean of each query's slopes: the sum over
 * keys of a probability and its slope equals that over the context and its gradient.
 */
function slopes(
  context: OnnxValue,
  dContext: OnnxValue,
  key: OnnxValue,
  call: GroupCall,
): Readonly<Record<'dy' | 'mean', OnnxValue>> {
  const { emit, of, blocks } = call;
  const padded = (x: OnnxValue): OnnxValue => pad(x, [0, 1], sizeOf(call), 'queries', call);
  const valid = emit.host({ kind: 'paddingValid', ...of, ...blocks });
  const dy = emit.node('Mul', [padded(dContext), valid]);
  const products = emit.node('Mul', [dy, padded(context)]);
  const mean = emit.node('ReduceSum', [products, emit.ints(-1)], { keepdims: 1 });
  return { dy: byBlock(dy, key, call), mean: byBlock(mean, key, call) };
}
