import type { Fields } from '../fields.ts';
import { type Model, readUnknown, readVocabulary, vocabularyOf } from './model.ts';

/** Encodes a piece as one token or as unknown (`models/wordlevel/mod.rs`). */
export function wordLevel(fields: Fields): Model {
  const vocabulary = readVocabulary(fields);
  const unknown = readUnknown(fields, vocabulary);
  return {
    encode: (piece, out) => out.push(vocabulary.get(piece) ?? unknown),
    ...vocabularyOf(vocabulary),
  };
}
