import { visibleBytes } from '../characters.ts';
import type { Fields } from '../fields.ts';
import { cut, type Piece, type PreTokenize } from './piece.ts';

/**
 * Matches contractions; words, numbers and other characters with the space before them; and the remaining white space.
 */
const GPT2_WORDS =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/**
 * Splits into words with the space before them, and writes each byte as a character (`pre_tokenizers/byte_level.rs`).
 */
export function byteLevel(fields: Fields): PreTokenize {
  const addBlank = fields.boolean('add_prefix_space');
  const isSplit = fields.boolean('use_regex', true);
  fields.skip('trim_offsets');
  return (piece, out) => {
    const isBlankAdded = addBlank && !piece.text.startsWith(' ');
    const all = isBlankAdded ? { text: ` ${piece.text}`, lead: piece.lead && piece.lead + 1 } : piece;
    if (!isSplit) {
      out.push(inBytes(all));
      return;
    }
    // The pattern matches the whole text.
    let position = 0;
    for (const word of all.text.match(GPT2_WORDS) ?? []) {
      const end = position + word.length;
      out.push(inBytes(position < all.lead ? cut(all, position, end) : { text: word, lead: 0 }));
      position = end;
    }
  };
}

function inBytes({ text, lead }: Piece): Piece {
  return { text: visibleBytes(text), lead: lead && visibleBytes(text.slice(0, lead)).length };
}
