import type { OnnxEmitter, OnnxGroup, OnnxValue } from '../../graph/onnx.ts';
import { mapTuple } from '../../graph/tuple.ts';
import type { AttentionUse } from './parts.ts';

/*
 * ONNX Runtime has no attention over ragged sequences, so they are padded in a few groups of similar length. One common
 * padding would cost two to three times as much, because the lengths of sentences differ widely. Rows are gathered
 * directly to `[B, heads, S, size]`, so no transpose is needed on the way in or out.
 */

/** Query, key and value lie side by side in a row. */
const parts = 3;

interface GroupCall extends OnnxGroup {
  readonly heads: number;
  /** Width of a head. */
  readonly size: number;
  readonly emit: OnnxEmitter;
}

interface AttentionCall {
  readonly attributes: AttentionUse;
  readonly hidden: number;
  readonly emit: OnnxEmitter;
}

/** Writes the forward pass. Returns the context, `[tokens, hidden]`. */
export function writeAttention(
  qkv: OnnxValue,
  cuSeqlens: OnnxValue,
  random: OnnxValue | undefined,
  call: AttentionCall,
): OnnxValue {
  const contexts = groupCalls(call, cuSeqlens).map((group) => forward(qkv, random, call, group).context);
  return unpad(contexts, 1, call, cuSeqlens);
}

/** Writes the gradient with respect to qkv. */
export function writeAttentionGradient(
  qkv: OnnxValue,
  dContext: OnnxValue,
  cuSeqlens: OnnxValue,
  random: OnnxValue | undefined,
  call: AttentionCall,
): OnnxValue {
  const gradients = groupCalls(call, cuSeqlens).flatMap((group) => {
    const { emit, size } = group;
    // This repeats the forward nodes. Equal nodes are written once.
    const { query, key, value, p, dropped, mask, context } = forward(qkv, random, call, group);
    const padded = pad(dContext, 0, 1, group);
    // Padding repeats real rows and must not add to the gradients. A mask already has zeros at padding.
    const dy = mask
      ? padded
      : emit.node('Mul', [padded, emit.host({ kind: 'paddingValid', ...only(group) })]);
    const dValue = emit.node('FusedMatMul', [dropped, dy], { transA: 1 });
    const dDropped = emit.node('FusedMatMul', [dy, value], { transB: 1 });
    const dP = mask ? emit.node('Mul', [dDropped, mask]) : dDropped;
    // Softmax's gradient is p·(dP - Σ p·dP). The sum over keys equals dy·context, a product of much smaller tensors.
    const mean = emit.node('ReduceSum', [emit.node('Mul', [dy, context]), emit.ints(-1)], { keepdims: 1 });
    const dScores = emit.node('Mul', [emit.node('Sub', [dP, mean]), p]);
    const alpha = { float: 1 / Math.sqrt(size) };
    const dQuery = emit.node('FusedMatMul', [dScores, key], { alpha });
    const dKey = emit.node('FusedMatMul', [dScores, query], { transA: 1, alpha });
    return [dQuery, dKey, dValue];
  });
  return unpad(gradients, parts, call, cuSeqlens);
}

function groupCalls(
  { hidden, attributes: { heads }, emit }: AttentionCall,
  cuSeqlens: OnnxValue,
): GroupCall[] {
  const size = hidden / heads;
  const { groups } = emit;
  return Array.from({ length: groups }, (_, group) => ({ cuSeqlens, group, groups, heads, size, emit }));
}

const only = ({ cuSeqlens, group, groups: count }: OnnxGroup): OnnxGroup => ({
  cuSeqlens,
  group,
  groups: count,
});

/** Gathers a part of ragged rows `[tokens, parts·heads·size]` into a group's `[B, heads, S, size]`. */
function pad(x: OnnxValue, part: number, of: number, group: GroupCall): OnnxValue {
  const { heads, size, emit } = group;
  const rows = emit.host({ kind: 'padRows', heads, part, parts: of, ...only(group) });
  return emit.node('Gather', [emit.node('Reshape', [x, emit.ints(-1, size)]), rows], { axis: 0 });
}

/** Gathers the groups' parts, each `[B, heads, S, size]`, into ragged rows `[tokens, parts·heads·size]`. */
function unpad(
  padded: readonly OnnxValue[],
  of: number,
  { attributes: { heads }, hidden, emit }: AttentionCall,
  cuSeqlens: OnnxValue,
): OnnxValue {
  const width = of * hidden;
  const flat = emit.ints(-1, width / of / heads);
  const all = emit.node(
    'Concat',
    padded.map((x) => emit.node('Reshape', [x, flat])),
    { axis: 0 },
  );
  const rows = emit.node(
    'Gather',
    [all, emit.host({ kind: 'unpadRows', heads, parts: of, cuSeqlens, groups: emit.groups })],
    {
      axis: 0,
    },
  );
  return emit.node('Reshape', [rows, emit.ints(-1, width)]);
}

/** Returns a group's query, key, value, context `[B, heads, S, size]`, probabilities and mask `[B, heads, S, S]`. */
function forward(
  qkv: OnnxValue,
  random: OnnxValue | undefined,
  { attributes: { probability, stream } }: AttentionCall,
  group: GroupCall,
): Record<'query' | 'key' | 'value' | 'p' | 'dropped' | 'context', OnnxValue> & { mask?: OnnxValue } {
  const { heads, size, emit } = group;
  const [query, key, value] = mapTuple([0, 1, 2], (part) => pad(qkv, part, parts, group));
  const scores = emit.node('FusedMatMul', [query, key], { transB: 1, alpha: { float: 1 / Math.sqrt(size) } });
  const bias = emit.host({ kind: 'paddingBias', ...only(group) });
  const p = emit.node('Softmax', [emit.node('Add', [scores, bias])], { axis: -1 });
  const context = (dropped: OnnxValue): OnnxValue => emit.node('MatMul', [dropped, value]);
  if (!random || probability === 0) return { query, key, value, p, dropped: p, context: context(p) };
  const mask = emit.host({ kind: 'attentionMask', heads, probability, stream, random, ...only(group) });
  const dropped = emit.node('Mul', [p, mask]);
  return { query, key, value, p, mask, dropped, context: context(dropped) };
}
