import type { OnnxEmitter, OnnxValue } from '@scalearn/core/graph';
import { paddingLogit } from '../host/padding.ts';
import { elementTypes } from '../model.ts';

/*
 * Computes the ragged batch of a padded one in the model itself, from the attention mask `[batch, sequence]`: B rows of
 * S places. Tokens may be anywhere in a row. All values are int64 unless stated otherwise. Equal nodes are written
 * once, so these functions may be called repeatedly.
 */

/** Names of the model's inputs, as in transformers; each int64 `[batch, sequence]`. */
export type PaddedInput = 'input_ids' | 'attention_mask' | 'token_type_ids';

const mask: PaddedInput = 'attention_mask';

const flat = (emit: OnnxEmitter, x: OnnxValue): OnnxValue => emit.node('Reshape', [x, emit.ints(-1)]);

/** Size of an axis, `[1]`. */
const sizeOf = (emit: OnnxEmitter, x: OnnxValue, axis: number): OnnxValue =>
  emit.node('Shape', [x], { start: axis, end: axis + 1 });

/** 1 at tokens, 0 at padding, `[B, S]`. */
function isToken(emit: OnnxEmitter): OnnxValue {
  const { bool, i64 } = elementTypes;
  return emit.node('Cast', [emit.node('Cast', [mask], { to: bool })], { to: i64 });
}

/** Number of tokens of each row, `[B]`. */
export const lengthsOf = (emit: OnnxEmitter): OnnxValue =>
  emit.node('ReduceSum', [isToken(emit), emit.ints(1)], { keepdims: 0 });

/** End of each row's tokens among all tokens, `[B]`. */
const ends = (emit: OnnxEmitter): OnnxValue =>
  emit.node('CumSum', [lengthsOf(emit), emit.node('Squeeze', [emit.ints(0)])]);

/** Start of each row's tokens among all tokens, `[B]`. */
export const beginsOf = (emit: OnnxEmitter): OnnxValue => emit.node('Sub', [ends(emit), lengthsOf(emit)]);

/** Index of each token in the flattened batch, `[tokens]`. */
const places = (emit: OnnxEmitter): OnnxValue =>
  flat(emit, emit.node('NonZero', [flat(emit, isToken(emit))]));

/** Row of each token, `[tokens]`. */
export const rows = (emit: OnnxEmitter): OnnxValue => emit.node('Div', [places(emit), sizeOf(emit, mask, 1)]);

/** `0, 1, …, count - 1`, for a `count` of shape `[1]`. */
export const countUp = (emit: OnnxEmitter, count: OnnxValue): OnnxValue =>
  emit.node('Range', [
    emit.node('Squeeze', [emit.ints(0)]),
    emit.node('Squeeze', [count]),
    emit.node('Squeeze', [emit.ints(1)]),
  ]);

/** Index of each token among the tokens of its row, from 0, `[tokens]`. */
export const positions = (emit: OnnxEmitter): OnnxValue =>
  emit.node('Sub', [countUp(emit, tokenCount(emit)), emit.node('Gather', [beginsOf(emit), rows(emit)])]);

/** Length of the longest row, `[1]`. */
export const longest = (emit: OnnxEmitter): OnnxValue =>
  emit.node('ReduceMax', [lengthsOf(emit), emit.ints(0)], { keepdims: 1 });

/** `[1]` */
export const rowCount = (emit: OnnxEmitter): OnnxValue => sizeOf(emit, mask, 0);

/** `[1]` */
export const tokenCount = (emit: OnnxEmitter): OnnxValue => sizeOf(emit, places(emit), 0);

/** A padded input's values at tokens, `[tokens]`. */
export const atTokens = (emit: OnnxEmitter, input: PaddedInput): OnnxValue =>
  emit.node('Gather', [flat(emit, input), places(emit)]);

/** Position of each token, counted from `first`, `[tokens]`. */
export const positionsFrom = (emit: OnnxEmitter, first: number): OnnxValue =>
  emit.node('Add', [positions(emit), emit.ints(first)]);

/** Start of each row's tokens, and the end of the last row, `[B + 1]`. */
export const boundaries = (emit: OnnxEmitter): OnnxValue =>
  emit.node('Concat', [emit.ints(0), ends(emit)], { axis: 0 });

/** Whether each place has a token, for L places (the longest row's length), bool `[B, L]`. */
const isFilled = (emit: OnnxEmitter): OnnxValue =>
  emit.node('Less', [
    countUp(emit, longest(emit)),
    emit.node('Reshape', [lengthsOf(emit), emit.ints(-1, 1)]),
  ]);

/** 0 at tokens and `paddingLogit` at padding, f32 `[B, 1, 1, L]`. */
export const paddingBias = (emit: OnnxEmitter): OnnxValue =>
  emit.node('Unsqueeze', [
    emit.node('Where', [isFilled(emit), emit.scalar(0), emit.scalar(paddingLogit)]),
    emit.ints(1, 2),
  ]);

/**
 * Positions of the rows of all heads in x, seen as `[tokens·parts·heads, size]`: `[B, heads, L]`. Padding repeats a
 * row's first token.
 */
export function padRows(emit: OnnxEmitter, heads: number, part: number, parts: number): OnnxValue {
  const first = emit.node('Reshape', [beginsOf(emit), emit.ints(-1, 1)]);
  const own = emit.node('Add', [first, countUp(emit, longest(emit))]);
  return headRows(emit, emit.node('Where', [isFilled(emit), own, first]), heads, part, parts);
}

/** Positions of the rows of all heads of a part, for tokens `[rows, places]`: `[rows, heads, places]`. */
export function headRows(
  emit: OnnxEmitter,
  tokens: OnnxValue,
  heads: number,
  part: number,
  parts: number,
): OnnxValue {
  const scaled = emit.node('Mul', [emit.node('Unsqueeze', [tokens, emit.ints(1)]), emit.ints(parts * heads)]);
  const within = Array.from({ length: heads }, (_, head) => part * heads + head);
  return emit.node('Add', [scaled, emit.node('Reshape', [emit.ints(...within), emit.ints(1, heads, 1)])]);
}

/** Positions of the rows of all tokens and heads in `[B, heads, L]`: `[tokens, heads]`. */
export function unpadRows(emit: OnnxEmitter, heads: number): OnnxValue {
  const row = emit.node('Mul', [rows(emit), emit.ints(heads)]);
  const withHead = emit.node('Add', [
    emit.node('Reshape', [row, emit.ints(-1, 1)]),
    emit.ints(...Array(heads).keys()),
  ]);
  const begin = emit.node('Mul', [withHead, longest(emit)]);
  return emit.node('Add', [begin, emit.node('Reshape', [positions(emit), emit.ints(-1, 1)])]);
}
