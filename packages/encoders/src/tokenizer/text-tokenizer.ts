import { Tokenizer } from '@huggingface/tokenizers';
import { TokenizerError } from './errors.ts';
import { isId, isJson, type Json, malformed, unsupported } from './json.ts';
import { correctedNormalizer } from './normalizers.ts';
import { rewritePreTokenizer } from './pre-tokenizer.ts';
import { encodeWordByWord } from './word-model.ts';

/** A tokenizer for one text, without special tokens around it. */
export interface TextTokenizer {
  encode(text: string): number[];
  idOf(token: string): number | undefined;
  /** Ids are below this number. */
  readonly vocabularySize: number;
}

/**
 * Builds the tokenizer that a tokenizer.json describes, by `@huggingface/tokenizers` with its deviations from the Rust
 * library corrected. Of the file only the steps from text to ids are used: stored settings of truncation and padding
 * are somebody's last call, not properties of the tokenizer.
 *
 * @throws TokenizerError `malformed` or `unsupported`
 */
export function buildTextTokenizer(json: Json): TextTokenizer {
  checkAddedTokens(json.added_tokens, checkModel(json.model));
  let tokenizer: Tokenizer;
  try {
    tokenizer = new Tokenizer(
      {
        model: json.model,
        normalizer: json.normalizer ?? null,
        pre_tokenizer: rewritePreTokenizer(json.pre_tokenizer ?? null),
        added_tokens: json.added_tokens,
        post_processor: null,
        decoder: null,
      },
      {},
    );
  } catch (cause) {
    const message = `tokenizer.json is of a kind that is not supported: ${(cause as Error).message}.`;
    throw new TokenizerError('unsupported', message, { cause });
  }
  encodeWordByWord(tokenizer.model!);
  tokenizer.normalizer = correctNormalizer(json.normalizer, tokenizer.normalizer);
  return {
    encode: (text) => tokenizer.encode(text).ids,
    idOf: (token) => tokenizer.token_to_id(token),
    vocabularySize: tokenizer.model!.vocab.length,
  };
}

type LibraryNormalizer = Tokenizer['normalizer'];

/** The library's normaliser with those steps replaced that it does differently from the Rust library. */
function correctNormalizer(config: unknown, built: LibraryNormalizer): LibraryNormalizer {
  if (!built || !isJson(config)) return built;
  const corrected = correctedNormalizer(config);
  if (corrected) {
    built.normalize = corrected;
  } else if (config.type === 'Sequence' && Array.isArray(config.normalizers)) {
    const { normalizers } = built as unknown as { normalizers: LibraryNormalizer[] };
    for (const [i, step] of config.normalizers.entries()) correctNormalizer(step, normalizers[i] ?? null);
  }
  return built;
}

/** Checks the model and returns the number of tokens in its vocabulary. */
function checkModel(model: unknown): number {
  if (!isJson(model)) throw malformed('model', 'an object');
  const { type, vocab } = model;
  if (type === 'Unigram') return checkUnigram(model);
  if (type !== 'WordPiece' && type !== 'BPE') throw unsupported('model', type, 'WordPiece, BPE and Unigram');
  if (!isJson(vocab)) throw malformed('model.vocab', 'an object of tokens with their ids');
  const ids = Object.values(vocab);
  const isGood = isIdAmong(ids.length);
  if (!ids.every(isGood)) throw malformed('model.vocab', 'an object of tokens with their ids');
  if (
    type === 'WordPiece' &&
    !(typeof model.unk_token === 'string' && Object.hasOwn(vocab, model.unk_token))
  ) {
    throw malformed('model.unk_token', 'a token of the vocabulary');
  }
  if (type === 'BPE' && !(Array.isArray(model.merges) && model.merges.every(isMerge))) {
    throw malformed('model.merges', 'a list of pairs of tokens');
  }
  return ids.length;
}

function checkUnigram({ vocab, unk_id: unknown }: Json): number {
  const isScored = (entry: unknown) =>
    Array.isArray(entry) && typeof entry[0] === 'string' && typeof entry[1] === 'number';
  if (!Array.isArray(vocab) || !vocab.every(isScored)) {
    throw malformed('model.vocab', 'a list of pieces with their scores');
  }
  if (!isId(unknown) || unknown >= vocab.length) throw malformed('model.unk_id', 'a place in the vocabulary');
  return vocab.length;
}

function isMerge(merge: unknown): boolean {
  if (typeof merge === 'string') return merge.includes(' ');
  return Array.isArray(merge) && merge.length === 2 && merge.every((part) => typeof part === 'string');
}

function checkAddedTokens(tokens: unknown, vocabularySize: number): void {
  const isGood = isIdAmong(vocabularySize);
  const isToken = (token: unknown) =>
    isJson(token) && isGood(token.id) && typeof token.content === 'string' && token.content !== '';
  if (Array.isArray(tokens) && tokens.every(isToken)) return;
  throw malformed('added_tokens', 'a list of tokens with their ids');
}

/** Ids may have gaps, but one far beyond their number would make the library fill an array of that length. */
function isIdAmong(count: number): (value: unknown) => boolean {
  return (value) => isId(value) && value < 2 * count + 100_000;
}
