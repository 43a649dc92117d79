import { Tokenizer } from '@huggingface/tokenizers';
import { TokenizerError } from './errors.ts';
import { isId, isJson, type Json, malformed, unsupported } from './json.ts';
import { rewritePreTokenizer } from './metaspace.ts';
import { correctedNormalizer } from './normalizers.ts';
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
  checkModel(json.model);
  checkAddedTokens(json.added_tokens);
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

function checkModel(model: unknown): void {
  if (!isJson(model)) throw malformed('model', 'an object');
  const { type, vocab } = model;
  switch (type) {
    case 'WordPiece':
      checkVocabulary(vocab);
      if (typeof model.unk_token !== 'string' || !Object.hasOwn(vocab as Json, model.unk_token)) {
        throw malformed('model.unk_token', 'a token of the vocabulary');
      }
      return;
    case 'BPE':
      checkVocabulary(vocab);
      if (!Array.isArray(model.merges) || !model.merges.every(isMerge)) {
        throw malformed('model.merges', 'a list of pairs of tokens');
      }
      return;
    case 'Unigram':
      if (!Array.isArray(vocab) || !vocab.every(isScoredPiece)) {
        throw malformed('model.vocab', 'a list of pieces with their scores');
      }
      if (!isId(model.unk_id) || model.unk_id >= vocab.length) {
        throw malformed('model.unk_id', 'a place in the vocabulary');
      }
      return;
    default:
      throw unsupported('model', type, 'WordPiece, BPE and Unigram');
  }
}

function checkVocabulary(vocab: unknown): void {
  // An id far beyond the number of tokens would make the library allocate an array of that length.
  const limit = isJson(vocab) ? 2 * Object.keys(vocab).length + 100_000 : 0;
  if (isJson(vocab) && Object.values(vocab).every((id) => isId(id) && id < limit)) return;
  throw malformed('model.vocab', 'an object of tokens with their ids');
}

function isMerge(merge: unknown): boolean {
  if (typeof merge === 'string') return merge.includes(' ');
  return Array.isArray(merge) && merge.length === 2 && merge.every((part) => typeof part === 'string');
}

function isScoredPiece(entry: unknown): boolean {
  return Array.isArray(entry) && typeof entry[0] === 'string' && typeof entry[1] === 'number';
}

function checkAddedTokens(tokens: unknown): void {
  const isToken = (token: unknown) =>
    isJson(token) && isId(token.id) && typeof token.content === 'string' && token.content !== '';
  if (Array.isArray(tokens) && tokens.every(isToken)) return;
  throw malformed('added_tokens', 'a list of tokens with their ids');
}
