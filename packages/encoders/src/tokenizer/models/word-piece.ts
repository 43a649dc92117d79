import type { Fields } from '../fields.ts';
import { type Model, readUnknown, readVocabulary, vocabularyOf } from './model.ts';

/**
 * Finds the longest matching token, then repeatedly the longest token that continues it (`models/wordpiece/mod.rs`).
 */
export function wordPiece(fields: Fields): Model {
  const vocabulary = readVocabulary(fields);
  const unknown = readUnknown(fields, vocabulary);
  const prefix = fields.string('continuing_subword_prefix', '##');
  const longestWord = fields.count('max_input_chars_per_word', 100);
  let longestToken = 0;
  for (const token of vocabulary.keys()) longestToken = Math.max(longestToken, token.length);

  const encode = (piece: string, out: number[]): void => {
    // A character has at most two units, so most words need not be counted.
    if (piece.length > longestWord && (piece.length > 2 * longestWord || [...piece].length > longestWord)) {
      out.push(unknown);
      return;
    }
    const length = out.length;
    let start = 0;
    while (start < piece.length) {
      let end = Math.min(piece.length, start + longestToken);
      let id: number | undefined;
      for (; end > start; end--) {
        const part = piece.slice(start, end);
        id = vocabulary.get(start === 0 ? part : prefix + part);
        if (id !== undefined) break;
      }
      if (id === undefined) {
        out.length = length;
        out.push(unknown);
        return;
      }
      out.push(id);
      start = end;
    }
  };
  return { encode, ...vocabularyOf(vocabulary) };
}
