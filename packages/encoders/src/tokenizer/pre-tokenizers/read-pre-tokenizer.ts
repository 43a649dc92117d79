import { WHITE_SPACE, WORD } from '../characters.ts';
import { Fields, readSequence } from '../fields.ts';
import { shown, unsupported } from '../json.ts';
import { readPattern } from '../pattern.ts';
import { PUNCTUATION } from '../unicode-tables.ts';
import { byteLevel } from './byte-level.ts';
import { fixedLength } from './fixed-length.ts';
import { metaspace } from './metaspace.ts';
import type { Piece, PreTokenize, PreTokenizer } from './piece.ts';
import { type Behavior, behaviors, type Find, findAll, split } from './split.ts';

/**
 * Reads the `pre_tokenizer` of a tokenizer.json. Each kind behaves as in the source file of the Rust library
 * `tokenizers` that its comment names.
 *
 * @throws TokenizerError `malformed` or `unsupported`
 */
export function readPreTokenizer(config: unknown, where = 'pre_tokenizer', depth = 0): PreTokenizer {
  if (config === null || config === undefined) return anywhere((piece, out) => out.push(piece));
  const fields = new Fields(config, where);
  const preTokenizer = read(fields, depth);
  fields.close();
  return preTokenizer;
}

function read(fields: Fields, depth: number): PreTokenizer {
  switch (fields.type) {
    case 'Sequence':
      return sequence(readSequence(fields, 'pretokenizers', depth, readPreTokenizer));
    case 'BertPreTokenizer': // pre_tokenizers/bert.rs
      return keep(`[${PUNCTUATION}]|[^${WHITE_SPACE}${PUNCTUATION}]+`);
    case 'WhitespaceSplit': // pre_tokenizers/whitespace.rs
      return keep(`[^${WHITE_SPACE}]+`);
    case 'Whitespace':
      return keep(`[${WORD}]+|[^${WORD}${WHITE_SPACE}]+`);
    case 'ByteLevel':
      return anywhere(byteLevel(fields));
    case 'Metaspace':
      return metaspace(fields);
    case 'Punctuation': // pre_tokenizers/punctuation.rs
      return at(eachOf(PUNCTUATION), fields.oneOf('behavior', behaviors, 'Isolated'));
    case 'Digits': // pre_tokenizers/digits.rs
      return at(eachOf('\\p{N}'), fields.boolean('individual_digits') ? 'Isolated' : 'Contiguous');
    case 'CharDelimiterSplit': {
      // pre_tokenizers/delimiter.rs
      const code = fields.character('delimiter').codePointAt(0)!;
      return at(eachOf(`\\u{${code.toString(16)}}`), 'Removed');
    }
    case 'Split': {
      // pre_tokenizers/split.rs
      const pattern = readPattern(fields, 'pattern');
      return at((text) => pattern.find(text), fields.oneOf('behavior', behaviors), fields.boolean('invert'));
    }
    case 'FixedLength':
      return anywhere(fixedLength(fields));
    case 'UnicodeScripts':
      throw unsupported(`the pre_tokenizer ${fields.type}`, 'it splits by scripts as Unicode 9 had them');
    default:
      throw unsupported(`the pre_tokenizer ${shown(fields.type)}`, 'no such kind is known');
  }
}

function eachOf(characters: string): Find {
  return findAll(new RegExp(`[${characters}]`, 'gu'));
}

/** Makes a pre-tokenizer that does not depend on the position of pieces. */
function anywhere(preTokenize: PreTokenize): PreTokenizer {
  return { preTokenize, usesLead: false };
}

function at(find: Find, behavior: Behavior, invert = false): PreTokenizer {
  return anywhere((piece, out) => split(piece, find, behavior, invert, out));
}

/** Keeps the matches of the pattern and drops the rest. */
function keep(pattern: string): PreTokenizer {
  const regex = new RegExp(pattern, 'gu');
  const find = findAll(regex);
  return anywhere((piece, out) => {
    if (piece.lead > 0) split(piece, find, 'Removed', true, out);
    else for (const text of piece.text.match(regex) ?? []) out.push({ text, lead: 0 });
  });
}

function sequence(steps: readonly PreTokenizer[]): PreTokenizer {
  const preTokenize = (piece: Piece, out: Piece[]): void => {
    let pieces = [piece];
    for (const step of steps) {
      const next: Piece[] = [];
      for (const each of pieces) step.preTokenize(each, next);
      pieces = next;
    }
    for (const each of pieces) out.push(each);
  };
  return { preTokenize, usesLead: steps.some(({ usesLead }) => usesLead) };
}
