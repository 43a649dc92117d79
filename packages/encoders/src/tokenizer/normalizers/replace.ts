import type { Fields } from '../fields.ts';
import { unsupported } from '../json.ts';
import { readPattern } from '../pattern.ts';
import type { Normalizer } from './normalizer.ts';

/** Replaces every match by `content` (`normalizers/replace.rs`). */
export function replace(fields: Fields): Normalizer {
  const pattern = readPattern(fields, 'pattern');
  const content = fields.string('content');
  if (pattern.matchesEmpty)
    // The Rust library miscounts characters in this case and repeats some.
    throw unsupported(
      `a pattern that matches no characters in ${fields.where}`,
      'it would insert text everywhere',
    );
  return {
    normalize: (text) => {
      const matches = pattern.find(text);
      if (matches.length === 0) return text;
      let result = '';
      let position = 0;
      for (let i = 0; i < matches.length; i += 2) {
        result += text.slice(position, matches[i]) + content;
        position = matches[i + 1]!;
      }
      return result + text.slice(position);
    },
    lead: (text, lead) => {
      const matches = pattern.find(text);
      let result = 0;
      let position = 0;
      for (let i = 0; i < matches.length && matches[i]! < lead; i += 2) {
        result += matches[i]! - position;
        position = matches[i + 1]!;
        // The replacement has the position of the last replaced character.
        if (position > lead) return result;
        result += content.length;
      }
      return result + lead - position;
    },
  };
}
