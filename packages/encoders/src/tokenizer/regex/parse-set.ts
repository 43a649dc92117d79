import { anyOf, matching, not, range, type Test } from './character-set.ts';
import { posixClass, unicodeProperty } from './properties.ts';
import type { Reader } from './reader.ts';

/** Escapes of single characters. */
const controls: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, a: 7, e: 27 };

/** The meaning of a character after a backslash: one character by its code point, or a set. */
export type Escape = { readonly code: number } | { readonly set: Test };

/** Parses the text after a backslash that means a character or a set of characters, inside or outside a class. */
export function parseEscape(reader: Reader): Escape {
  const letter = reader.take();
  if (!/[a-zA-Z0-9]/.test(letter)) return { code: letter.codePointAt(0)! };
  const control = Object.hasOwn(controls, letter) ? controls[letter] : undefined;
  if (control !== undefined) return { code: control };
  switch (letter) {
    case 'd':
    case 'D':
    case 's':
    case 'S':
    case 'w':
    case 'W':
    case 'h':
    case 'H': {
      const names = { d: 'digit', s: 'space', w: 'word', h: 'xdigit' } as const;
      const set = posixClass(names[letter.toLowerCase() as keyof typeof names])!;
      return { set: letter === letter.toLowerCase() ? set : not(set) };
    }
    case 'x': {
      const hex = reader.match(/^\{([0-9a-fA-F]{1,6})\}/) ?? reader.match(/^([0-9a-fA-F]{1,2})/);
      const code = Number.parseInt(hex?.[1] ?? '', 16);
      // Beyond ASCII two digits mean a byte of UTF-8.
      if (!(code <= 0x10ffff) || (code > 0x7f && !hex![0].startsWith('{')))
        throw reader.refuse('\\x has no character');
      return { code };
    }
    case 'u': {
      const hex = reader.match(/^[0-9a-fA-F]{4}/);
      if (!hex) throw reader.refuse('\\u is not followed by four digits');
      return { code: Number.parseInt(hex[0], 16) };
    }
    case 'p':
    case 'P': {
      const name = reader.match(/^\{(\^?)([\w -]{1,60})\}/);
      const set = name && unicodeProperty(name[2]!);
      if (!set) throw reader.refuse(`\\${letter} names no known property`);
      return { set: (letter === 'P') !== (name[1] === '^') ? not(set) : set };
    }
    default:
      throw reader.refuse(`\\${letter} is not known`);
  }
}

/** Returns the set of one character, optionally ignoring case. */
export function single(code: number, ignoresCase: boolean, reader: Reader): Test {
  if (!ignoresCase) return (other) => other === code;
  if (code > 0x7f) throw reader.refuse('letters beyond ASCII are compared in any case');
  return matching(`[\\u{${code.toString(16)}}]`, 'iu');
}

/** Parses a class after its opening bracket: `[a-z\d&&[^e]]`. */
export function parseClass(reader: Reader, ignoresCase: boolean, depth = 0): Test {
  if (depth > 16) throw reader.refuse('its classes are nested too deep');
  const isNegated = reader.accept('^');
  const parts: Test[] = [];
  let items: Test[] = [];
  let isFirst = true;
  for (; !reader.accept(']') || (isFirst && items.push(single(0x5d, false, reader)) > 0); isFirst = false) {
    if (reader.accept('&&')) {
      parts.push(anyOf(items));
      items = [];
      continue;
    }
    if (reader.accept('[:')) {
      const name = reader.match(/^(\^?)([a-z]+):\]/);
      const set = name && posixClass(name[2]!);
      if (!set) throw reader.refuse('[: names no known class');
      items.push(name[1] ? not(set) : set);
    } else if (reader.accept('[')) {
      items.push(parseClass(reader, ignoresCase, depth + 1));
    } else {
      items.push(parseItem(reader, ignoresCase));
    }
  }
  parts.push(anyOf(items));
  const all: Test = parts.length === 1 ? parts[0]! : (code) => parts.every((part) => part(code));
  return isNegated ? not(all) : all;
}

/** Parses a character, a range or a set in a class. */
function parseItem(reader: Reader, ignoresCase: boolean): Test {
  const one = (): Escape =>
    reader.accept('\\') ? parseEscape(reader) : { code: reader.take().codePointAt(0)! };
  const from = one();
  if ('set' in from) {
    if (ignoresCase) throw reader.refuse('a set of letters is compared in any case');
    return from.set;
  }
  if (reader.match(/^-(?!\])/) === undefined) return single(from.code, ignoresCase, reader);
  const to = one();
  if ('set' in to || to.code < from.code) throw reader.refuse('a range has no end');
  if (!ignoresCase) return range(from.code, to.code);
  if (to.code > 0x7f) throw reader.refuse('letters beyond ASCII are compared in any case');
  const [first, last] = [from, to].map(({ code }) => `\\u{${code.toString(16)}}`);
  return matching(`[${first}-${last}]`, 'iu');
}
