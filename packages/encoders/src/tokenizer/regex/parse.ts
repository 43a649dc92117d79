import { CharacterSet, matching, not, type Test } from './character-set.ts';
import { parseClass, parseEscape, single } from './parse-set.ts';
import { isWordCharacter } from './properties.ts';
import { Reader } from './reader.ts';
import { type Assertion, longest, type Node, shortest } from './syntax.ts';

interface Options {
  readonly ignoresCase: boolean;
  /** Whether a dot also matches line ends. Ruby's flag is m. */
  readonly isMultiline: boolean;
  readonly depth: number;
}

/** Pairs of letters that equal a single letter if case is ignored: ﬀ, ﬁ, ﬂ, ß, ﬆ. */
const FOLDED_PAIRS = /^(ff|fi|fl|ss|st)$/i;

const assertions: Readonly<Record<string, Assertion>> = {
  b: 'wordBoundary',
  B: 'noWordBoundary',
  A: 'textStart',
  z: 'textEnd',
  Z: 'lastLineEnd',
};

/**
 * Parses a regular expression in the dialect of the Rust library, which is Oniguruma's Ruby syntax. It refuses unknown
 * syntax and expressions that cannot be matched in linear time: references to groups, and loops over possibly empty
 * matches.
 *
 * @throws TokenizerError `unsupported`
 */
export function parseRegex(pattern: string, where: string): Node {
  const reader = new Reader(pattern, where);
  const node = parseChoice(reader, { ignoresCase: false, isMultiline: false, depth: 0 });
  if (!reader.isAtEnd) throw reader.refuse('a parenthesis closes nothing');
  return node;
}

function parseChoice(reader: Reader, outer: Options): Node {
  if (outer.depth > 32) throw reader.refuse('its groups are nested too deep');
  let options = outer;
  // Options that apply to the rest of the group.
  for (let set = reader.match(OPTIONS_ALONE); set; set = reader.match(OPTIONS_ALONE)) {
    options = changed(options, set[1]!);
  }
  const items = [parseSequence(reader, options)];
  while (reader.accept('|')) items.push(parseSequence(reader, options));
  return items.length === 1 ? items[0]! : { kind: 'choice', items };
}

const OPTIONS_ALONE = /^\(\?([im]*(?:-[im]+)?)\)/;
const OPTIONS_OF_GROUP = /^([im]*(?:-[im]+)?):/;

function changed(options: Options, flags: string): Options {
  const [on = '', off = ''] = flags.split('-');
  const is = (flag: string, before: boolean) => (on.includes(flag) || before) && !off.includes(flag);
  return {
    ...options,
    ignoresCase: is('i', options.ignoresCase),
    isMultiline: is('m', options.isMultiline),
  };
}

function parseSequence(reader: Reader, options: Options): Node {
  const items: Node[] = [];
  let before = '';
  while (!reader.isAtEnd && reader.next !== '|' && reader.next !== ')') {
    const letter = reader.next;
    if (options.ignoresCase && FOLDED_PAIRS.test(before + letter))
      throw reader.refuse(`${before}${letter} is compared in any case`);
    before = letter;
    const atom = parseAtom(reader, options);
    if (atom) items.push(parseRepeat(reader, atom));
  }
  return items.length === 1 ? items[0]! : { kind: 'sequence', items };
}

function parseRepeat(reader: Reader, atom: Node): Node {
  const found = reader.match(/^(?:[?*+]|\{(\d{1,5})\}|\{(\d{0,5}),(\d{0,5})\})/);
  if (!found || found[0] === '{,}') return atom;
  const [text, exact, from, to] = found;
  const bounds: Record<string, [number, number]> = { '?': [0, 1], '*': [0, Infinity], '+': [1, Infinity] };
  const [min, max] = bounds[text] ?? [
    Number(exact ?? (from || 0)),
    exact !== undefined ? Number(exact) : to ? Number(to) : Number.POSITIVE_INFINITY,
  ];
  if (max < min) throw reader.refuse(`${text} counts backward`);
  const isInterval = text.startsWith('{');
  const isLazy = (!isInterval || exact === undefined) && reader.accept('?');
  const isPossessive = !isLazy && !isInterval && reader.accept('+');
  if (reader.match(/^(?:[?*+]|\{\d*,?\d*\})/)) throw reader.refuse('a repetition is repeated');
  if (atom.kind === 'assert' || atom.kind === 'look') throw reader.refuse('a condition is repeated');
  if (max === Number.POSITIVE_INFINITY && shortest(atom) === 0)
    throw reader.refuse('what may be empty is repeated without end');
  const repeat: Node = { kind: 'repeat', item: atom, min, max, isLazy };
  return isPossessive ? { kind: 'atomic', item: repeat } : repeat;
}

