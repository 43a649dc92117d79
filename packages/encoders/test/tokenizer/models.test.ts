import { describe, expect, test } from 'vitest';
import { TokenizerError } from '../../src/tokenizer/errors.ts';
import { readModel } from '../../src/tokenizer/models/read-model.ts';

type Json = Record<string, unknown>;

function encode(config: Json, piece: string): number[] {
  const ids: number[] = [];
  readModel(config).encode(piece, ids);
  return ids;
}
const vocab = (...tokens: string[]): Record<string, number> =>
  Object.fromEntries(tokens.map((token, id) => [token, id]));
const byte = (value: number): string => `<0x${value.toString(16).toUpperCase().padStart(2, '0')}>`;

describe('BPE', () => {
  const bpe: Json = {
    type: 'BPE',
    unk_token: '?',
    vocab: vocab('?', 'a', 'b', 'ab', 'c', 'abc', 'bc'),
    merges: ['b c', 'a b', 'ab c'],
  };

  test.each<[string, Json, string, number[]]>([
    ['the pair of the lowest rank is merged first', {}, 'abc', [1, 6]],
    ['of equal ranks the left one', { merges: ['a b', 'b c'] }, 'abab', [3, 3]],
    [
      'merges may be pairs',
      {
        merges: [
          ['a', 'b'],
          ['ab', 'c'],
        ],
      },
      'abc',
      [5],
    ],
    ['a word of the vocabulary may be taken whole', { ignore_merges: true }, 'abc', [5]],
    ['unknown characters one by one', {}, 'axyb', [1, 0, 0, 2]],
    ['unknown characters as one', { fuse_unk: true }, 'axyb', [1, 0, 2]],
    ['unknown characters left out', { unk_token: null }, 'axyb', [3]],
    [
      'a prefix of what continues a word',
      { continuing_subword_prefix: '##', vocab: vocab('?', 'a', '##b', 'ab'), merges: ['a ##b'] },
      'ab',
      [3],
    ],
    [
      'a suffix of what ends a word',
      { end_of_word_suffix: '</w>', vocab: vocab('?', 'a', 'b</w>', 'ab</w>'), merges: ['a b</w>'] },
      'ab',
      [3],
    ],
    [
      'bytes of unknown characters',
      { byte_fallback: true, vocab: vocab('?', 'a', byte(0xc3), byte(0xa9)), merges: [] },
      'aéü',
      [1, 2, 3, 0],
    ],
    [
      'an unknown character comes behind the bytes that follow it',
      { byte_fallback: true, vocab: vocab('?', 'a', byte(0xc3), byte(0xa9)), merges: [] },
      'üéa',
      [2, 3, 0, 1],
    ],
    ['no dropout', { dropout: 0 }, 'ab', [3]],
  ])('%s', (_, changes, piece, expected) => {
    expect(encode({ ...bpe, ...changes }, piece)).toEqual(expected);
  });

  test.each<[string, Json]>([
    ['unsupported', { dropout: 0.1 }],
    ['unsupported', { cache: 7 }],
    ['malformed', { merges: ['a b c'] }],
    ['malformed', { merges: ['a c'] }], // ac is not in the vocabulary
    ['malformed', { unk_token: 'x' }],
    ['malformed', { fuse_unk: 1 }],
  ])('%s: %j', (reason, changes) => {
    expect(() => encode({ ...bpe, ...changes }, 'a')).toThrow(
      expect.objectContaining({ name: 'TokenizerError', reason }) as Error,
    );
  });
});

describe('Unigram', () => {
  const unigram: Json = {
    type: 'Unigram',
    unk_id: 0,
    vocab: [
      ['?', 0],
      ['a', -2],
      ['b', -2],
      ['ab', -3],
      [byte(0xc3), -9],
      [byte(0xa9), -9],
    ],
  };

  test.each<[string, Json, string, number[]]>([
    ['the segmentation of the highest score', {}, 'abb', [3, 2]],
    ['unknown characters that follow one another as one', {}, 'aééb', [1, 0, 2]],
    ['bytes of unknown characters', { byte_fallback: true }, 'aéb', [1, 4, 5, 2]],
    ['bytes only where all of them are known', { byte_fallback: true }, 'éü', [0]],
    ['no token for unknown ones', { unk_id: null }, 'ab', [3]],
  ])('%s', (_, changes, piece, expected) => {
    expect(encode({ ...unigram, ...changes }, piece)).toEqual(expected);
  });

  test('an unknown character without a token for it is an error', () => {
    expect(() => encode({ ...unigram, unk_id: null }, 'aé')).toThrow(TokenizerError);
  });

  test('scores are read as the Rust library reads them, which rounds twice', () => {
    // Segmentations into the same pieces in another order: the last bit of a sum decides.
    const vocabulary = [
      ['?', 0],
      ['x', -1.8989821295774763],
      ['xxx', -4.963480696735528],
    ];
    const config = { type: 'Unigram', unk_id: 0, vocab: vocabulary };
    expect(encode(config, 'x'.repeat(11))).toEqual([2, 2, 1, 1, 2]);
  });
});

describe('WordPiece', () => {
  const wordPiece: Json = {
    type: 'WordPiece',
    unk_token: '?',
    continuing_subword_prefix: '@@',
    max_input_chars_per_word: 4,
    vocab: vocab('?', 'a', '@@b', 'ab', '🙂', '@@🙂'),
  };

  test.each<[string, string, number[]]>([
    ['the longest token first', 'abb', [3, 2]],
    ['a word with an unknown part is unknown', 'abc', [0]],
    ['a long word is unknown', 'abbbb', [0]],
    ['characters are counted, not UTF-16 units', '🙂🙂🙂🙂', [4, 5, 5, 5]],
  ])('%s', (_, piece, expected) => {
    expect(encode(wordPiece, piece)).toEqual(expected);
  });
});

test('WordLevel', () => {
  const wordLevel = { type: 'WordLevel', unk_token: '?', vocab: vocab('?', 'a') };
  expect(encode(wordLevel, 'a')).toEqual([1]);
  expect(encode(wordLevel, 'aa')).toEqual([0]);
});

test.each<[Json, number[]]>([
  [{ vocab: vocab('?', 'a', 'b', 'ab'), merges: ['a b'], unk_token: '?' }, [3]],
  [
    { vocab: vocab('?', 'ab'), unk_token: '?', continuing_subword_prefix: '##', max_input_chars_per_word: 9 },
    [1],
  ],
  [
    {
      vocab: [
        ['?', 0],
        ['ab', -1],
      ],
      unk_id: 0,
    },
    [1],
  ],
  [{ vocab: vocab('?', 'ab'), unk_token: '?' }, [1]],
])('files of older days do not name the kind of model: %j', (config, expected) => {
  expect(encode(config, 'ab')).toEqual(expected);
});
