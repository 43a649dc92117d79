import { utf8 } from '../characters.ts';
import { TokenizerError } from '../errors.ts';
import type { Fields } from '../fields.ts';
import { isId, malformed } from '../json.ts';
import { byteIds, type Model } from './model.ts';
import { Trie } from './trie.ts';

/** Difference between the lowest score of a piece and the score of an unknown character. */
const UNKNOWN_PENALTY = 10;

/** Finds the segmentation with the highest sum of scores (`models/unigram/model.rs`). */
export function unigram(fields: Fields): Model {
  const { tokens, scores } = readPieces(fields);
  const unknown = fields.raw('unk_id') ?? undefined;
  if (unknown !== undefined && !(isId(unknown) && unknown < tokens.length))
    throw malformed(`${fields.where}.unk_id`, 'a place in the vocabulary');
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const trie = new Trie();
  for (const [token, id] of ids) if (token !== '') trie.set(token, id);
  const bytes = fields.boolean('byte_fallback', false) ? byteIds(ids) : undefined;
  const unknownScore =
    scores.reduce((least, score) => Math.min(least, score), Number.POSITIVE_INFINITY) - UNKNOWN_PENALTY;

  const unknownId = (): number => {
    if (unknown !== undefined) return unknown;
    const message =
      'The text has a character that is not in the vocabulary, and the tokenizer has no token for unknown ones.';
    throw new TokenizerError('unknown', `${message} Leave such characters out, or use another encoder.`);
  };
  const push = (text: string, out: number[]): void => {
    const id = ids.get(text);
    const fallback = id === undefined && bytes ? Array.from(utf8(text), (byte) => bytes[byte]) : [undefined];
    if (id !== undefined) out.push(id);
    else if (fallback.every((byte) => byte !== undefined)) for (const byte of fallback) out.push(byte);
    else out.push(unknownId());
  };

  const encode = (piece: string, out: number[]): void => {
    const { length } = piece;
    const best = new Float64Array(length + 1);
    const starts = new Int32Array(length + 1).fill(-1);
    const found = new Int32Array(length + 1);
    const offer = (start: number, end: number, score: number, id: number): void => {
      best[end] = score;
      starts[end] = start;
      found[end] = id;
    };
    for (let start = 0; start < length; ) {
      const first = piece.codePointAt(start)! > 0xffff ? 2 : 1;
      const before = best[start]!;
      let hasSingle = false;
      let node: number | undefined = 0;
      for (let end = start; end < length; ) {
        node = trie.step(node, piece.charCodeAt(end++));
        if (node === undefined) break;
        const id = trie.value(node);
        if (id < 0) continue;
        if (end - start === first) hasSingle = true;
        if (starts[end]! < 0 || before + scores[id]! > best[end]!)
          offer(start, end, before + scores[id]!, id);
      }
      const end = start + first;
      if (!hasSingle && (starts[end]! < 0 || before + unknownScore > best[end]!))
        offer(start, end, before + unknownScore, unknownId());
      start = end;
    }
    // Reads the path back from the end. Consecutive unknown characters become one unknown text.
    const texts: string[] = [];
    let unknownEnd = -1;
    for (let end = length; end > 0; end = starts[end]!) {
      const start = starts[end]!;
      const isUnknown = found[end] === unknown;
      if (isUnknown && unknownEnd < 0) unknownEnd = end;
      if (!isUnknown && unknownEnd >= 0) {
        texts.push(piece.slice(end, unknownEnd));
        unknownEnd = -1;
      }
      if (!isUnknown) texts.push(piece.slice(start, end));
    }
    if (unknownEnd >= 0) texts.push(piece.slice(0, unknownEnd));
    for (let i = texts.length - 1; i >= 0; i--) push(texts[i]!, out);
  };
  return { encode, idOf: (token) => ids.get(token), size: tokens.length, limit: tokens.length };
}

function readPieces(fields: Fields): { tokens: string[]; scores: Float64Array } {
  const vocabulary = fields.list('vocab');
  const tokens: string[] = [];
  const scores = new Float64Array(vocabulary.length);
  for (const [i, entry] of vocabulary.entries()) {
    const [token, score, ...rest] = Array.isArray(entry) ? (entry as unknown[]) : [];
    if (typeof token !== 'string' || typeof score !== 'number' || rest.length > 0)
      throw malformed(`${fields.where}.vocab`, 'a list of pieces with their scores');
    tokens.push(token);
    scores[i] = asRustReads(score);
  }
  return { tokens, scores };
}

/**
 * Parses a score as Rust's `serde_json` does: the digits as a whole number, divided by a power of ten. This rounds
 * twice, which decides between segmentations with almost equal sums.
 */
function asRustReads(score: number): number {
  const [, sign, whole, fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(score)) ?? [];
  if (whole === undefined) return score;
  const digits = Number(whole + fraction);
  const power = Number(exponent) - fraction.length;
  const value = power < 0 ? digits / Number(`1e${-power}`) : digits * Number(`1e${power}`);
  return sign === '-' ? -value : value;
}