/** Parses one unit that may be repeated. Returns nothing for a comment. */
function parseAtom(reader: Reader, options: Options): Node | undefined {
  const character = reader.take();
  switch (character) {
    case '(':
      return parseGroup(reader, options);
    case '[':
      return set(parseClass(reader, options.ignoresCase));
    case '.':
      return set(options.isMultiline ? () => true : (code) => code !== 10);
    case '^':
      return { kind: 'assert', what: 'lineStart' };
    case '$':
      return { kind: 'assert', what: 'lineEnd' };
    case '\\':
      return parseBackslash(reader, options);
    case '*':
    case '+':
    case '?':
      throw reader.refuse('a repetition repeats nothing');
    default:
      return set(single(character.codePointAt(0)!, options.ignoresCase, reader));
  }
}

function set(test: Test): Node {
  return { kind: 'set', set: new CharacterSet(test) };
}

function parseBackslash(reader: Reader, options: Options): Node {
  const what = Object.hasOwn(assertions, reader.next) ? assertions[reader.next] : undefined;
  if (what) {
    reader.take();
    return { kind: 'assert', what };
  }
  if (reader.accept('R')) {
    const [carriageReturn, lineFeed] = [set((code) => code === 13), set((code) => code === 10)];
    const both: Node = { kind: 'sequence', items: [carriageReturn, lineFeed] };
    const one = set(matching('[\\n-\\r\\x85\\u2028\\u2029]'));
    return { kind: 'atomic', item: { kind: 'choice', items: [both, one] } };
  }
  if (reader.accept('w')) return set(isWordCharacter);
  if (reader.accept('W')) return set(not(isWordCharacter));
  const isPlain = /[dDsS]/.test(reader.next);
  const meaning = parseEscape(reader);
  if ('code' in meaning) return set(single(meaning.code, options.ignoresCase, reader));
  if (options.ignoresCase && !isPlain) throw reader.refuse('a set of letters is compared in any case');
  return set(meaning.set);
}

function parseGroup(reader: Reader, outer: Options): Node | undefined {
  const options = { ...outer, depth: outer.depth + 1 };
  const inside = (inner: Options = options): Node => {
    const node = parseChoice(reader, inner);
    reader.expect(')');
    return node;
  };
  if (!reader.accept('?')) return inside();
  if (reader.accept(':')) return inside();
  if (reader.accept('>')) return { kind: 'atomic', item: inside() };
  if (reader.accept('#')) {
    while (reader.take() !== ')');
    return undefined;
  }
  for (const isNegative of [false, true]) {
    const sign = isNegative ? '!' : '=';
    if (reader.accept(sign)) return { kind: 'look', isAhead: true, isNegative, item: inside() };
    if (reader.accept(`<${sign}`)) {
      const item = inside();
      const alternatives = item.kind === 'choice' ? item.items : [item];
      if (alternatives.some((each) => shortest(each) !== longest(each)))
        throw reader.refuse('what it looks back for has no fixed length');
      return { kind: 'look', isAhead: false, isNegative, item };
    }
  }
  if (reader.match(/^<[A-Za-z_]\w{0,40}>/)) return inside();
  const flags = reader.match(OPTIONS_OF_GROUP);
  if (flags) return inside(changed(options, flags[1]!));
  throw reader.refuse('a group is of a kind that is not known, or sets options in its middle');
}
