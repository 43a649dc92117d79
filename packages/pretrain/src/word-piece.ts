import { ArgumentError, type FileSet } from '@scalearn/core';
import { readWordSplitter, wordPieceVocabulary } from '@scalearn/encoders';
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
  const split = readWordSplitter(tokenizerJson(specialTokens));
  const counts = new Map<string, number>();
  for (const text of texts) for (const word of split(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .filter(([word]) => [...word].length <= longestWord)
    .map(([word, count]) => ({
      pieces: [...word].map((character, i) => (i === 0 ? character : continuation + character)),
      count,
    }));
}

/** Returns the `tokenizer.json` that Python's `BertTokenizerFast` makes from a `vocab.txt` of the tokens. */
function tokenizerJson(tokens: readonly string[]): Record<string, unknown> {
  return wordPieceVocabulary('BertTokenizer').toJson([tokens.join('\n')], { config: {}, map: {}, added: {} });
}

/**
 * Returns the files of a trained WordPiece tokenizer in the form that `loadTokenizer` and transformers
 * (`AutoTokenizer`) read.
 *
 * @param tokenizer from `trainWordPiece`
 * @param maxLength the longest sequence of its encoder, including special tokens
 */
export function wordPieceFiles(tokenizer: Readonly<Record<string, unknown>>, maxLength: number): FileSet {
  const config = {
    tokenizer_class: 'BertTokenizer',
    do_lower_case: true,
    tokenize_chinese_chars: true,
    strip_accents: null,
    model_max_length: maxLength,
    unk_token: '[UNK]',
    sep_token: '[SEP]',
    pad_token: '[PAD]',
    cls_token: '[CLS]',
    mask_token: '[MASK]',
  };
  const text = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  return { 'tokenizer.json': text(tokenizer), 'tokenizer_config.json': text(config) };
}
