import { utf8 } from '../characters.ts';
import type { Fields } from '../fields.ts';
import { malformed, unsupported } from '../json.ts';
import { MergeQueue } from './merge-queue.ts';
import { byteIds, type Model, readUnknown, readVocabulary, vocabularyOf } from './model.ts';

/** Pairs of neighboring ids that are merged, the lowest rank first. */
interface Merges {
  /** The rank of a pair, by its left and its right id. */
  readonly ranks: ReadonlyMap<number, ReadonlyMap<number, number>>;
  /** The merged id of the pair of each rank. */
  readonly ids: readonly number[];
}

/** Byte-pair encoding (`models/bpe/model.rs`): starts from characters and merges pairs, the lowest rank first. */
export function bytePairEncoding(fields: Fields): Model {
  const vocabulary = readVocabulary(fields);
  const prefix = fields.string('continuing_subword_prefix', '');
  const suffix = fields.string('end_of_word_suffix', '');
  const unknown = (fields.raw('unk_token') ?? null) === null ? undefined : readUnknown(fields, vocabulary);
  const isFused = fields.boolean('fuse_unk', false);
  const bytes = fields.boolean('byte_fallback', false) ? byteIds(vocabulary) : undefined;
  const ignoresMerges = fields.boolean('ignore_merges', false);
  const dropout = fields.raw('dropout') ?? 0;
  if (dropout !== 0)
    throw unsupported(`dropout in ${fields.where}`, 'the same text would get other ids each time');
  const merges = readMerges(fields, vocabulary, prefix);

  /** Returns the ids of single characters. */
  const characters = (word: string): number[] => {
    const ids: number[] = [];
    // An unknown character is emitted at the next known one, because bytes that replace other characters may come
    // before it.
    let isWaiting = false;
    let position = 0;
    for (const character of word) {
      const isFirst = position === 0;
      position += character.length;
      const token = (isFirst ? '' : prefix) + character + (position === word.length ? suffix : '');
      const id = vocabulary.get(token);
      if (id !== undefined) {
        if (isWaiting) ids.push(unknown!);
        isWaiting = false;
        ids.push(id);
        continue;
      }
      const fallback = bytes && Array.from(utf8(token), (byte) => bytes[byte]);
      if (fallback?.every((id) => id !== undefined)) {
        ids.push(...fallback);
      } else if (unknown !== undefined) {
        if (isWaiting && !isFused) ids.push(unknown);
        isWaiting = true;
      }
    }
    if (isWaiting) ids.push(unknown!);
    return ids;
  };

  const encode = (piece: string, out: number[]): void => {
    const whole = ignoresMerges ? vocabulary.get(piece) : undefined;
    if (whole !== undefined) out.push(whole);
    else mergeAll(characters(piece), merges, out);
  };
  return { encode, ...vocabularyOf(vocabulary) };
}

function readMerges(fields: Fields, vocabulary: ReadonlyMap<string, number>, prefix: string): Merges {
  const bad = () => malformed(`${fields.where}.merges`, 'a list of pairs of tokens of the vocabulary');
  const list = fields.raw('merges');
  if (!Array.isArray(list)) throw bad();
  const ranks = new Map<number, Map<number, number>>();
  const ids: number[] = [];
  for (const merge of list) {
    if (typeof merge === 'string' && merge.startsWith('#version')) continue;
    const parts: unknown = typeof merge === 'string' ? merge.split(' ') : merge;
    if (!Array.isArray(parts) || parts.length !== 2) throw bad();
    const [left, right] = parts as unknown[];
    if (typeof left !== 'string' || typeof right !== 'string') throw bad();
    const [a, b] = [vocabulary.get(left), vocabulary.get(right)];
    const merged = vocabulary.get(left + withoutPrefix(right, prefix));
    if (a === undefined || b === undefined || merged === undefined) throw bad();
    let ofLeft = ranks.get(a);
    if (!ofLeft) {
      ofLeft = new Map();
      ranks.set(a, ofLeft);
    }
    ofLeft.set(b, ids.length);
    ids.push(merged);
  }
  return { ranks, ids };
}

/** Removes as many bytes from the start of a token as the prefix has. */
function withoutPrefix(token: string, prefix: string): string {
  if (prefix === '' || token.startsWith(prefix)) return token.slice(prefix.length);
  return new TextDecoder().decode(utf8(token).subarray(utf8(prefix).length));
}

/** Merges neighbors in the order of their ranks, in `n log n` time for `n` characters. */
function mergeAll(ids: number[], { ranks, ids: mergedIds }: Merges, out: number[]): void {
  const rankAt = (left: number, right: number): number | undefined => ranks.get(ids[left]!)?.get(ids[right]!);
  const { length } = ids;
  const queue = new MergeQueue(length);
  for (let i = 0; i + 1 < length; i++) {
    const rank = rankAt(i, i + 1);
    if (rank !== undefined) queue.push(rank, i);
  }
  if (queue.size === 0) {
    for (const id of ids) out.push(id);
    return;
  }
  // Neighbors form a linked list. An id of -1 was merged into the one before it.
  const next = new Int32Array(length).map((_, i) => i + 1);
  const previous = new Int32Array(length).map((_, i) => i - 1);
  while (queue.size > 0) {
    const { rank, position } = queue.pop();
    const right = next[position]!;
    if (ids[position]! < 0 || right >= length) continue;
    const current = rankAt(position, right);
    // The pair changed after it was queued, unless it still merges into the same token.
    if (current === undefined || mergedIds[current] !== mergedIds[rank]) continue;
    ids[position] = mergedIds[rank]!;
    ids[right] = -1;
    const after = next[right]!;
    next[position] = after;
    if (after < length) previous[after] = position;
    const before = previous[position]!;
    const leftRank = before >= 0 ? rankAt(before, position) : undefined;
    if (leftRank !== undefined) queue.push(leftRank, before);
    const rightRank = after < length ? rankAt(position, after) : undefined;
    if (rightRank !== undefined) queue.push(rightRank, position);
  }
  for (const id of ids) if (id >= 0) out.push(id);
}
