import { isObject } from '@scalearn/core/files';
import type { Fields } from '../fields.ts';
import { isId, malformed } from '../json.ts';

/** Converts a piece of text to ids. */
export interface Model {
  /** Appends the ids of a piece. The piece is not empty. */
  encode(piece: string, out: number[]): void;
  idOf(token: string): number | undefined;
  /** Number of tokens in its vocabulary. */
  readonly size: number;
  /** All ids are below this number. */
  readonly limit: number;
}

/** Reads the `vocab` of a model as a map. @throws TokenizerError `malformed` */
export function readVocabulary(fields: Fields): Map<string, number> {
  const vocabulary = fields.raw('vocab');
  const expected = 'an object of tokens with their ids';
  if (!isObject(vocabulary)) throw malformed(`${fields.where}.vocab`, expected);
  const entries = Object.entries(vocabulary);
  // Ids may have gaps, but an id far beyond their number means that the file is damaged.
  const limit = 2 * entries.length + 100_000;
  const ids = new Map<string, number>();
  for (const [token, id] of entries) {
    if (!isId(id) || id >= limit) throw malformed(`${fields.where}.vocab`, expected);
    ids.set(token, id);
  }
  return ids;
}

/** Returns the vocabulary properties of a model. */
export function vocabularyOf(
  vocabulary: ReadonlyMap<string, number>,
): Pick<Model, 'idOf' | 'size' | 'limit'> {
  let limit = 0;
  for (const id of vocabulary.values()) limit = Math.max(limit, id + 1);
  return { idOf: (token) => vocabulary.get(token), size: vocabulary.size, limit };
}

/** Returns the id of the unknown token. @throws TokenizerError `malformed` if the vocabulary lacks it */
export function readUnknown(fields: Fields, vocabulary: ReadonlyMap<string, number>): number {
  const id = vocabulary.get(fields.string('unk_token'));
  if (id === undefined) throw malformed(`${fields.where}.unk_token`, 'a token of the vocabulary');
  return id;
}

/** Returns the ids of the tokens for the bytes 0 to 255, if the vocabulary has them. */
export function byteIds(vocabulary: ReadonlyMap<string, number>): readonly (number | undefined)[] {
  return Array.from({ length: 256 }, (_, byte) =>
    vocabulary.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`),
  );
}
