import type { OnnxBlocks, OnnxValue } from '../../graph/onnx.ts';
import { isInBlocks, writeBlockedAttention, writeBlockedGradient } from './onnx-blocks.ts';
import { gatherScores, scatterScores } from './onnx-positions.ts';
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
import { countSides } from './parts.ts';

/*
 * Attention keeps the scores of whole sequences, or, within a window, those of blocks of S queries with K keys. Of long
 * sequences without a window it keeps none; see onnx-blocks.ts.
 */

/** Query, key and value lie side by side in a row. */
const parts = 3;

/** Writes the forward pass. Returns the context, `[tokens, hidden]`. */
export function writeAttention(inputs: AttentionInputs, call: AttentionCall): OnnxValue {
  if (isInBlocks(call)) return writeBlockedAttention(inputs, call);
  const blocks = windowOf(call);
  const contexts = groupCalls(call, inputs, blocks).map((group) => ({
    queries: [forward(inputs, group).context],
    keys: [],
  }));
  return collect(contexts, sizeOf(call), blocks, call, inputs);
}

/** Writes the gradient with respect to qkv. */
export function writeAttentionGradient(
  inputs: AttentionInputs,
  context: OnnxValue,
  dContext: OnnxValue,
  call: AttentionCall,
): OnnxValue {
  if (isInBlocks(call)) return writeBlockedGradient(inputs, context, dContext, call);
  const { scale } = call.attributes;
  const blocks = windowOf(call);
  const gradients = groupCalls(call, inputs, blocks).map((group): PaddedRows => {
    const { emit } = group;
    const { query, key, dropped, dScores, dy } = backward(inputs, dContext, group);
    const alpha = { float: scale };
    return {
      queries: [emit.node('FusedMatMul', [dScores, key], { alpha })],
      keys: [
        emit.node('FusedMatMul', [dScores, query], { transA: 1, alpha }),
        emit.node('FusedMatMul', [dropped, dy], { transA: 1 }),
      ],
    };
  });
  return collect(gradients, sizeOf(call), blocks, call, inputs);
}

/** Writes the gradient with respect to the scores of relative positions. */
export function writePositionGradient(
  inputs: AttentionInputs,
  dContext: OnnxValue,
  call: AttentionCall,
): OnnxValue {
  const { relative } = call.attributes;
  const { columns } = inputs;
  if (!relative || columns === undefined) return '';
  const blocks = windowOf(call);
  const gradients = groupCalls(call, inputs, blocks).map((group): PaddedRows => {
    const { dScores } = backward(inputs, dContext, group);
    return scatterScores(dScores, columns, relative, call.emit);
  });
  return collect(gradients, relative.buckets, blocks, call, inputs);
}

const windowOf = ({ attributes: { window } }: AttentionCall): OnnxBlocks =>
  window === undefined ? {} : { window };

type Forward = Record<'query' | 'key' | 'value' | 'p' | 'dropped' | 'context', OnnxValue> & {
  readonly mask?: OnnxValue;
};

/** Returns a group's query, key, value, context, and probabilities and mask `[B, heads, S, K]`. */
function forward({ qkv, random, ...inputs }: AttentionInputs, call: GroupCall): Forward {
  const { attributes, emit } = call;
  const { heads, probability, stream, scale, relative } = attributes;
  const size = sizeOf(call);
  const query = pad(qkv, [0, parts], size, 'queries', call);
  const key = pad(qkv, [1, parts], size, 'keys', call);
  const value = pad(qkv, [2, parts], size, 'keys', call);
  let scores = emit.node('FusedMatMul', [query, key], { transB: 1, alpha: { float: scale } });
  const { positions, columns } = inputs;
  if (relative && positions !== undefined && columns !== undefined) {
    const { sides, buckets } = relative;
    const count = countSides(relative);
    const padded = (side: keyof PaddedRows): OnnxValue =>
      pad(positions, [side === 'keys' ? count - 1 : 0, count], buckets, side, call);
    scores = gatherScores(
      scores,
      {
        ...(sides === 'keys' ? {} : { queries: padded('queries') }),
        ...(sides === 'queries' ? {} : { keys: padded('keys') }),
      },
      columns,
      relative,
      emit,
    );
  }
  const bias = emit.host({ kind: 'paddingBias', ...call.of, ...call.blocks });
  const p = emit.node('Softmax', [emit.node('Add', [scores, bias])], { axis: -1 });
  const context = (dropped: OnnxValue): OnnxValue => emit.node('MatMul', [dropped, value]);
  if (random === undefined || probability === 0)
    return { query, key, value, p, dropped: p, context: context(p) };
  const kind = { kind: 'attentionMask', heads, probability, stream, random } as const;
  const mask = emit.host({ ...kind, ...call.of, ...call.blocks });
  const dropped = emit.node('Mul', [p, mask]);
  return { query, key, value, p, mask, dropped, context: context(dropped) };
}

/** Returns the forward nodes, which are written once, and the gradients of a group's logits and context. */
function backward(
  inputs: AttentionInputs,
  dContext: OnnxValue,
  call: GroupCall,
): Forward & Record<'dScores' | 'dy', OnnxValue> {
  const { emit } = call;
  const padded = pad(dContext, [0, 1], sizeOf(call), 'queries', call);
  const values = forward(inputs, call);
  const { value, p, mask, context } = values;
  // Padding repeats real rows and must not add to the gradients. A mask already has zeros at padding.
  const dy = mask
    ? padded
    : emit.node('Mul', [padded, emit.host({ kind: 'paddingValid', ...call.of, ...call.blocks })]);
  const dDropped = emit.node('FusedMatMul', [dy, value], { transB: 1 });
  const dP = mask ? emit.node('Mul', [dDropped, mask]) : dDropped;
  // Softmax's gradient is p·(dP - Σ p·dP). The sum over keys equals dy·context, a product of much smaller tensors.
  const mean = emit.node('ReduceSum', [emit.node('Mul', [dy, context]), emit.ints(-1)], { keepdims: 1 });
  const dScores = emit.node('Mul', [emit.node('Sub', [dP, mean]), p]);
  return { ...values, dScores, dy };
}
