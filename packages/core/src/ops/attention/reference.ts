import { softmaxOf, type Values, zeros } from '../../graph/values.ts';
import { fillMask, randomState } from '../dropout.ts';
import type { AttentionUse } from './parts.ts';

/** The inputs of the reference loops. */
export interface AttentionValues {
  readonly qkv: Values;
  readonly cuSeqlens: Values;
  readonly random: Values | undefined;
  readonly positions: Values | undefined;
  readonly columns: Values | undefined;
}

/** One row of the attention of one head. */
interface Query {
  readonly query: number;
  readonly head: number;
  /** The first key. Values by key begin with it. */
  readonly first: number;
  /** Width of a head. */
  readonly size: number;
  /** Probabilities before dropout, by key. */
  readonly p: Values;
  /** 0 or 1/(1-p), by key. */
  readonly mask: Values;
  /** Largest logit. */
  readonly largest: number;
  /** Sum of `e^(logit - largest)`. */
  readonly total: number;
}

/** Visits every query row of every head, with its probabilities. */
export function forEachQuery(
  values: AttentionValues,
  attributes: AttentionUse,
  visit: (query: Query) => void,
): void {
  const { qkv, cuSeqlens, random } = values;
  const { heads, scale, window = Number.POSITIVE_INFINITY } = attributes;
  const hidden = qkv.width / 3;
  const size = hidden / heads;
  const state = random && randomState(random.array);
  // The innermost loop reads the array directly, always below its length, because most of the time is spent here.
  const { array } = qkv;
  for (let s = 0; s + 1 < cuSeqlens.length; s++) {
    const [begin, end] = [cuSeqlens.get(s), cuSeqlens.get(s + 1)];
    for (let query = begin; query < end; query++)
      for (let head = 0; head < heads; head++) {
        const first = Math.max(begin, query - window);
        const p = zeros(Math.min(end, query + window + 1) - first);
        const own = query * qkv.width + head * size;
        for (let j = 0; j < p.length; j++) {
          const key = (first + j) * qkv.width + hidden + head * size;
          let score = 0;
          for (let c = 0; c < size; c++) score += (array[own + c] as number) * (array[key + c] as number);
          p.set(j, score * scale);
        }
        visitScores(values, attributes, { query, head, first, p }, (at, j) =>
          p.add(j, values.positions?.get(at) ?? 0),
        );
        const { largest, total } = softmaxOf(p, p);
        // Masks are drawn by eight keys.
        const skipped = (first - begin) % 8;
        const mask = zeros(skipped + p.length);
        if (state) fillMask(mask, query * heads + head, attributes, state, first - begin - skipped);
        else mask.array.fill(1);
        visit({ query, head, first, size, p, mask: mask.from(skipped), largest, total });
      }
  }
}

/** Visits the places in the scores of relative positions that add to the logits of a query, with the key's index. */
export function visitScores(
  { positions, columns }: Pick<AttentionValues, 'positions' | 'columns'>,
  { heads, relative }: AttentionUse,
  { query, head, first, p }: Pick<Query, 'query' | 'head' | 'first' | 'p'>,
  visit: (at: number, key: number) => void,
): void {
  if (!positions || !columns || !relative) return;
  const { width } = positions;
  const { sides, buckets, reach } = relative;
  for (let j = 0; j < p.length; j++) {
    const distance = Math.max(-reach, Math.min(reach, query - first - j));
    const bucket = head * buckets + columns.get(distance + reach);
    if (sides !== 'keys') visit(query * width + bucket, j);
    const ofKeys = sides === 'both' ? heads * buckets : 0;
    if (sides !== 'queries') visit((first + j) * width + ofKeys + bucket, j);
  }
}

/** Returns the gradient of the loss with respect to the logits of a query. */
export function slopesOf(
  { query, head, first, size, p, mask }: Query,
  qkv: Values,
  dContext: Values,
): Values {
  const dy = query * dContext.width + head * size;
  const slopes = zeros(p.length);
  let mean = 0;
  for (let j = 0; j < slopes.length; j++) {
    const v = (first + j) * qkv.width + 2 * dContext.width + head * size;
    let slope = 0;
    for (let c = 0; c < size; c++) slope += dContext.get(dy + c) * qkv.get(v + c);
    slopes.set(j, slope * mask.get(j));
    mean += slopes.get(j) * p.get(j);
  }
  for (let j = 0; j < slopes.length; j++) slopes.set(j, p.get(j) * (slopes.get(j) - mean));
  return slopes;
}
