import type { Fields } from '../fields.ts';
import { malformed } from '../json.ts';
import type { Piece, PreTokenizer } from './piece.ts';
import { findAll, split } from './split.ts';

/**
 * Replaces spaces by a visible character, which may also be prepended to a piece, and splits before each of them
 * (`pre_tokenizers/metaspace.rs`). In older files `add_prefix_space` has the role of `prepend_scheme`.
 */
export function metaspace(fields: Fields): PreTokenizer {
  const replacement = fields.character('replacement');
  const prefix = fields.raw('add_prefix_space') ?? true;
  const scheme = fields.oneOf(
    'prepend_scheme',
    ['always', 'first', 'never'],
    prefix === false ? 'never' : 'always',
  );
  if (typeof prefix !== 'boolean' || (prefix === false && scheme !== 'never'))
    throw malformed(`${fields.where}.add_prefix_space`, 'in agreement with prepend_scheme');
  const isSplit = fields.boolean('split', true);
  fields.skip('str_rep');
  const find = findAll(new RegExp(`\\u{${replacement.codePointAt(0)!.toString(16)}}`, 'gu'));

  const preTokenize = (piece: Piece, out: Piece[]): void => {
    const replaced = replaceBlanks(piece, replacement);
    const isPrefixed =
      (scheme === 'always' || (scheme === 'first' && replaced.lead > 0)) &&
      !replaced.text.startsWith(replacement);
    const prefixed = isPrefixed
      ? { text: replacement + replaced.text, lead: replaced.lead && replaced.lead + replacement.length }
      : replaced;
    if (isSplit) split(prefixed, find, 'MergedWithNext', false, out);
    else out.push(prefixed);
  };
  return { preTokenize, usesLead: scheme === 'first' };
}

function replaceBlanks({ text, lead }: Piece, replacement: string): Piece {
  const lengthened =
    lead === 0 || replacement.length === 1 ? lead : text.slice(0, lead).replaceAll(' ', replacement).length;
  return { text: text.replaceAll(' ', () => replacement), lead: lengthened };
}
