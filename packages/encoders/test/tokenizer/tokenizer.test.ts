import { describe, expect, test } from 'vitest';
import { MissingModelFileError } from '../../src/folder/errors.ts';
import { TokenizerError } from '../../src/tokenizer/errors.ts';
import { loadTokenizer } from '../../src/tokenizer/load-tokenizer.ts';
import { readWordSplitter } from '../../src/tokenizer/text-tokenizer.ts';
import { memoryFiles } from '../folder/memory-files.ts';
import { bert, load, roberta, xlmr } from './small-tokenizers.ts';

const ids = (encoding: { inputIds: Int32Array }): number[] => [...encoding.inputIds];

describe('encode', () => {
  test('one text and a pair', async () => {
    const tokenizer = await load(bert);
    const pair = tokenizer.encode('A, b', 'abc');
    expect(ids(tokenizer.encode('A b'))).toEqual([2, 4, 5, 3]);
    expect(ids(pair)).toEqual([2, 4, 1, 5, 3, 7, 8, 3]);
    expect([...pair.tokenTypeIds]).toEqual([0, 0, 0, 0, 0, 1, 1, 1]);
    expect(ids((await load(roberta)).encode('ab a', 'b'))).toEqual([0, 6, 7, 1, 1, 4, 1]);
    expect([...(await load(xlmr)).encode('a', 'b').tokenTypeIds]).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  test('an empty second text is still a second text', async () => {
    expect(ids((await load(bert)).encode('a', ''))).toEqual([2, 4, 3, 3]);
    expect(ids((await load(roberta)).encode('', ''))).toEqual([0, 1, 1, 1]);
    expect(ids((await load(bert)).encode(''))).toEqual([2, 3]);
  });

  test('special tokens in the text become their ids', async () => {
    expect(ids((await load(bert)).encode('a[SEP]b [sep]'))).toEqual([2, 4, 3, 5, 1, 1, 1, 3]);
    expect(ids((await load(roberta)).encode('a <mask> a'))).toEqual([0, 3, 2, 7, 1]);
  });

  test('special tokens can be left out', async () => {
    const encoding = (await load(bert)).encode('a', 'b', { addSpecialTokens: false });
    expect([ids(encoding), [...encoding.tokenTypeIds]]).toEqual([
      [4, 5],
      [0, 1],
    ]);
  });

  test('nothing is padded or cut by settings stored in the file', async () => {
    expect(ids((await load(bert)).encode('a a a a a'))).toEqual([2, 4, 4, 4, 4, 4, 3]);
  });

  test('characters that JavaScript takes differently', async () => {
    expect(ids((await load(bert)).encode('ΣΣ'))).toEqual([2, 9, 10, 3]);
    expect(ids((await load(bert)).encode('a中\u{20000}b'))).toEqual([2, 4, 11, 12, 5, 3]);
    // U+FEFF is white space in JavaScript only, U+0085 in Unicode only.
    expect(ids((await load(roberta)).encode(' \ufeffa'))).toEqual([0, 5, 8, 9, 10, 3, 1]);
    expect(ids((await load(roberta)).encode('\u0085 a'))).toEqual([0, 11, 12, 7, 1]);
  });

  test('a batch is ragged', async () => {
    const batch = (await load(bert)).encodeBatch([['a'], ['a b', 'c'], ['']]);
    expect(ids(batch)).toEqual([2, 4, 3, 2, 4, 5, 3, 6, 3, 2, 3]);
    expect([...batch.tokenTypeIds]).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0]);
    expect([...batch.cuSeqlens]).toEqual([0, 3, 9, 11]);
    expect([...(await load(bert)).encodeBatch([]).cuSeqlens]).toEqual([0]);
  });

  test('ids by token', async () => {
    const tokenizer = await load(bert);
    expect([tokenizer.idOf('[SEP]'), tokenizer.idOf('nothing'), tokenizer.vocabularySize]).toEqual([
      3,
      undefined,
      13,
    ]);
  });
});

