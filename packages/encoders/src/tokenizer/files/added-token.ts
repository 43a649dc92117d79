import { TokenizerError } from '../errors.ts';
import { isId, isJson, type Json, shown } from '../json.ts';

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

/** A special token as it stands in `added_tokens`. */
export function specialToken(id: number, content: string): AddedTokenEntry {
  return { id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
}

type AddedToken = Omit<AddedTokenEntry, 'id'>;

/** What the files beside a vocabulary say of its tokens. */
export interface TokenFiles {
  /** `tokenizer_config.json` */
  readonly config: Json;
  /** `special_tokens_map.json` */
  readonly map: Json;
  /** `added_tokens.json` */
  readonly added: Json;
}

/** The names under which files keep special tokens. */
const roles = ['bos', 'eos', 'unk', 'sep', 'pad', 'cls', 'mask'] as const;
export type Role = (typeof roles)[number];

/** The special tokens of a Python class where files say nothing. */
export type DefaultTokens = Partial<Record<Role, string | AddedToken>>;

/** The added tokens of a vocabulary, and the special ones by their role. */
export interface VocabularyTokens {
  readonly entries: readonly AddedTokenEntry[];
  readonly special: (role: Role) => AddedTokenEntry;
}

/**
 * The added tokens that a fast tokenizer of Python has which is built from a vocabulary: those of `added_tokens.json` or
 * of `added_tokens_decoder`, in the order of their ids, and then the special tokens. A token that the vocabulary does
 * not have follows it.
 *
 * @throws TokenizerError `malformed`
 */
export function vocabularyTokens(
  files: TokenFiles,
  defaults: DefaultTokens,
  vocabulary: ReadonlyMap<string, number>,
): VocabularyTokens {
  const special = specialTokens(files, defaults);
  const contents = new Set([...special.values()].map(({ content }) => content));
  const listed = listedTokens(files, contents);
  const tokens = new Map<string, AddedToken>();
  for (const { token } of listed) tokens.set(token.content, token);
  for (const token of special.values()) if (!tokens.has(token.content)) tokens.set(token.content, token);
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
      const content = special.get(role)?.content;
      const entry = entries.find((entry) => entry.content === content);
      if (entry) return entry;
      throw bad(`there is no ${role}_token`);
    },
  };
}

function specialTokens({ config, map }: TokenFiles, defaults: DefaultTokens): Map<string, AddedToken> {
  // Where tokenizer_config.json lists tokens itself, it is of newer days, and the map is left over.
  const isNew = isJson(config.added_tokens_decoder);
  const said = (name: string): unknown => (isNew ? config[name] : (map[name] ?? config[name]));
  const special = new Map<string, AddedToken>();
  for (const role of roles) {
    const byDefault = defaults[role];
    const value = said(`${role}_token`) ?? byDefault;
    if (value === undefined) continue;
    // A plain name keeps what the class says of the token beside its name.
    const base = typeof byDefault === 'object' ? byDefault : {};
    special.set(role, { ...readToken(value, `${role}_token`, base), special: true });
  }
  const more = said('additional_special_tokens') ?? [];
  if (!Array.isArray(more)) throw bad('additional_special_tokens is not a list');
  for (const [i, value] of more.entries()) {
    const name = `additional_special_tokens[${i}]`;
    special.set(name, { ...readToken(value, name, {}), special: true });
  }
  return special;
}

/** Tokens that files list with their ids, in the order of the ids. */
function listedTokens(
  { config, added }: TokenFiles,
  special: ReadonlySet<string>,
): { id: number; token: AddedToken }[] {
  const { added_tokens_decoder: decoder } = config;
  const listed = isJson(decoder)
    ? Object.entries(decoder).map(([id, value]) => ({
        id: Number(id),
        token: readToken(value, `added_tokens_decoder[${id}]`, {}),
      }))
    : Object.entries(added).map(([content, id]) => {
        if (!isId(id)) throw bad(`${shown(content)} of added_tokens.json has no id`);
        const isSpecial = special.has(content);
        return { id, token: { ...plain(content), normalized: !isSpecial, special: isSpecial } };
      });
  return listed.sort((a, b) => a.id - b.id);
}

function plain(content: string): AddedToken {
  return { content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: false };
}

function readToken(value: unknown, name: string, base: Partial<AddedToken>): AddedToken {
  if (typeof value === 'string') return { ...plain(value), ...base, content: value };
  const content = isJson(value) ? value.content : undefined;
  if (!isJson(value) || typeof content !== 'string' || content === '') throw bad(`${name} is no token`);
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
