import type { OnnxEmitter, OnnxGroup, OnnxValue, OnnxWindow } from '../../graph/onnx.ts';
import { gatherScores, scatterScores } from './onnx-positions.ts';
import { type AttentionUse, countSides } from './parts.ts';

/*
 * ONNX Runtime has no attention over ragged sequences, so they are padded in a few groups of similar length. One common
 * padding would cost two to three times as much, because the lengths of sentences differ widely. Rows are gathered
 * directly to `[B, heads, S, size]`, so no transpose is needed on the way in or out. For attention within a window, long
 * sequences are divided into blocks of S queries with K keys.
 */

/** Query, key and value lie side by side in a row. */
const parts = 3;

/** The inputs of attention as ONNX values. */
export interface AttentionInputs {
  readonly qkv: OnnxValue;
  readonly cuSeqlens: OnnxValue;
  readonly random: OnnxValue | undefined;
  readonly positions: OnnxValue | undefined;
  readonly columns: OnnxValue | undefined;
}

interface AttentionCall {
  readonly attributes: AttentionUse;
  readonly hidden: number;
  readonly emit: OnnxEmitter;
}

interface GroupCall extends AttentionCall {
  readonly of: OnnxGroup;
}

/** Rows of a group by the tokens that they belong to, each `[B, heads, S, size]` or `[B, heads, K, size]`. */
interface PaddedRows {
  readonly queries: readonly OnnxValue[];
  readonly keys: readonly OnnxValue[];
}

/** Writes the forward pass. Returns the context, `[tokens, hidden]`. */
export function writeAttention(inputs: AttentionInputs, call: AttentionCall): OnnxValue {
  const contexts = groupCalls(call, inputs).map((group) => ({
    queries: [forward(inputs, group).context],
    keys: [],
  }));
  return collect(contexts, sizeOf(call), call, inputs);
}

/** Writes the gradient with respect to qkv. */
export function writeAttentionGradient(
  inputs: AttentionInputs,
  dContext: OnnxValue,
  call: AttentionCall,
): OnnxValue {
  const { scale } = call.attributes;
  const gradients = groupCalls(call, inputs).map((group): PaddedRows => {
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
  return collect(gradients, sizeOf(call), call, inputs);
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
  const gradients = groupCalls(call, inputs).map((group): PaddedRows => {
    const { dScores } = backward(inputs, dContext, group);
    return scatterScores(dScores, columns, relative, call.emit);
  });
  return collect(gradients, relative.buckets, call, inputs);
}

const sizeOf = ({ hidden, attributes: { heads } }: AttentionCall): number => hidden / heads;

function groupCalls(call: AttentionCall, { cuSeqlens }: AttentionInputs): GroupCall[] {
  const { groups } = call.emit;
  return Array.from({ length: groups }, (_, group) => ({ ...call, of: { cuSeqlens, group, groups } }));
}

const windowOf = ({ attributes: { window } }: AttentionCall): OnnxWindow =>
  window === undefined ? {} : { window };

/** Gathers a part of ragged rows `[tokens, parts·heads·size]` into a group's `[B, heads, S or K, size]`. */
function pad(
  x: OnnxValue,
  [part, of]: readonly [number, number],
  size: number,
  side: keyof PaddedRows,
  call: GroupCall,
): OnnxValue {
  const { attributes, emit } = call;
  const { heads, window } = attributes;
  const keys = side === 'keys' && window !== undefined ? ({ keys: 0 } as const) : {};
  const kind = { kind: 'padRows', heads, part, parts: of } as const;
  const rows = emit.host({ ...kind, ...call.of, ...windowOf(call), ...keys });
  return emit.node('Gather', [emit.node('Reshape', [x, emit.ints(-1, size)]), rows], { axis: 0 });
}

/** Gathers the groups' rows into ragged rows `[tokens, parts·heads·size]`, queries first. */
function collect(
  groups: readonly PaddedRows[],
  size: number,
  call: AttentionCall,
  { cuSeqlens }: AttentionInputs,
): OnnxValue {
  const { attributes, emit } = call;
  const { heads, window } = attributes;
  const unpad = (
    padded: readonly OnnxValue[],
    of: number,
    place: OnnxWindow & { readonly keys?: 0 | 1 | 2 },
  ): OnnxValue => {
    const all = emit.node('Concat', padded, { axis: 0 });
    const kind = { kind: 'unpadRows', heads, parts: of } as const;
    const rows = emit.host({ ...kind, cuSeqlens, groups: emit.groups, ...place });
    return emit.node('Reshape', [
      emit.node('Gather', [all, rows], { axis: 0 }),
      emit.ints(-1, of * heads * size),
    ]);
  };
  const flat = (rows: readonly OnnxValue[]): OnnxValue[] =>
    rows.map((x) => emit.node('Reshape', [x, emit.ints(-1, size)]));
  const { queries = [], keys = [] } = groups[0] ?? {};
  if (window === undefined)
    return unpad(
      groups.flatMap((rows) => flat([...rows.queries, ...rows.keys])),
      queries.length + keys.length,
      {},
    );
  const ofQueries = (): OnnxValue =>
    unpad(
      groups.flatMap((rows) => flat(rows.queries)),
      queries.length,
      { window },
    );
  if (keys.length === 0) return ofQueries();
  // A key is in the blocks before and after its own, too. Where one is missing, its position is that of the zeros.
  const zeros = emit.floats(Array<number>(size).fill(0), [1, size]);
  const padded = [...groups.flatMap((rows) => flat(rows.keys)), zeros];
  const ofKeys = ([0, 1, 2] as const)
    .map((place) => unpad(padded, keys.length, { window, keys: place }))
    .reduce((sum, rows) => emit.node('Add', [sum, rows]));
  return queries.length === 0 ? ofKeys : emit.node('Concat', [ofQueries(), ofKeys], { axis: 1 });
}

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
  const bias = emit.host({ kind: 'paddingBias', ...call.of, ...windowOf(call) });
  const p = emit.node('Softmax', [emit.node('Add', [scores, bias])], { axis: -1 });
  const context = (dropped: OnnxValue): OnnxValue => emit.node('MatMul', [dropped, value]);
  if (random === undefined || probability === 0)
    return { query, key, value, p, dropped: p, context: context(p) };
  const kind = { kind: 'attentionMask', heads, probability, stream, random } as const;
  const mask = emit.host({ ...kind, ...call.of, ...windowOf(call) });
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
    : emit.node('Mul', [padded, emit.host({ kind: 'paddingValid', ...call.of, ...windowOf(call) })]);
  const dDropped = emit.node('FusedMatMul', [dy, value], { transB: 1 });
  const dP = mask ? emit.node('Mul', [dDropped, mask]) : dDropped;
  // Softmax's gradient is p·(dP - Σ p·dP). The sum over keys equals dy·context, a product of much smaller tensors.
  const mean = emit.node('ReduceSum', [emit.node('Mul', [dy, context]), emit.ints(-1)], { keepdims: 1 });
  const dScores = emit.node('Mul', [emit.node('Sub', [dP, mean]), p]);
  return { ...values, dScores, dy };
}
