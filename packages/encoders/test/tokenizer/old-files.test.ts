import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { recordedLines, recordedNames, shared, skipReason } from '../../../../test/golden/recorded.ts';
import { readTokenizerFiles } from '../../src/tokenizer/files/tokenizer-file.ts';
import { loadTokenizer } from '../../src/tokenizer/load-tokenizer.ts';
import { memoryFiles } from '../folder/memory-files.ts';
import { bert } from './small-tokenizers.ts';

type Files = Record<string, unknown>;

/** Files in memory: what is no text is JSON. */
const folder = (files: Files) =>
  memoryFiles(
    Object.fromEntries(
      Object.entries(files).map(([name, content]) => [
        name,
        typeof content === 'string' ? content : JSON.stringify(content),
      ]),
    ),
  );
const ids = async (files: Files, text: string, pair?: string): Promise<number[]> => [
  ...(await loadTokenizer(folder(files))).encode(text, pair).inputIds,
];
const refusal = (files: Files): Promise<Error & { reason?: string }> =>
  loadTokenizer(folder(files)).then(
    () => new Error('nothing was refused'),
    (error: Error) => error,
  );

/** [PAD] 0, [UNK] 1, [CLS] 2, [SEP] 3, [MASK] 4, a 5, A 6, ##b 7, é 8, e 9, 中 10, 中文 11 */
const oldBert: Files = {
  'config.json': { model_type: 'bert' },
  'vocab.txt': '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nA\n##b\né\ne\n中\n中文\n',
};

describe('a BERT with only vocab.txt', () => {
  test('is built as Python builds it', async () => {
    expect(await ids(oldBert, 'Ab é [MASK]', '中文')).toEqual([2, 5, 7, 9, 4, 3, 10, 1, 3]);
    const tokenizer = await loadTokenizer(folder(oldBert));
    expect([...tokenizer.encode('a', 'a').tokenTypeIds]).toEqual([0, 0, 0, 1, 1]);
  });

  test.each<[Files, number[]]>([
    [{ do_lower_case: false }, [2, 6, 7, 8, 10, 1, 3]],
    [{ do_lower_case: false, strip_accents: true }, [2, 6, 7, 9, 10, 1, 3]],
    [{ strip_accents: false }, [2, 5, 7, 8, 10, 1, 3]],
    [{ tokenize_chinese_chars: false }, [2, 5, 7, 9, 11, 3]],
    [
      { never_split: [], do_basic_tokenize: true, tokenizer_class: 'BertTokenizerFast' },
      [2, 5, 7, 9, 10, 1, 3],
    ],
  ])('with the options %j', async (config, expected) => {
    expect(await ids({ ...oldBert, 'tokenizer_config.json': config }, 'Ab é 中文')).toEqual(expected);
  });

  test('and lines that end as in Windows', async () => {
    const vocab = (oldBert['vocab.txt'] as string).replaceAll('\n', '\r\n');
    expect(await ids({ ...oldBert, 'vocab.txt': vocab }, 'Ab')).toEqual([2, 5, 7, 3]);
  });

  test('and its own special tokens', async () => {
    const vocab = '<pad>\n<unk>\n<s>\n</s>\n[MASK]\na\n';
    const config = { cls_token: '<s>', sep_token: { content: '</s>', lstrip: true }, unk_token: 'x' };
    const map = { unk_token: '<unk>', pad_token: '<pad>' };
    const files = {
      ...oldBert,
      'vocab.txt': vocab,
      'tokenizer_config.json': config,
      'special_tokens_map.json': map,
    };
    expect(await ids(files, 'a  </s> b')).toEqual([2, 5, 3, 1, 3]);
  });

  test('and added tokens behind the vocabulary', async () => {
    const added = { 'added_tokens.json': { new: 12, newer: 13 } };
    expect(await ids({ ...oldBert, ...added }, 'New newer')).toEqual([2, 12, 13, 3]);
    const decoder = { 12: { content: 'new', normalized: false }, 4: { content: '[MASK]', special: true } };
    const config = { 'tokenizer_config.json': { added_tokens_decoder: decoder } };
    expect(await ids({ ...oldBert, ...config }, 'New new')).toEqual([2, 1, 12, 3]);
    // As in Python, a special token that only added_tokens.json names is found in normalized text.
    const mask = { ...oldBert, 'added_tokens.json': { '[MASK]': 4 } };
    const { json } = await readTokenizerFiles(folder(mask));
    expect(json.added_tokens).toContainEqual(
      expect.objectContaining({ content: '[MASK]', normalized: true, special: true }),
    );
  });

  test.each<[string, Files]>([
    ['never_split', { never_split: ['x'] }],
    ['do_basic_tokenize', { do_basic_tokenize: false }],
    ['tokenizer_class', { tokenizer_class: 'BertJapaneseTokenizer' }],
    ['word_tokenizer_type', { word_tokenizer_type: 'mecab' }],
    ['split_special_tokens', { split_special_tokens: true }],
    ['truncation_side', { truncation_side: 'left' }],
  ])('%s is refused where it changes something', async (name, config) => {
    const error = await refusal({ ...oldBert, 'tokenizer_config.json': config });
    expect(error).toMatchObject({ name: 'TokenizerError', reason: 'unsupported' });
    expect(error.message).toContain(name);
  });

  test.each<[Files, RegExp]>([
    [{ 'vocab.txt': 'a\nb\n' }, /unk_token/],
    [{ 'tokenizer_config.json': { do_lower_case: 'yes' } }, /do_lower_case/],
    [{ 'tokenizer_config.json': { cls_token: 7 } }, /cls_token/],
    [{ 'added_tokens.json': { new: 20 } }, /"new".*20/],
    [{ 'added_tokens.json': { new: 'x' } }, /"new"/],
    [{ 'special_tokens_map.json': '{' }, /special_tokens_map/],
  ])('%j is malformed', async (files, message) => {
    const error = await refusal({ ...oldBert, ...files });
    expect(error).toMatchObject({ name: 'TokenizerError', reason: 'malformed' });
    expect(error.message).toMatch(message);
  });
});

