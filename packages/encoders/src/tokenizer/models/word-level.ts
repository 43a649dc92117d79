import type { Fields } from '../fields.ts';
import { type Model, readUnknown, readVocabulary, vocabularyOf } from './model.ts';

/** A piece is one token or unknown (`models/wordlevel/mod.rs`). */
export function wordLevel(fields: Fields): Model {
  const vocabulary = readVocabulary(fields);
  const unknown = readUnknown(fields, vocabulary);
  return {
    encode: (piece, out) => out.push(vocabulary.get(piece) ?? unknown),
    ...vocabularyOf(vocabulary),
  };
}
