import type { Fields } from '../fields.ts';
import { malformed } from '../json.ts';
import { cut, type PreTokenize } from './piece.ts';

/** Splits into pieces of a fixed number of characters (`pre_tokenizers/fixed_length.rs`). */
export function fixedLength(fields: Fields): PreTokenize {
  const length = fields.count('length', 5);
  if (length === 0) throw malformed(`${fields.where}.length`, 'at least 1');
  return (piece, out) => {
    let start = 0;
    let end = 0;
    let count = 0;
    for (const character of piece.text) {
      end += character.length;
      if (++count % length !== 0) continue;
      out.push(cut(piece, start, end));
      start = end;
    }
    if (start < end) out.push(cut(piece, start, end));
  };
}
