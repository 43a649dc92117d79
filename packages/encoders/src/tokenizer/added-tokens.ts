import { WHITE_SPACE, WORD } from './characters.ts';
import { Fields } from './fields.ts';
import { isId, malformed, shown, unsupported } from './json.ts';
import { Trie } from './models/trie.ts';
import type { Normalizer } from './normalizers/normalizer.ts';

/** A token in addition to the model's vocabulary. It is found in a text before all other steps. */
interface AddedToken {
  readonly content: string;
  /** Whether it only matches without a letter or digit next to it. */
  readonly singleWord: boolean;
  /** Whether white space before it (`lstrip`) or after it (`rstrip`) belongs to it. */
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  /** Whether it is searched for in the normalized text and is itself normalized. */
  readonly normalized: boolean;
  readonly special: boolean;
}

/** A part of a text: an added token if there is an id, otherwise text that is still to be encoded. */
export interface Section {
  readonly start: number;
  readonly end: number;
  readonly id: number | undefined;
}

/** Added tokens as in the Rust library (`tokenizer/added_vocabulary.rs`). */
export interface AddedTokens {
  /** Finds those that are searched for in the original text. */
  readonly splitRaw: (text: string) => readonly Section[];
  /** Finds those that are searched for in the normalized text. */
  readonly splitNormalized: (text: string) => readonly Section[];
  /** Their ids by content. */
  readonly ids: ReadonlyMap<string, number>;
}

/**
 * Reads the `added_tokens` of a tokenizer.json. As in the Rust library, a token of the vocabulary has its id there, and
 * the others follow the vocabulary in order. The ids in the file are not used.
 *
 * @param idOf returns an id of the model's vocabulary
 * @param size number of tokens of the model's vocabulary
 * @throws TokenizerError `malformed` or `unsupported`
 */
export function readAddedTokens(
  config: unknown,
  normalizer: Normalizer,
  idOf: (token: string) => number | undefined,
  size: number,
): AddedTokens {
  if (!Array.isArray(config)) throw malformed('added_tokens', 'a list of tokens with their ids');
  const tokens = config.map((token: unknown, i) =>
    readToken(token, `added_tokens[${i}]`, size + config.length),
  );
  const ids = new Map<string, number>();
  /** The last entry for the token of each id. */
  const byId = new Map<number, AddedToken>();
  let largest = -1;
  for (const token of tokens) {
    const id = ids.get(token.content) ?? idOf(token.content) ?? Math.max(size, largest + 1);
    ids.set(token.content, id);
    byId.set(id, token);
    largest = Math.max(largest, id);
  }
  // A special token stays special. Of equal tokens, special ones take precedence, then the first ones.
  const special = new Map<string, AddedToken>();
  for (const token of tokens)
    if (token.special && !special.has(token.content)) special.set(token.content, token);
  const ordered = [...special.values(), ...tokens.filter(({ content }) => !special.has(content))];
  const splitter = (isNormalized: boolean) => {
    const patterns = new Map<string, number>();
    for (const { content, normalized } of ordered) {
      if (normalized !== isNormalized) continue;
      const pattern = isNormalized ? normalizer.normalize(content) : content;
      if (pattern === '')
        throw unsupported(`the added token ${shown(content)}`, 'its normalizer leaves nothing of it');
      if (!patterns.has(pattern)) patterns.set(pattern, ids.get(content)!);
    }
    return splitAt(patterns, byId);
  };
  return { splitRaw: splitter(false), splitNormalized: splitter(true), ids };
}

function readToken(config: unknown, where: string, total: number): AddedToken {
  const fields = new Fields(config, where);
  const id = fields.raw('id');
  // Ids may have gaps, but an id far beyond their number means that the file is damaged.
  if (!isId(id) || id >= 2 * total + 100_000) throw malformed(`${where}.id`, 'an id');
  const token: AddedToken = {
    content: fields.string('content'),
    singleWord: fields.boolean('single_word', false),
    lstrip: fields.boolean('lstrip', false),
    rstrip: fields.boolean('rstrip', false),
    special: fields.boolean('special', false),
    normalized: fields.boolean('normalized', true),
  };
  if (token.content === '') throw malformed(`${where}.content`, 'a text');
  fields.close();
  return token;
}

const STARTS_WITH_WORD = new RegExp(`^[${WORD}]`, 'u');
const IS_WORD = new RegExp(`[${WORD}]`, 'u');
const IS_WHITE_SPACE = new RegExp(WHITE_SPACE, 'u');

function splitAt(
  patterns: ReadonlyMap<string, number>,
  options: ReadonlyMap<number, AddedToken>,
): (text: string) => readonly Section[] {
  if (patterns.size === 0) return (text) => [{ start: 0, end: text.length, id: undefined }];
  const find = longestMatches(patterns);
  return (text) => {
    const sections: Section[] = [];
    let position = 0;
    let endOfSpace = 0;
    find(text, (from, to, id) => {
      const { singleWord, lstrip, rstrip } = options.get(id)!;
      if (singleWord && (endsWithWord(text, from) || STARTS_WITH_WORD.test(text.slice(to, to + 2)))) return;
      // White space has one UTF-16 unit per character. No unit is visited twice.
      let start = lstrip ? Math.max(from, position) : from;
      if (lstrip) while (start > position && IS_WHITE_SPACE.test(text[start - 1]!)) start--;
      let end = to;
      if (rstrip) {
        if (endOfSpace < to) endOfSpace = to;
        while (endOfSpace < text.length && IS_WHITE_SPACE.test(text[endOfSpace]!)) endOfSpace++;
        end = endOfSpace;
      }
      if (position < start) sections.push({ start: position, end: start, id: undefined });
      // Nothing is left if the token before took all of it.
      if (start < end) sections.push({ start, end, id });
      position = end;
    });
    if (position < text.length) sections.push({ start: position, end: text.length, id: undefined });
    return sections;
  };
}

/** Yields the matches: leftmost first, then longest. Matches do not overlap. */
function longestMatches(patterns: ReadonlyMap<string, number>) {
  const trie = new Trie();
  const firstUnits = new Set<number>();
  for (const [pattern, id] of patterns) {
    trie.set(pattern, id);
    firstUnits.add(pattern.charCodeAt(0));
  }
  const escaped = [...firstUnits].map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`);
  const candidates = new RegExp(`[${escaped.join('')}]`, 'g');
  return (text: string, found: (start: number, end: number, id: number) => void): void => {
    candidates.lastIndex = 0;
    for (let match = candidates.exec(text); match; match = candidates.exec(text)) {
      const start = match.index;
      let node: number | undefined = 0;
      let end = -1;
      let id = -1;
      for (let i = start; i < text.length; ) {
        node = trie.step(node, text.charCodeAt(i++));
        if (node === undefined) break;
        if (trie.value(node) < 0) continue;
        id = trie.value(node);
        end = i;
      }
      if (end < 0) continue;
      found(start, end, id);
      candidates.lastIndex = end;
    }
  };
}

function endsWithWord(text: string, end: number): boolean {
  if (end === 0) return false;
  const unit = text.charCodeAt(end - 1);
  const isLowHalf = unit >= 0xdc00 && unit <= 0xdfff;
  return IS_WORD.test(text.slice(end - (isLowHalf ? 2 : 1), end));
}
