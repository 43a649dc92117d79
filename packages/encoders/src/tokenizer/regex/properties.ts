import { matching, type Test } from './character-set.ts';

/** Oniguruma's Unicode definitions of the POSIX classes, as JavaScript classes. */
const posix: Readonly<Record<string, string>> = {
  alnum: '[\\p{Alphabetic}\\p{Nd}]',
  alpha: '\\p{Alphabetic}',
  ascii: '[\\0-\\x7f]',
  blank: '[\\p{Zs}\\t]',
  cntrl: '\\p{Cc}',
  digit: '\\p{Nd}',
  graph: '[^\\p{White_Space}\\p{Cc}\\p{Cn}\\p{Cs}]',
  lower: '\\p{Lowercase}',
  print: '[^\\p{Cc}\\p{Cn}\\p{Cs}\\u2028\\u2029]',
  punct: '[\\p{P}\\p{S}]',
  space: '\\p{White_Space}',
  upper: '\\p{Uppercase}',
  xdigit: '[0-9a-fA-F]',
  word: '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}]',
};

const known = new Map<string, Test | undefined>();

/** Returns a POSIX class by its name in lower case. */
export function posixClass(name: string): Test | undefined {
  return property(name, Object.hasOwn(posix, name) ? [posix[name]!] : []);
}

/** ², ³, ¹, ¼, ½ and ¾, which Oniguruma treats as word characters outside classes. */
const LATIN_1_WORD = /[\xb2\xb3\xb9\xbc-\xbe]/;

/** Returns whether `\w` matches a character outside classes. */
export function isWordCharacter(code: number): boolean {
  return posixClass('word')!(code) || (code < 0x100 && LATIN_1_WORD.test(String.fromCharCode(code)));
}

/** Returns the set of `\p{name}`: a general category, a script, or a POSIX class. */
export function unicodeProperty(name: string): Test | undefined {
  const plain = name.toLowerCase();
  if (plain === 'any') return () => true;
  // These sets differ from the POSIX classes, and patterns do not use them.
  if (plain === 'word' || plain === 'graph' || plain === 'print') return undefined;
  if (plain === 'punct') return property('p P', ['\\p{P}']);
  if (Object.hasOwn(posix, plain)) return posixClass(plain);
  return property(`p ${name}`, [
    `\\p{General_Category=${name}}`,
    `\\p{Script=${name}}`,
    ...(name === 'Alphabetic' || name === 'White_Space' || name === 'Emoji' ? [`\\p{${name}}`] : []),
  ]);
}

/** Returns the set of the first source that JavaScript supports. */
function property(key: string, sources: readonly string[]): Test | undefined {
  if (known.has(key)) return known.get(key);
  let found: Test | undefined;
  for (const source of sources) {
    try {
      found = matching(source);
      break;
    } catch {
      // JavaScript does not support this property.
    }
  }
  known.set(key, found);
  return found;
}
