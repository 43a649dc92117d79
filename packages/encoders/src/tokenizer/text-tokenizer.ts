import { Tokenizer } from '@huggingface/tokenizers';
import { checkAddedTokens, checkModel } from './check-model.ts';
import { TokenizerError } from './errors.ts';
import { isJson, type Json } from './json.ts';
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
  const vocabularySize = checkModel(json.model);
  checkAddedTokens(json.added_tokens, vocabularySize);
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
