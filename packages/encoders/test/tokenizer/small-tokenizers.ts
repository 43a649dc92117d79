import { loadTokenizer } from '../../src/tokenizer/load-tokenizer.ts';
import type { Tokenizer } from '../../src/tokenizer/tokenizer.ts';
import { memoryFiles } from '../folder/memory-files.ts';

type Json = Record<string, unknown>;

const idsOf = (tokens: string[]): Record<string, number> =>
  Object.fromEntries(tokens.map((token, id) => [token, id]));
const special = (id: number, content: string) => ({ id, content, special: true, normalized: false });

/** BERT in miniature: lower case, WordPiece, `[CLS] A [SEP] B [SEP]`. */
export const bert: Json = {
  truncation: { max_length: 3, strategy: 'LongestFirst', stride: 0 },
  padding: { strategy: { Fixed: 9 }, pad_id: 0, pad_type_id: 0, pad_token: '[PAD]' },
  added_tokens: ['[PAD]', '[UNK]', '[CLS]', '[SEP]'].map((token, id) => special(id, token)),
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: { type: 'BertProcessing', cls: ['[CLS]', 2], sep: ['[SEP]', 3] },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: idsOf([
      '[PAD]',
      '[UNK]',
      '[CLS]',
      '[SEP]',
      'a',
      'b',
      'c',
      'ab',
      '##c',
      'σ',
      '##σ',
      '中',
      '\u{20000}',
    ]),
  },
};

/** RoBERTa in miniature: BPE of bytes, `<s> A </s></s> B </s>`. */
export const roberta: Json = {
  added_tokens: [special(0, '<s>'), special(1, '</s>'), { ...special(2, '<mask>'), lstrip: true }],
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true },
  post_processor: { type: 'RobertaProcessing', cls: ['<s>', 0], sep: ['</s>', 1] },
  model: {
    type: 'BPE',
    vocab: idsOf(['<s>', '</s>', '<mask>', 'a', 'b', 'Ġ', 'ab', 'Ġa', 'ï', '»', '¿', 'Â', 'ħ']),
    merges: ['a b', 'Ġ a'],
  },
};

/** XLM-R in miniature, without its table of replacements: Unigram. */
export const xlmr: Json = {
  added_tokens: ['<s>', '<pad>', '</s>', '<unk>'].map((token, id) => special(id, token)),
  normalizer: null,
  pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
  post_processor: {
    type: 'TemplateProcessing',
    single: [template('<s>'), text('A'), template('</s>')],
    pair: [template('<s>'), text('A'), template('</s>'), template('</s>'), text('B'), template('</s>')],
    special_tokens: {
      '<s>': { id: '<s>', ids: [0], tokens: ['<s>'] },
      '</s>': { id: '</s>', ids: [2], tokens: ['</s>'] },
    },
  },
  model: {
    type: 'Unigram',
    unk_id: 3,
    vocab: [
      ['<s>', 0],
      ['<pad>', 0],
      ['</s>', 0],
      ['<unk>', 0],
      ['▁', -3],
      ['a', -4],
      ['b', -4],
      ['▁a', -3],
      ['ab', -5],
    ],
  },
};

function template(id: string) {
  return { SpecialToken: { id, type_id: 0 } };
}
function text(id: string) {
  return { Sequence: { id, type_id: 0 } };
}

/** The tokenizer with some fields of its file replaced. */
export async function load(json: Json, changes: Json = {}, config?: Json): Promise<Tokenizer> {
  return loadTokenizer(
    memoryFiles({
      'tokenizer.json': JSON.stringify({ ...json, ...changes }),
      ...(config && { 'tokenizer_config.json': JSON.stringify(config) }),
    }),
  );
}
