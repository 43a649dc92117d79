import type { Fields } from '../fields.ts';
import type { Normalizer } from './normalizer.ts';

/** Removes white space at the ends of a text (`normalizers/strip.rs`). */
export function strip(fields: Fields): Normalizer {
  const left = fields.boolean('strip_left');
  const right = fields.boolean('strip_right');
  const start = (text: string): number => (left ? text.search(/\P{White_Space}|$/u) : 0);
  return {
    normalize: (text) => {
      const rest = text.slice(start(text));
      if (!right) return rest;
      let end = rest.length;
      while (end > 0 && /\p{White_Space}/u.test(rest[end - 1]!)) end--;
      return rest.slice(0, end);
    },
    lead: (text, lead) => Math.max(0, lead - start(text)),
  };
}
