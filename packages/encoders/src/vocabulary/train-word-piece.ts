import { ArgumentError } from '@scalearn/core';
import { specialToken } from '../tokenizer/files/added-token.ts';
import { bertTokenizerJson } from '../tokenizer/files/bert.ts';
import { readNormalizer } from '../tokenizer/normalizers/read-normalizer.ts';
import type { Piece } from '../tokenizer/pre-tokenizers/piece.ts';
import { readPreTokenizer } from '../tokenizer/pre-tokenizers/read-pre-tokenizer.ts';
import { type CountedWord, PairCounts } from './pair-counts.ts';

export interface WordPieceOptions {
  /** Maximum number of tokens, including special tokens and single characters. */
  readonly vocabularySize: number;
  /** Minimum frequency of a merged pair. Default 2. */
  readonly minFrequency?: number;
}

/** In the order of their ids, which start at 0. */
const specialTokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] as const;
const continuation = '##';
const longestWord = 100;

/**
 * Printable ASCII in lower case, as in BERT. Letters and digits also continue words. Punctuation characters are
 * separate words.
 */
const alphanumerics = [...'0123456789abcdefghijklmnopqrstuvwxyz'];
const punctuation = [...'!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'];

const normalization = {
  clean_text: true,
  handle_chinese_chars: true,
  strip_accents: null,
  lowercase: true,
};

/**
 * Trains a lower-case WordPiece vocabulary like the Rust library's trainer. Words start as single characters, and the
 * most frequent pair of neighboring pieces is merged repeatedly (Sennrich et al. 2016). The vocabulary does not depend
 * on the order of the texts. It can encode all printable ASCII.
 *
 * @returns the object of a `tokenizer.json`
 * @throws ArgumentError if the vocabulary has no room for the characters of the texts
 */
export function trainWordPiece(
  texts: Iterable<string>,
  { vocabularySize, minFrequency = 2 }: WordPieceOptions,
): Record<string, unknown> {
  const words = countWords(texts);
  const vocabulary = new Set<string>([
    ...specialTokens,
    ...punctuation,
    ...alphanumerics,
    ...alphanumerics.map((character) => continuation + character),
    ...[...new Set(words.flatMap((word) => word.pieces))].sort(),
  ]);
  if (!(Number.isSafeInteger(vocabularySize) && vocabularySize >= vocabulary.size))
    throw new ArgumentError(
      `vocabularySize must be a whole number of at least ${vocabulary.size}, the single characters of the texts, not ${vocabularySize}`,
    );
  const pairs = new PairCounts(words);
  while (vocabulary.size < vocabularySize) {
    const pair = pairs.most();
    if (!pair || pair.count < minFrequency) break;
    const merged = pair.left + pair.right.slice(continuation.length);
    pairs.merge(pair, merged);
    vocabulary.add(merged);
  }
  return tokenizerJson([...vocabulary]);
}

function countWords(texts: Iterable<string>): CountedWord[] {
  const { normalize } = readNormalizer({ type: 'BertNormalizer', ...normalization });
  const { preTokenize } = readPreTokenizer({ type: 'BertPreTokenizer' });
  const counts = new Map<string, number>();
  for (const text of texts) {
    const words: Piece[] = [];
    preTokenize({ text: normalize(text), lead: 0 }, words);
    for (const { text: word } of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts]
    .filter(([word]) => [...word].length <= longestWord)
    .map(([word, count]) => ({
      pieces: [...word].map((character, i) => (i === 0 ? character : continuation + character)),
      count,
    }));
}

function tokenizerJson(tokens: readonly string[]): Record<string, unknown> {
  const vocabulary = new Map(tokens.map((token, id) => [token, id]));
  const special = (content: (typeof specialTokens)[number]) =>
    specialToken(vocabulary.get(content)!, content);
  return {
    ...bertTokenizerJson({
      vocabulary,
      added: specialTokens.map(special),
      normalization,
      unknown: '[UNK]',
      cls: special('[CLS]'),
      sep: special('[SEP]'),
    }),
  };
}
