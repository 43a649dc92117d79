import type { Fields } from '../fields.ts';
import { isId, isJson, malformed } from '../json.ts';

/** A step from a piece of text to ids. */
export interface Model {
  /** Appends the ids of a piece, which is not empty. */
  encode(piece: string, out: number[]): void;
  idOf(token: string): number | undefined;
  /** Tokens in its vocabulary. */
  readonly size: number;
  /** Ids are below this number. */
  readonly limit: number;
}

/** The `vocab` of a model as a map. @throws TokenizerError `malformed` */
export function readVocabulary(fields: Fields): Map<string, number> {
  const vocabulary = fields.raw('vocab');
  const expected = 'an object of tokens with their ids';
  if (!isJson(vocabulary)) throw malformed(`${fields.where}.vocab`, expected);
  const entries = Object.entries(vocabulary);
  // Ids may have gaps, but one far beyond their number is damage.
  const limit = 2 * entries.length + 100_000;
  const ids = new Map<string, number>();
  for (const [token, id] of entries) {
    if (!isId(id) || id >= limit) throw malformed(`${fields.where}.vocab`, expected);
    ids.set(token, id);
  }
  return ids;
}

/** What a model says of its vocabulary. */
export function vocabularyOf(
  vocabulary: ReadonlyMap<string, number>,
): Pick<Model, 'idOf' | 'size' | 'limit'> {
  let limit = 0;
  for (const id of vocabulary.values()) limit = Math.max(limit, id + 1);
  return { idOf: (token) => vocabulary.get(token), size: vocabulary.size, limit };
}

/** The id of the token that stands for unknown ones. @throws TokenizerError `malformed` if the vocabulary lacks it */
export function readUnknown(fields: Fields, vocabulary: ReadonlyMap<string, number>): number {
  const id = vocabulary.get(fields.string('unk_token'));
  if (id === undefined) throw malformed(`${fields.where}.unk_token`, 'a token of the vocabulary');
  return id;
}

/** Ids of the tokens that stand for the bytes 0 to 255, where the vocabulary has them. */
export function byteIds(vocabulary: ReadonlyMap<string, number>): readonly (number | undefined)[] {
  return Array.from({ length: 256 }, (_, byte) =>
    vocabulary.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`),
  );
}
