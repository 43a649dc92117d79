import { isObject } from '@scalearn/core/files';
import { TokenizerError } from '../errors.ts';
import { isId, type Json, shown } from '../json.ts';

/** An entry of `added_tokens` in a tokenizer.json. */
export interface AddedTokenEntry {
  readonly id: number;
  readonly content: string;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
  readonly special: boolean;
}

/** An added token without its id. */
export type AddedToken = Omit<AddedTokenEntry, 'id'>;

/** The contents of the files with information on a vocabulary's tokens. */
export interface TokenFiles {
  /** `tokenizer_config.json` */
  readonly config: Json;
  /** `special_tokens_map.json` */
  readonly map: Json;
  /** `added_tokens.json` */
  readonly added: Json;
}

/** The roles of special tokens, by their names in files. */
const roles = ['bos', 'eos', 'unk', 'sep', 'pad', 'cls', 'mask'] as const;
export type Role = (typeof roles)[number];

/** The special tokens of a Python class if files do not specify them. */
export type DefaultTokens = Partial<Record<Role, string | AddedToken>>;

/** The added tokens of a vocabulary, and the special tokens by role. */
export interface VocabularyTokens {
  readonly entries: readonly AddedTokenEntry[];
  readonly special: (role: Role) => AddedTokenEntry;
  /** Returns the id of an added token. @throws TokenizerError `malformed` if there is no such token */
  readonly id: (content: string) => number;
}

/**
 * Returns the added tokens of a fast Python tokenizer that is built from a vocabulary: those of `added_tokens.json` or
 * `added_tokens_decoder` in the order of their ids, then the special tokens. A token missing in the vocabulary is
 * appended to it.
 *
 * @param ofModel tokens that the vocabulary's file itself adds; what other files say of them counts more
 * @throws TokenizerError `malformed`
 */
export function vocabularyTokens(
  files: TokenFiles,
  defaults: DefaultTokens,
  vocabulary: ReadonlyMap<string, number>,
  ofModel: readonly AddedToken[] = [],
): VocabularyTokens {
  const special = specialTokens(files, defaults);
  const contents = (tokens: ReadonlyMap<string, SpecialToken>) =>
    new Set([...tokens.values()].map(({ token }) => token.content));
  const listed = listedTokens(files, contents(special), contents(specialTokens(files, {})));
  const tokens = new Map(ofModel.map((token) => [token.content, token]));
  for (const { token } of listed) tokens.set(token.content, token);
  const isListed = new Set(listed.map(({ token }) => token.content));
  for (const { token, isPlain } of special.values()) {
    const isKnown = isListed.has(token.content) || (isPlain && tokens.has(token.content));
    // Of several roles of one token the first counts.
    if (isKnown) continue;
    isListed.add(token.content);
    tokens.set(token.content, token);
  }
  let next = vocabulary.size;
  const ids = new Map<string, number>();
  for (const { content } of tokens.values()) ids.set(content, vocabulary.get(content) ?? next++);
  for (const { id, token } of listed) {
    if (ids.get(token.content) === id) continue;
    throw bad(
      `the added token ${shown(token.content)} has the id ${id}, but it follows the vocabulary as ${ids.get(token.content)}`,
    );
  }
  const entries = [...tokens.values()].map((token) => ({ id: ids.get(token.content)!, ...token }));
  return {
    entries: entries.sort((a, b) => a.id - b.id),
    special: (role) => {
      const content = special.get(role)?.token.content;
      const entry = entries.find((entry) => entry.content === content);
      if (entry) return entry;
      throw bad(`there is no ${role}_token`);
    },
    id: (content) => {
      const id = ids.get(content);
      if (id !== undefined) return id;
      throw bad(`there is no token ${content}`);
    },
  };
}

interface SpecialToken {
  readonly token: AddedToken;
  /** Whether only its content is given, by files and by the class. */
  readonly isPlain: boolean;
}

function specialTokens({ config, map }: TokenFiles, defaults: DefaultTokens): Map<string, SpecialToken> {
  // If tokenizer_config.json lists tokens itself, the format is the newer one and the map is a leftover.
  const isNew = isObject(config.added_tokens_decoder);
  const said = (name: string): unknown => (isNew ? config[name] : (map[name] ?? config[name]));
  const special = new Map<string, SpecialToken>();
  for (const role of roles) {
    const byDefault = defaults[role];
    const value = said(`${role}_token`) ?? byDefault;
    if (value === undefined) continue;
    // A plain name keeps the other properties of the class's token.
    const base = typeof byDefault === 'object' ? byDefault : {};
    const token = { ...readToken(value, `${role}_token`, base), special: true };
    special.set(role, { token, isPlain: typeof value === 'string' && typeof byDefault !== 'object' });
  }
  const more = said('additional_special_tokens') ?? [];
  if (!Array.isArray(more)) throw bad('additional_special_tokens is not a list');
  for (const [i, value] of more.entries()) {
    const name = `additional_special_tokens[${i}]`;
    const token = { ...readToken(value, name, {}), special: true };
    special.set(name, { token, isPlain: typeof value === 'string' });
  }
  return special;
}

/**
 * Returns tokens that files list with their ids, in the order of the ids.
 *
 * @param special contents of all special tokens
 * @param named contents of those that files name; the others are also found in normalized text
 */
function listedTokens(
  { config, added }: TokenFiles,
  special: ReadonlySet<string>,
  named: ReadonlySet<string>,
): { id: number; token: AddedToken }[] {
  const { added_tokens_decoder: decoder } = config;
  const listed = isObject(decoder)
    ? Object.entries(decoder).map(([id, value]) => ({
        id: Number(id),
        token: readToken(value, `added_tokens_decoder[${id}]`, {}),
      }))
    : Object.entries(added).map(([content, id]) => {
        if (!isId(id)) throw bad(`${shown(content)} of added_tokens.json has no id`);
        const token = { ...plain(content), normalized: !named.has(content), special: special.has(content) };
        return { id, token };
      });
  return listed.sort((a, b) => a.id - b.id);
}

function plain(content: string): AddedToken {
  return { content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: false };
}

function readToken(value: unknown, name: string, base: Partial<AddedToken>): AddedToken {
  if (typeof value === 'string') return { ...plain(value), ...base, content: value };
  const content = isObject(value) ? value.content : undefined;
  if (!isObject(value) || typeof content !== 'string' || content === '') throw bad(`${name} is no token`);
  const flag = (flagName: keyof AddedToken): boolean => {
    const flagged = value[flagName] ?? false;
    if (typeof flagged === 'boolean') return flagged;
    throw bad(`${flagName} of ${name} is neither true nor false`);
  };
  return {
    content,
    single_word: flag('single_word'),
    lstrip: flag('lstrip'),
    rstrip: flag('rstrip'),
    normalized: flag('normalized'),
    special: flag('special'),
  };
}

function bad(what: string): TokenizerError {
  return new TokenizerError(
    'malformed',
    `The tokenizer's files do not fit together: ${what}. Check that the folder was copied whole.`,
  );
}
