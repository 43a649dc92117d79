import { ArgumentError } from '@scalearn/core';
import { loadTokenizer, memoryFolder, type Tokenizer } from '@scalearn/encoders';
import { describe, expect, test } from 'vitest';
import { trainWordPiece, type WordPieceOptions, wordPieceFiles } from '../src/index.ts';

const repeated = (word: string, times: number): string[] => new Array<string>(times).fill(word);
const hugs = [
  ...repeated('hug', 10),
  ...repeated('pug', 5),
  ...repeated('pun', 12),
  ...repeated('bun', 4),
  ...repeated('hugs', 5),
];
const base = 5 + 32 + 2 * 36;

const tokensOf = (texts: Iterable<string>, options: WordPieceOptions): string[] => {
  const { vocab } = trainWordPiece(texts, options).model as { vocab: Record<string, number> };
  return Object.keys(vocab).sort((a, b) => (vocab[a] as number) - (vocab[b] as number));
};
const load = (texts: Iterable<string>, options: WordPieceOptions): Promise<Tokenizer> =>
  loadTokenizer(memoryFolder(wordPieceFiles(trainWordPiece(texts, options), 32)));

describe('a WordPiece vocabulary', () => {
  test('joins the most frequent pair again and again; of equal ones the first by its text', () => {
    expect(tokensOf(hugs, { vocabularySize: 1000 }).slice(base)).toEqual([
      '##ug', // 20
      '##un', // 16
      'hug', // 15
      'pun', // 12
      'hugs', // 5, as
      'pug', // 5
      'bun', // 4
    ]);
  });

  test('begins with the special tokens, and has the characters of printable ASCII', () => {
    const tokens = tokensOf(hugs, { vocabularySize: base });
    expect(tokens.slice(0, 5)).toEqual(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']);
    expect(tokens).toHaveLength(base);
  });

  test('does not depend on the order of the texts', () => {
    const options = { vocabularySize: base + 6 };
    expect(tokensOf([...hugs].reverse(), options)).toEqual(tokensOf(hugs, options));
    expect(tokensOf([hugs.join(' ')], options)).toEqual(tokensOf(hugs, options));
  });

  test('stops at its size, and at pairs that are too rare', () => {
    expect(tokensOf(hugs, { vocabularySize: base + 2 }).slice(base)).toEqual(['##ug', '##un']);
    expect(tokensOf(hugs, { vocabularySize: 1000, minFrequency: 13 }).slice(base)).toEqual([
      '##ug',
      '##un',
      'hug',
    ]);
  });

  test('joins letters that repeat', () => {
    expect(tokensOf(['aaaaa', 'aaaaa'], { vocabularySize: 1000 }).slice(base)).toEqual([
      '##aa',
      '##aaaa',
      'aaaaa',
    ]);
  });

  test('has the characters of the texts, lower-case and without accents', () => {
    const tokens = tokensOf(['Ñandú Straße 東京'], { vocabularySize: 1000 });
    expect(tokens.slice(base)).toEqual(['##ß', '京', '東']);
  });

  test('must have room for single characters', () => {
    expect(() => tokensOf(hugs, { vocabularySize: base - 1 })).toThrow(ArgumentError);
    expect(() => tokensOf(hugs, { vocabularySize: base - 1 })).toThrow(`at least ${base}`);
  });
});

describe('its tokenizer', () => {
  test('cuts words into the longest pieces, between special tokens', async () => {
    const tokenizer = await load(hugs, { vocabularySize: 1000 });
    const ids = (...tokens: string[]): number[] => tokens.map((token) => tokenizer.idOf(token) as number);
    expect(Array.from(tokenizer.encode('Hugs, pugs!').inputIds)).toEqual(
      ids('[CLS]', 'hugs', ',', 'pug', '##s', '!', '[SEP]'),
    );
    const { inputIds, tokenTypeIds } = tokenizer.encode('hug', 'a bun');
    expect(Array.from(inputIds)).toEqual(ids('[CLS]', 'hug', '[SEP]', 'a', 'bun', '[SEP]'));
    expect(Array.from(tokenTypeIds)).toEqual([0, 0, 0, 1, 1, 1]);
    expect(tokenizer.modelMaxLength).toBe(32);
  });

  test('writes any printable ASCII', async () => {
    const tokenizer = await load(hugs, { vocabularySize: base });
    const ascii = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));
    const unknown = tokenizer.idOf('[UNK]') as number;
    for (const text of [ascii.join(''), ascii.join(' '), ascii.map((c) => `x${c}y`).join(' ')])
      expect(Array.from(tokenizer.encode(text).inputIds)).not.toContain(unknown);
    expect(Array.from(tokenizer.encode('ж').inputIds)).toContain(unknown);
  });
});
