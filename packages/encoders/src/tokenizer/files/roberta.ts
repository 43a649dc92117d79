import { isObject } from '@scalearn/core/files';
import { TokenizerError } from '../errors.ts';
import { isId, type Json, parseJson } from '../json.ts';
import { type Role, type TokenFiles, vocabularyTokens } from './added-token.ts';
import { option, refuseOptions } from './options.ts';
import type { TextVocabulary } from './vocabulary.ts';

const mask = {
  content: '<mask>',
  single_word: false,
  lstrip: true,
  rstrip: false,
  normalized: false,
  special: true,
} as const;

/** RoBERTa's special tokens. */
export const robertaTokens: Readonly<Record<Role, string | typeof mask>> = {
  ...{ bos: '<s>', eos: '</s>', unk: '<unk>', sep: '</s>', pad: '<pad>', cls: '<s>' },
  mask,
};

/**
 * Returns the format of a `vocab.json` and a `merges.txt`, from which Python's `RobertaTokenizerFast` makes a
 * tokenizer.json.
 *
 * @param classes the slow Python classes with this format
 */
export function byteLevelVocabulary(...classes: readonly string[]): TextVocabulary {
  const all = classes.flatMap((name) => [name, `${name}Fast`]);
  return {
    files: ['vocab.json', 'merges.txt'],
    toJson: ([vocabulary = '', merges = ''], files) => fromVocabulary(vocabulary, merges, files, all),
  };
}

function fromVocabulary(
  vocabularyText: string,
  mergesText: string,
  files: TokenFiles,
  classes: readonly string[],
): Json {
  const { config } = files;
  refuseOptions(config, classes, { dropout: [] });
  const vocabulary = readVocabulary(vocabularyText);
  const { entries, special } = vocabularyTokens(files, robertaTokens, vocabulary);
  const addBlank = option(config, 'add_prefix_space', false);
  const [cls, sep] = [special('cls'), special('sep')];
  const bytes = { type: 'ByteLevel', add_prefix_space: addBlank, trim_offsets: true };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: entries,
    normalizer: null,
    pre_tokenizer: { ...bytes, use_regex: true },
    post_processor: {
      type: 'RobertaProcessing',
      sep: [sep.content, sep.id],
      cls: [cls.content, cls.id],
      trim_offsets: true,
      add_prefix_space: addBlank,
    },
    decoder: { ...bytes, add_prefix_space: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      vocab: Object.fromEntries(vocabulary),
      merges: readMerges(mergesText),
    },
  };
}

function readVocabulary(text: string): Map<string, number> {
  const vocabulary = new Map<string, number>();
  for (const [token, id] of Object.entries(parseJson(text, 'vocab.json'))) {
    if (!isId(id))
      throw new TokenizerError(
        'malformed',
        'vocab.json is not an object of tokens with their ids. Fetch it again.',
      );
    vocabulary.set(token, id);
  }
  return vocabulary;
}

/** Reads the merges. The first line names the version. Each of the others has two tokens that are merged. */
function readMerges(text: string): string[][] {
  const [version, ...lines] = text.split(/\r\n|\r|\n/);
  const merges = lines.filter((line) => line !== '').map((line) => line.split(' '));
  if (version?.startsWith('#version') && merges.every(({ length }) => length === 2)) return merges;
  throw new TokenizerError(
    'malformed',
    'merges.txt is not a line #version with lines of two tokens each below it. Fetch it again.',
  );
}

/** Returns the options of tokenizer_config.json that match a byte-level pre-tokenizer. */
export function byteLevelOptions(preTokenizer: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(preTokenizer) || preTokenizer.type !== 'ByteLevel') return {};
  return { add_prefix_space: preTokenizer.add_prefix_space };
}
