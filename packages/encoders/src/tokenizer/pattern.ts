import { isObject } from '@scalearn/core/files';
import type { Fields } from './fields.ts';
import { malformed } from './json.ts';
import { compileRegex } from './regex/compile.ts';

/** The pattern of a `Split` or a `Replace`. */
export interface Pattern {
  /** Returns start and end of each match, in order, in one flat list. */
  find(text: string): readonly number[];
  /** Whether it can match an empty text. */
  readonly matchesEmpty: boolean;
}

/**
 * Reads a pattern: `{"String": …}` or `{"Regex": …}`.
 *
 * @throws TokenizerError `malformed`, or `unsupported` for unsupported parts of a regular expression
 */
export function readPattern(fields: Fields, name: string): Pattern {
  const value = fields.raw(name);
  const [[kind, text] = [], ...others] = isObject(value) ? Object.entries(value) : [];
  if (typeof text === 'string' && others.length === 0) {
    if (kind === 'String') return text === '' ? compileRegex('', fields.where) : literal(text);
    if (kind === 'Regex') return compileRegex(text, fields.where);
  }
  throw malformed(`${fields.where}.${name}`, 'a String or a Regex');
}

function literal(wanted: string): Pattern {
  return {
    matchesEmpty: false,
    find: (text) => {
      const matches: number[] = [];
      for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length))
        matches.push(at, at + wanted.length);
      return matches;
    },
  };
}
