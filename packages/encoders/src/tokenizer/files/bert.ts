import { isObject } from '@scalearn/core/files';
import type { Json } from '../json.ts';
import { type DefaultTokens, type TokenFiles, vocabularyTokens } from './added-token.ts';
import { option, refuseOptions } from './options.ts';
import { robertaTokens } from './roberta.ts';
import type { TextVocabulary } from './vocabulary.ts';

/** What differs between the Python classes that have a `vocab.txt`. */
interface WordPieceStyle {
  readonly tokens: DefaultTokens;
  /** Number of separators between the texts of a pair. */
  readonly separators: 1 | 2;
}

/**
 * Returns the format of a `vocab.txt`, from which Python's `BertTokenizerFast` makes a tokenizer.json.
 *
 * @param classes the slow Python classes with this format
 */
export function wordPieceVocabulary(...classes: readonly string[]): TextVocabulary {
  const tokens = { unk: '[UNK]', sep: '[SEP]', pad: '[PAD]', cls: '[CLS]', mask: '[MASK]' };
  return vocabularyFormat(classes, { tokens, separators: 1 });
}

/** Returns the format of a `vocab.txt` with RoBERTa's special tokens, as Python's `MPNetTokenizerFast` reads it. */
export function wordPieceVocabularyOfMPNet(...classes: readonly string[]): TextVocabulary {
  const { bos, eos, sep, pad, cls, mask } = robertaTokens;
  return vocabularyFormat(classes, {
    tokens: { bos, eos, unk: '[UNK]', sep, pad, cls, mask },
    separators: 2,
  });
}

function vocabularyFormat(classes: readonly string[], style: WordPieceStyle): TextVocabulary {
  const all = classes.flatMap((name) => [name, `${name}Fast`]);
  return { files: ['vocab.txt'], toJson: ([text = ''], files) => fromVocabulary(text, files, all, style) };
}

/** Returns a tokenizer.json of BERT: WordPiece and `[CLS] A [SEP] B [SEP]`. */
function fromVocabulary(
  text: string,
  files: TokenFiles,
  classes: readonly string[],
  style: WordPieceStyle,
): Json {
  const { config } = files;
  refuseOptions(config, classes, {
    do_basic_tokenize: [true],
    never_split: [],
    wordpieces_prefix: ['##'],
    word_tokenizer_type: ['basic'],
    subword_tokenizer_type: ['wordpiece'],
    do_word_tokenize: [true],
    do_subword_tokenize: [true],
  });
  const vocabulary = new Map<string, number>();
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.at(-1) === '') lines.pop();
  for (const [id, token] of lines.entries()) vocabulary.set(token, id);
  const { entries, special } = vocabularyTokens(files, style.tokens, vocabulary);
  const [cls, sep] = [special('cls'), special('sep')];
  const token = (content: string, typeId = 0) => ({ SpecialToken: { id: content, type_id: typeId } });
  const sequence = (id: 'A' | 'B', typeId: number) => ({ Sequence: { id, type_id: typeId } });
  const single = [token(cls.content), sequence('A', 0), token(sep.content)];
  const between = style.separators === 2 ? [token(sep.content)] : [];
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: entries,
    normalizer: {
      type: 'BertNormalizer',
      clean_text: option(config, 'clean_text', true),
      handle_chinese_chars: option(config, 'tokenize_chinese_chars', true),
      strip_accents: option(config, 'strip_accents', null),
      lowercase: option(config, 'do_lower_case', true),
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single,
      pair: [...single, ...between, sequence('B', 1), token(sep.content, 1)],
      special_tokens: Object.fromEntries(
        [cls, sep].map(({ content, id }) => [content, { id: content, ids: [id], tokens: [content] }]),
      ),
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: special('unk').content,
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(vocabulary),
    },
  };
}

/** Returns the options of tokenizer_config.json that match a BERT normalizer. */
export function bertOptions(normalizer: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(normalizer) || normalizer.type !== 'BertNormalizer') return {};
  const { lowercase, strip_accents: accents, handle_chinese_chars: chinese } = normalizer;
  return { do_lower_case: lowercase, strip_accents: accents ?? lowercase, tokenize_chinese_chars: chinese };
}
