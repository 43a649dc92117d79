import type { OnnxEmitter, OnnxValue } from '@scalearn/core/graph';
import { paddingLogit } from '../host/padding.ts';
import { beginsOf, countUp, headRows, lengthsOf, longest, positions, rows } from './ragged.ts';

/*
 * Computes the blocks of attention within a window in the model itself, as `host/blocks.ts` does on the host: B rows of n
 * blocks of Q queries. All values are int64 unless stated otherwise.
 */

const column = (emit: OnnxEmitter, x: OnnxValue): OnnxValue => emit.node('Reshape', [x, emit.ints(-1, 1)]);

interface Blocks {
  /** Number of queries of a block, `[1]`. */
  readonly queries: OnnxValue;
  /** Number of keys before and after the queries, `[1]`. */
  readonly margin: OnnxValue;
  /** Number of blocks of a row, `[1]`. */
  readonly count: OnnxValue;
}

function blocks(emit: OnnxEmitter, window: number): Blocks {
  const small = Math.max(1, window);
  const length = longest(emit);
  const isWhole = emit.node('LessOrEqual', [length, emit.ints(small + 2 * window)]);
  const queries = emit.node('Where', [isWhole, length, emit.ints(small)]);
  const margin = emit.node('Where', [isWhole, emit.ints(0), emit.ints(window)]);
  const last = emit.node('Sub', [emit.node('Add', [length, queries]), emit.ints(1)]);
  return { queries, margin, count: emit.node('Div', [last, queries]) };
}

/** Number of keys of a block, `[1]`. */
const keysOf = (emit: OnnxEmitter, { queries, margin }: Blocks): OnnxValue =>
  emit.node('Add', [queries, emit.node('Mul', [margin, emit.ints(2)])]);

/** Position in its row of each of `size` tokens of each block, from `before` tokens before its queries, `[n, size]`. */
function places(
  emit: OnnxEmitter,
  { queries, count }: Blocks,
  before: OnnxValue,
  size: OnnxValue,
): OnnxValue {
  const firsts = emit.node('Mul', [countUp(emit, count), queries]);
  return emit.node('Add', [column(emit, emit.node('Sub', [firsts, before])), countUp(emit, size)]);
}

/** Whether each place has a token, bool `[B, n, size]`. */
function isFilled(emit: OnnxEmitter, at: OnnxValue): OnnxValue {
  const lengths = emit.node('Reshape', [lengthsOf(emit), emit.ints(-1, 1, 1)]);
  return emit.node('And', [
    emit.node('GreaterOrEqual', [at, emit.ints(0)]),
    emit.node('Less', [at, lengths]),
  ]);
}

/** As `padRows`, of the blocks' queries `[B·n, heads, Q]` or keys `[B·n, heads, K]`. */
export function padBlockRows(
  emit: OnnxEmitter,
  window: number,
  isKeys: boolean,
  heads: number,
  part: number,
  parts: number,
): OnnxValue {
  const all = blocks(emit, window);
  const size = isKeys ? keysOf(emit, all) : all.queries;
  const at = places(emit, all, isKeys ? all.margin : emit.ints(0), size);
  const begins = emit.node('Reshape', [beginsOf(emit), emit.ints(-1, 1, 1)]);
  const tokens = emit.node('Where', [isFilled(emit, at), emit.node('Add', [begins, at]), begins]);
  const shape = emit.node('Concat', [emit.ints(-1), size], { axis: 0 });
  return headRows(emit, emit.node('Reshape', [tokens, shape]), heads, part, parts);
}

/** As `unpadRows`, in the queries of the blocks. */
export function unpadBlockRows(emit: OnnxEmitter, window: number, heads: number): OnnxValue {
  const { queries, count } = blocks(emit, window);
  const block = emit.node('Div', [positions(emit), queries]);
  const row = emit.node('Sub', [positions(emit), emit.node('Mul', [block, queries])]);
  const all = emit.node('Add', [emit.node('Mul', [rows(emit), count]), block]);
  const withHead = emit.node('Add', [
    column(emit, emit.node('Mul', [all, emit.ints(heads)])),
    emit.ints(...Array(heads).keys()),
  ]);
  return emit.node('Add', [emit.node('Mul', [withHead, queries]), column(emit, row)]);
}

/** 0 at tokens in the window and `paddingLogit` elsewhere, f32 `[B·n, 1, Q, K]`. */
export function blockBias(emit: OnnxEmitter, window: number): OnnxValue {
  const all = blocks(emit, window);
  const keys = keysOf(emit, all);
  const key = emit.node('Sub', [countUp(emit, keys), all.margin]);
  const distances = emit.node('Abs', [emit.node('Sub', [column(emit, countUp(emit, all.queries)), key])]);
  const isNear = emit.node('LessOrEqual', [distances, emit.ints(window)]);
  const filled = emit.node('Unsqueeze', [isFilled(emit, places(emit, all, all.margin, keys)), emit.ints(2)]);
  const isRead = emit.node('And', [filled, isNear]);
  const bias = emit.node('Where', [isRead, emit.scalar(0), emit.scalar(paddingLogit)]);
  const shape = emit.node('Concat', [emit.ints(-1, 1), all.queries, keys], { axis: 0 });
  return emit.node('Reshape', [bias, shape]);
}