describe('maxLength', () => {
  test('counts special tokens', async () => {
    const tokenizer = await load(bert);
    expect(ids(tokenizer.encode('a a a', 'b b b', { maxLength: 7 }))).toEqual([2, 4, 4, 3, 5, 5, 3]);
    expect(ids(tokenizer.encode('a a a', undefined, { maxLength: 2 }))).toEqual([2, 3]);
    const onlyFirst = tokenizer.encode('a a a', 'b b b', { maxLength: 7, truncation: 'onlyFirst' });
    expect(ids(onlyFirst)).toEqual([2, 4, 3, 5, 5, 5, 3]);
  });

  test('never exceeds the limit of the tokenizer', async () => {
    const text = 'a '.repeat(50);
    const length = async (limit: unknown, maxLength?: number) =>
      (await load(bert, {}, { model_max_length: limit })).encode(
        text,
        undefined,
        maxLength ? { maxLength } : {},
      ).inputIds.length;
    expect(await length(10, 20)).toBe(10);
    expect(await length(10, 5)).toBe(5);
    expect(await length(1e30, 20)).toBe(20);
    expect(await length('many', 20)).toBe(20);
    expect(await length(10)).toBe(52); // nothing is cut that was not asked for
  });

  test.each([0, 2, -1, 2.5, Number.NaN])('%d is refused for a pair', async (maxLength) => {
    const tokenizer = await load(bert);
    expect(() => tokenizer.encode('a', 'b', { maxLength })).toThrow(TokenizerError);
  });
});

describe('SentencePiece words', () => {
  const WORDS = [0, 7, 7, 6, 4, 6, 2]; // <s> ▁a ▁a b ▁ b </s>, not to be had by the pieces `ab` and `▁`

  test.each([
    ['newer', { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true }],
    ['newer, split left out', { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' }],
    ['older', { type: 'Metaspace', replacement: '▁', str_rep: '▁', add_prefix_space: true }],
    [
      'oldest, as XLM-R was published',
      {
        type: 'Sequence',
        pretokenizers: [
          { type: 'WhitespaceSplit' },
          { type: 'Metaspace', replacement: '▁', str_rep: '▁', add_prefix_space: true },
        ],
      },
    ],
  ])('%s', async (_, pre_tokenizer) => {
    expect(ids((await load(xlmr, { pre_tokenizer })).encode('a ab b'))).toEqual(WORDS);
  });

  test('without a prefix', async () => {
    const pre_tokenizer = { type: 'Metaspace', replacement: '▁', str_rep: '▁', add_prefix_space: false };
    expect(ids((await load(xlmr, { pre_tokenizer })).encode('ab a'))).toEqual([0, 8, 7, 2]);
  });

  test('unknown characters are one token in a word, not across words', async () => {
    const pre_tokenizer = { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }] };
    expect(ids((await load(xlmr, { pre_tokenizer })).encode('☃☃ ☃a☃☃'))).toEqual([0, 3, 3, 5, 3, 2]);
  });
});

describe('long texts', () => {
  const WORDS = 100_000;

  test.each([
    ['WordPiece', bert],
    ['BPE', roberta],
    ['Unigram', xlmr],
  ])('a row of 100,000 words: %s', async (_, json) => {
    const tokenizer = await load(json);
    const row = 'ab ba '.repeat(WORDS / 2);
    const start = performance.now();
    expect(tokenizer.encode(row, 'a', { maxLength: 128 }).inputIds).toHaveLength(128);
    expect(tokenizer.encode(row).inputIds.length).toBeGreaterThan(WORDS);
    expect(performance.now() - start).toBeLessThan(10_000); // a fifth of a second where nothing else runs
  });

  test.each([
    ['WordPiece', bert, [1]],
    ['BPE', roberta, Array<number>(500_000).fill(6)],
    ['Unigram', xlmr, [7, 6, ...Array<number>(499_999).fill(8)]],
  ])('a word of a million characters: %s', async (_, json, expected) => {
    const tokenizer = await load(json);
    const word = 'ab'.repeat(500_000);
    const start = performance.now();
    const { inputIds } = tokenizer.encode(word, undefined, { addSpecialTokens: false });
    expect(performance.now() - start).toBeLessThan(10_000); // a second where nothing else runs
    expect(inputIds).toEqual(Int32Array.from(expected));
  });

  test('a word of 200,000 unknown characters', async () => {
    expect(ids((await load(xlmr)).encode('☃'.repeat(200_000)))).toEqual([0, 4, 3, 2]);
  });
});

