import { describe, expect, test } from 'vitest';
import { load } from './small-tokenizers.ts';

type Json = Record<string, unknown>;

/** Words a (1), b (2) and unknown ones (0); added tokens follow. */
const words: Json = {
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: 'WhitespaceSplit' },
  post_processor: null,
  model: { type: 'WordLevel', unk_token: '[UNK]', vocab: { '[UNK]': 0, a: 1, b: 2 } },
};

async function encode(text: string, added: Json[], changes: Json = {}): Promise<number[]> {
  const tokens = added.map((token, i) => ({ id: 3 + i, ...token }));
  return [...(await load(words, { added_tokens: tokens, ...changes })).encode(text).inputIds];
}
const raw = { normalized: false };

describe('an added token', () => {
  test.each<[string, string, Json[], number[]]>([
    ['is found inside words', 'axb', [{ content: 'x', ...raw }], [1, 3, 2]],
    [
      'of a single word has no letter, mark or digit beside it',
      'axb x ax éx x1 (x) x',
      [{ content: 'x', single_word: true, ...raw }],
      [0, 3, 0, 0, 0, 0, 3, 0, 3],
    ],
    [
      'of a single word may stand beside a character that is no letter',
      '🙂x🙂 𝒳x',
      [{ content: 'x', single_word: true, ...raw }],
      [0, 3, 0, 0],
    ],
    [
      'takes the white space before it',
      'a \u00a0\u3000x a',
      [{ content: 'x', lstrip: true, ...raw }],
      [1, 3, 1],
    ],
    ['takes the white space behind it', 'x \n\tx  a', [{ content: 'x', rstrip: true, ...raw }], [3, 3, 1]],
    [
      'is the longest that fits',
      'xyz xy x',
      [
        { content: 'x', ...raw },
        { content: 'xyz', ...raw },
        { content: 'xy', ...raw },
      ],
      [4, 5, 3],
    ],
    [
      'begins as far left as it can',
      'xyz',
      [
        { content: 'yzz', ...raw },
        { content: 'xy', ...raw },
        { content: 'yz', ...raw },
      ],
      [4, 0],
    ],
    [
      'that is a blank takes others once',
      '   a  ',
      [{ content: ' ', lstrip: true, rstrip: true, ...raw }],
      [3, 1, 3],
    ],
    ['that is in the vocabulary has its id there', 'ab', [{ content: 'a', ...raw, id: 1 }], [1, 2]],
  ])('%s', async (_, text, added, expected) => {
    expect(await encode(text, added)).toEqual(expected);
  });

  test('is normalized and found in the normalized text, or as it is in the text as it is', async () => {
    const normalizer = { type: 'Lowercase' };
    const text = 'X x Y y';
    expect(await encode(text, [{ content: 'X', normalized: true }], { normalizer })).toEqual([3, 3, 0, 0]);
    expect(await encode(text, [{ content: 'X', ...raw }], { normalizer })).toEqual([3, 0, 0, 0]);
    // Those that are found in the text as it is come first.
    const both = [
      { content: 'x y', normalized: true },
      { content: 'Y', ...raw },
    ];
    expect(await encode(text, both, { normalizer })).toEqual([0, 0, 4, 0]);
    expect(await encode('X y', both, { normalizer })).toEqual([3]);
  });

  test('keeps its own id where two look the same when they are normalized', async () => {
    const added = [{ content: 'X' }, { content: 'x', special: true }];
    expect(await encode('X', added, { normalizer: { type: 'Lowercase' } })).toEqual([4]);
  });

  test('starts a text again only for what has not been the start', async () => {
    const pre_tokenizer = { type: 'Metaspace', replacement: '_', prepend_scheme: 'first', split: false };
    const model = { type: 'WordLevel', unk_token: '?', vocab: { '?': 0, _a: 1, a: 2 } };
    expect(await encode('axa', [{ content: 'x', ...raw }], { pre_tokenizer, model })).toEqual([1, 3, 2]);
    expect(await encode('xa', [{ content: 'x', ...raw }], { pre_tokenizer, model })).toEqual([3, 2]);
  });

  test('that its normalizer removes is refused', async () => {
    const normalizer = { type: 'StripAccents' };
    await expect(encode('a', [{ content: '\u0301' }], { normalizer })).rejects.toMatchObject({
      reason: 'unsupported',
    });
  });

  test('with an option that is not known is refused', async () => {
    await expect(encode('a', [{ content: 'x', whole: true }])).rejects.toThrow(/"whole"/);
  });
});

test('halves of surrogate pairs are what UTF-8 makes of them', async () => {
  const model = { type: 'WordLevel', unk_token: '?', vocab: { '?': 0, '\ufffd': 1, '🙂': 2 } };
  expect(await encode('\ud83d 🙂 \ude42', [], { model })).toEqual([1, 2, 1]);
});
