import type { OnnxBlocks, OnnxEmitter, OnnxGroup, OnnxValue } from '../../graph/onnx.ts';
import type { AttentionUse } from './parts.ts';

/*
 * ONNX Runtime has no attention over ragged sequences, so they are padded in a few groups of similar length. One common
 * padding would cost two to three times as much, because the lengths of sentences differ widely. Rows are gathered
 * directly to `[B, heads, S, size]`, so no transpose is needed on the way in or out.
 */

/** The inputs of attention as ONNX values. */
export interface AttentionInputs {
  readonly qkv: OnnxValue;
  readonly cuSeqlens: OnnxValue;
  readonly random: OnnxValue | undefined;
  readonly positions: OnnxValue | undefined;
  readonly columns: OnnxValue | undefined;
}

export interface AttentionCall {
  readonly attributes: AttentionUse;
  readonly hidden: number;
  readonly emit: OnnxEmitter;
}

export interface GroupCall extends AttentionCall {
  readonly of: OnnxGroup;
  /** How the group's sequences are divided. */
  readonly blocks: OnnxBlocks;
}

/** Rows of a group by the tokens that they belong to, each `[…, heads, rows, size]`. */
export interface PaddedRows {
  readonly queries: readonly OnnxValue[];
  readonly keys: readonly OnnxValue[];
}

/** Elements of a head. */
export const sizeOf = ({ hidden, attributes: { heads } }: AttentionCall): number => hidden / heads;

export function groupCalls(
  call: AttentionCall,
  { cuSeqlens }: AttentionInputs,
  blocks: OnnxBlocks,
): GroupCall[] {
  const { groups } = call.emit;
  return Array.from({ length: groups }, (_, group) => ({
    ...call,
    of: { cuSeqlens, group, groups },
    blocks,
  }));
}

/** Gathers a part of ragged rows `[tokens, parts·heads·size]` into a group's `[B, heads, S or K, size]`. */
export function pad(
  x: OnnxValue,
  [part, of]: readonly [number, number],
  size: number,
  side: keyof PaddedRows,
  { attributes: { heads }, blocks, emit, of: group }: GroupCall,
): OnnxValue {
  const kind = { kind: 'padRows', heads, part, parts: of } as const;
  const rows = emit.host({ ...kind, ...group, ...rowsOf(side, blocks) });
  return emit.node('Gather', [emit.node('Reshape', [x, emit.ints(-1, size)]), rows], { axis: 0 });
}

/** Only attention within a window divides keys, too. */
function rowsOf(side: keyof PaddedRows, blocks: OnnxBlocks): OnnxBlocks & { readonly keys?: 0 } {
  if (side === 'queries') return blocks;
  return blocks.window === undefined ? {} : { ...blocks, keys: 0 };
}

/** Gathers the groups' rows into ragged rows `[tokens, parts·heads·size]`, queries first. */
export function collect(
  groups: readonly PaddedRows[],
  size: number,
  blocks: OnnxBlocks,
  call: AttentionCall,
  { cuSeqlens }: AttentionInputs,
): OnnxValue {
  const { attributes, emit } = call;
  const { heads } = attributes;
  const unpad = (
    padded: readonly OnnxValue[],
    of: number,
    place: OnnxBlocks & { readonly keys?: 0 | 1 | 2 },
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
  const { window, scores } = blocks;
  if (window === undefined && scores === undefined)
    return unpad(
      groups.flatMap((rows) => flat([...rows.queries, ...rows.keys])),
      queries.length + keys.length,
      {},
    );
  const ofQueries = (): OnnxValue =>
    unpad(
      groups.flatMap((rows) => flat(rows.queries)),
      queries.length,
      blocks,
    );
  if (keys.length === 0) return ofQueries();
  const padded = groups.flatMap((rows) => flat(rows.keys));
  const ofKeys = (): OnnxValue => {
    if (window === undefined) return unpad(padded, keys.length, {});
    // A key is in the blocks before and after its own, too. Where one is missing, its position is that of the zeros.
    const zeros = emit.floats(Array<number>(size).fill(0), [1, size]);
    return ([0, 1, 2] as const)
      .map((place) => unpad([...padded, zeros], keys.length, { window, keys: place }))
      .reduce((sum, rows) => emit.node('Add', [sum, rows]));
  };
  const unpadded = ofKeys();
  return queries.length === 0 ? unpadded : emit.node('Concat', [ofQueries(), unpadded], { axis: 1 });
}
