import type { OnnxEmitter, OnnxValue } from '../../graph/onnx.ts';
import type { RelativeForm } from './parts.ts';

/** Number of the type in ONNX. */
const i32 = 6;

/**
 * The bucket of each query and key of a group, i32 `[S, K]`. The keys of a block begin as many tokens before its queries
 * as they end after them.
 *
 * @param scores `[B, heads, S, K]`
 */
function bucketsOf(
  scores: OnnxValue,
  columns: OnnxValue,
  { reach }: RelativeForm,
  emit: OnnxEmitter,
): OnnxValue {
  const size = (axis: number): OnnxValue => emit.node('Shape', [scores], { start: axis, end: axis + 1 });
  const scalar = (x: OnnxValue): OnnxValue => emit.node('Squeeze', [x]);
  const countUp = (count: OnnxValue): OnnxValue =>
    emit.node('Range', [scalar(emit.ints(0)), scalar(count), scalar(emit.ints(1))]);
  const [queries, keys] = [size(2), size(3)];
  const margin = emit.node('Div', [emit.node('Sub', [keys, queries]), emit.ints(2)]);
  const rows = emit.node('Reshape', [countUp(queries), emit.ints(-1, 1)]);
  const distances = emit.node('Sub', [emit.node('Add', [rows, margin]), countUp(keys)]);
  const entries = emit.node('Add', [distances, emit.ints(reach)]);
  const within = emit.node('Min', [emit.node('Max', [entries, emit.ints(0)]), emit.ints(2 * reach)]);
  return emit.node('Gather', [emit.node('Cast', [columns], { to: i32 }), within]);
}

/** The buckets for all heads, by query and key, and by key and query. */
function indices(
  scores: OnnxValue,
  columns: OnnxValue,
  form: RelativeForm,
  emit: OnnxEmitter,
): { readonly byQuery: OnnxValue; readonly byKey: OnnxValue } {
  const shape = emit.node('Shape', [scores]);
  const byQuery = emit.node('Expand', [bucketsOf(scores, columns, form, emit), shape]);
  return { byQuery, byKey: swapped(byQuery, emit) };
}

const swapped = (x: OnnxValue, emit: OnnxEmitter): OnnxValue =>
  emit.node('Transpose', [x], { perm: [0, 1, 3, 2] });

/**
 * Adds scores of relative positions to the products of queries and keys, `[B, heads, S, K]`.
 *
 * @param padded the scores of a group's queries `[B, heads, S, buckets]`, of its keys `[B, heads, K, buckets]`, or both
 */
export function gatherScores(
  scores: OnnxValue,
  padded: { readonly queries?: OnnxValue; readonly keys?: OnnxValue },
  columns: OnnxValue,
  form: RelativeForm,
  emit: OnnxEmitter,
): OnnxValue {
  const { byQuery, byKey } = indices(scores, columns, form, emit);
  const { queries, keys } = padded;
  const gather = (x: OnnxValue, at: OnnxValue): OnnxValue =>
    emit.node('GatherElements', [x, at], { axis: 3 });
  let sum = scores;
  if (queries !== undefined) sum = emit.node('Add', [sum, gather(queries, byQuery)]);
  if (keys !== undefined) sum = emit.node('Add', [sum, swapped(gather(keys, byKey), emit)]);
  return sum;
}

/** Returns the gradients of the scores that {@link gatherScores} reads, from that of the logits. */
export function scatterScores(
  dScores: OnnxValue,
  columns: OnnxValue,
  form: RelativeForm,
  emit: OnnxEmitter,
): { readonly queries: readonly OnnxValue[]; readonly keys: readonly OnnxValue[] } {
  const { byQuery, byKey } = indices(dScores, columns, form, emit);
  const scatter = (slopes: OnnxValue, at: OnnxValue): OnnxValue => {
    const rows = emit.node('Shape', [slopes], { start: 0, end: 3 });
    const shape = emit.node('Concat', [rows, emit.ints(form.buckets)], { axis: 0 });
    const zeros = emit.node('Expand', [emit.scalar(0), shape]);
    // ScatterElements adds in ascending order, so every run gives the same sum.
    return emit.node('ScatterElements', [zeros, at, slopes], { axis: 3, reduction: 'add' });
  };
  return {
    queries: form.sides === 'keys' ? [] : [scatter(dScores, byQuery)],
    keys: form.sides === 'queries' ? [] : [scatter(swapped(dScores, emit), byKey)],
  };
}
