import { matching, type Test } from './character-set.ts';

/** The classes of POSIX as Oniguruma knows them for Unicode, as classes of JavaScript. */
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

/** A class of POSIX by its name, which is in lower case. */
export function posixClass(name: string): Test | undefined {
  return property(name, Object.hasOwn(posix, name) ? [posix[name]!] : []);
}

/** ², ³, ¹, ¼, ½ and ¾, which Oniguruma takes for parts of words outside classes. */
const LATIN_1_WORD = /[\xb2\xb3\xb9\xbc-\xbe]/;

/** What `\w` means outside classes. */
export function isWordCharacter(code: number): boolean {
  return posixClass('word')!(code) || (code < 0x100 && LATIN_1_WORD.test(String.fromCharCode(code)));
}

/** What `\p{name}` matches: a general category, a script, or a class of POSIX. */
export function unicodeProperty(name: string): Test | undefined {
  const plain = name.toLowerCase();
  if (plain === 'any') return () => true;
  // Other sets than the classes of POSIX, and nothing that patterns use.
  if (plain === 'word' || plain === 'graph' || plain === 'print') return undefined;
  if (plain === 'punct') return property('p P', ['\\p{P}']);
  if (Object.hasOwn(posix, plain)) return posixClass(plain);
  return property(`p ${name}`, [
    `\\p{General_Category=${name}}`,
    `\\p{Script=${name}}`,
    ...(name === 'Alphabetic' || name === 'White_Space' || name === 'Emoji' ? [`\\p{${name}}`] : []),
  ]);
}

/** The first of the sources that JavaScript knows. */
function property(key: string, sources: readonly string[]): Test | undefined {
  if (known.has(key)) return known.get(key);
  let found: Test | undefined;
  for (const source of sources) {
    try {
      found = matching(source);
      break;
    } catch {
      // JavaScript knows no such property.
    }
  }
  known.set(key, found);
  return found;
}