describe('files that are refused', () => {
  const model = (json: Record<string, unknown>, changes: Record<string, unknown>) => ({
    model: { ...(json.model as Record<string, unknown>), ...changes },
  });

  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['malformed', bert, { model: null }],
    ['unsupported', bert, { model: { type: 'Nothing', vocab: {} } }],
    ['unsupported', bert, { model: { vocab: {} } }],
    ['malformed', bert, model(bert, { vocab: [] })],
    ['malformed', bert, model(bert, { vocab: { '[UNK]': 2_000_000_000 } })],
    ['malformed', bert, model(bert, { vocab: { '[UNK]': '0' } })],
    ['malformed', bert, model(bert, { unk_token: 'absent' })],
    ['malformed', bert, model(bert, { unk_token: 'constructor' })],
    ['malformed', roberta, model(roberta, { merges: ['ab'] })],
    ['malformed', roberta, model(roberta, { merges: undefined })],
    ['malformed', xlmr, model(xlmr, { vocab: { a: 1 } })],
    ['malformed', xlmr, model(xlmr, { vocab: [['a']] })],
    ['malformed', xlmr, model(xlmr, { unk_id: 99 })],
    ['malformed', bert, { added_tokens: undefined }],
    ['malformed', bert, { added_tokens: [{ id: -1, content: 'x' }] }],
    ['malformed', bert, { added_tokens: [{ id: 2_000_000_000, content: 'x' }] }],
    ['unsupported', bert, { normalizer: { type: 'Nothing' } }],
    ['unsupported', bert, { pre_tokenizer: { type: 'Nothing' } }],
    ['unsupported', bert, { post_processor: { type: 'Nothing' } }],
    ['malformed', bert, { post_processor: 7 }],
    ['malformed', bert, { post_processor: { type: 'BertProcessing', cls: ['[CLS]'], sep: ['[SEP]', 3] } }],
    ['malformed', xlmr, { post_processor: { type: 'TemplateProcessing', single: [], pair: [] } }],
    [
      'malformed',
      xlmr,
      {
        post_processor: {
          type: 'TemplateProcessing',
          single: [{ SpecialToken: { id: 'toString', type_id: 0 } }],
          pair: [],
          special_tokens: {},
        },
      },
    ],
    [
      'unsupported',
      bert,
      { post_processor: { type: 'Sequence', processors: [bert.post_processor, bert.post_processor] } },
    ],
    ['malformed', xlmr, { normalizer: { type: 'Precompiled', precompiled_charsmap: '!!' } }],
    [
      'malformed',
      xlmr,
      { normalizer: { type: 'Precompiled', precompiled_charsmap: btoa('\xff\xff\xff\xff') } },
    ],
  ])('%s', async (reason, json, changes) => {
    const error = await load(json, changes).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(TokenizerError);
    expect(error).toMatchObject({ reason });
    expect((error as Error).message).toContain('tokenizer.json');
  });

  test.each(['', '[]', '{', 'null'])('tokenizer.json of %j', async (text) => {
    const error = await loadTokenizer(memoryFiles({ 'tokenizer.json': text })).catch(
      (error: unknown) => error,
    );
    expect(error).toMatchObject({ name: 'TokenizerError', reason: 'malformed' });
  });

  test('no file at all', async () => {
    const error = await loadTokenizer(memoryFiles({})).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(MissingModelFileError);
    expect((error as Error).message).toMatch(/tokenizer\.json.*save_pretrained/s);
  });
});

describe('post processors', () => {
  test('ByteLevel, none, and a sequence of both add what they say', async () => {
    const encode = async (post_processor: unknown) =>
      (await load(roberta, { post_processor })).encode('a', 'b');
    for (const none of [
      null,
      { type: 'ByteLevel' },
      { type: 'Sequence', processors: [{ type: 'ByteLevel' }] },
    ]) {
      const { inputIds, tokenTypeIds } = await encode(none);
      expect([[...inputIds], [...tokenTypeIds]]).toEqual([
        [3, 4],
        [0, 1],
      ]);
    }
    const processors = [{ type: 'ByteLevel' }, roberta.post_processor];
    expect(ids(await encode({ type: 'Sequence', processors }))).toEqual([0, 3, 1, 1, 4, 1]);
  });
});

test('a text is split into the words that the model is given', () => {
  expect(readWordSplitter(bert)('Ünder, [SEP]\ud800 東a')).toEqual([
    'under',
    ',',
    '[',
    'sep',
    ']',
    '東',
    'a',
  ]);
  expect(readWordSplitter(roberta)('a b')).toEqual(['a', 'Ġb']);
  expect(readWordSplitter(bert)(' ')).toEqual([]);
  expect(() => readWordSplitter({ normalizer: { type: 'Own' } })).toThrow(TokenizerError);
});