/** <s> 0, <pad> 1, </s> 2, <unk> 3, a 4, b 5, Ġ 6, ab 7, Ġa 8, <mask> 9 */
const oldRoberta: Files = {
  'config.json': { model_type: 'roberta' },
  'vocab.json': { '<s>': 0, '<pad>': 1, '</s>': 2, '<unk>': 3, a: 4, b: 5, Ġ: 6, ab: 7, Ġa: 8, '<mask>': 9 },
  'merges.txt': '#version: 0.2\na b\nĠ a\n',
};

describe('a RoBERTa with only vocab.json and merges.txt', () => {
  test('is built as Python builds it', async () => {
    expect(await ids(oldRoberta, 'ab a <mask>b', 'b')).toEqual([0, 7, 8, 9, 5, 2, 2, 5, 2]);
  });

  test('may put a blank before every text', async () => {
    const files = { ...oldRoberta, 'tokenizer_config.json': { add_prefix_space: true } };
    expect(await ids(files, 'a')).toEqual([0, 8, 2]);
  });

  test.each<[Files, RegExp]>([
    [{ 'merges.txt': 'a b\n' }, /merges\.txt/],
    [{ 'merges.txt': '#version: 0.2\na b c\n' }, /merges\.txt/],
    [{ 'merges.txt': '#version: 0.2\na Ġ\n' }, /merges/],
    [{ 'vocab.json': { a: 'b' } }, /vocab\.json/],
    [{ 'merges.txt': undefined }, /merges\.txt/],
  ])('%j is refused', async (files, message) => {
    const all = Object.entries({ ...oldRoberta, ...files }).filter(([, content]) => content !== undefined);
    expect((await refusal(Object.fromEntries(all))).message).toMatch(message);
  });
});

test.each<[Files, RegExp]>([
  [{ 'config.json': { model_type: 'modernbert' }, 'spiece.model': 'x' }, /spiece\.model.*save_pretrained/s],
  [{ 'config.json': { model_type: 'bert' } }, /vocab\.txt.*save_pretrained/s],
  [{ 'vocab.txt': 'a' }, /save_pretrained/], // which class it is of is not known
  [{ 'config.json': { model_type: 'deberta' }, 'vocab.txt': 'a' }, /"deberta"/],
  [
    { 'config.json': { model_type: 'xlm-roberta' }, 'spm.model': 'x' },
    /sentencepiece\.bpe\.model.*save_pretrained/s,
  ],
  [{ 'config.json': { model_type: 'deberta-v2' } }, /spm\.model.*save_pretrained/s],
])('%j is refused with what to do', async (files, message) => {
  expect((await refusal(files)).message).toMatch(message);
});

test('options that contradict tokenizer.json are refused', async () => {
  const load = (config: Files) => refusal({ 'tokenizer.json': bert, 'tokenizer_config.json': config });
  expect((await load({ do_lower_case: false })).message).toMatch(/do_lower_case false.*tokenizer\.json/);
  expect((await load({ strip_accents: false })).message).toMatch(/strip_accents/);
  const same = { do_lower_case: true, strip_accents: null, tokenize_chinese_chars: true };
  expect((await load(same)).message).toBe('nothing was refused');
});

const tokenizers = `${shared}/models/tokenizers`;
const absent = skipReason(tokenizers);
const vocabularies = (
  [
    ['bert-base-uncased', 'bert', ['vocab.txt']],
    ['roberta-base', 'roberta', ['vocab.json', 'merges.txt']],
  ] as const
).filter(([name]) => recordedNames('tokenizers').includes(`${name}.jsonl`));

describe.skipIf(absent ?? vocabularies.length === 0)(
  `vocabularies of published encoders${absent ? `: ${absent}` : ''}`,
  () => {
    test.each(vocabularies)('%s', async (name, modelType, files) => {
      const texts = files.map((file) => [file, readFileSync(`${tokenizers}/${name}/${file}`, 'utf8')]);
      const old = folder({ 'config.json': { model_type: modelType }, ...Object.fromEntries(texts) });
      const { json } = await readTokenizerFiles(old);
      const published = JSON.parse(readFileSync(`${tokenizers}/${name}/tokenizer.json`, 'utf8'));
      expect(json.added_tokens).toEqual(published.added_tokens);
      expect(json.normalizer).toEqual(published.normalizer);
      expect(json.pre_tokenizer).toMatchObject(published.pre_tokenizer);
      expect(json.post_processor).toEqual(published.post_processor);
      const tokenizer = await loadTokenizer(old);
      for (const { text, pair, ids, maxLength, addSpecialTokens } of recordedLines<{
        text: string;
        pair?: string;
        ids?: number[];
        maxLength?: number;
        addSpecialTokens?: boolean;
      }>(`tokenizers/${name}.jsonl`)) {
        if (!ids || maxLength !== undefined || addSpecialTokens === false) continue;
        expect([...tokenizer.encode(text, pair).inputIds], text).toEqual(ids);
      }
    });
  },
);
