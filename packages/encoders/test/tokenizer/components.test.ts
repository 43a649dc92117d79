import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readNormalizer } from '../../src/tokenizer/normalizers/read-normalizer.ts';
import type { Piece } from '../../src/tokenizer/pre-tokenizers/piece.ts';
import { readPreTokenizer } from '../../src/tokenizer/pre-tokenizers/read-pre-tokenizer.ts';

interface Recorded<T> {
  readonly name: string;
  readonly config: unknown;
  /** For each text what the component gives. */
  readonly results: readonly T[];
}
interface Components {
  readonly texts: readonly string[];
  readonly normalizers: readonly Recorded<string>[];
  readonly preTokenizers: readonly Recorded<readonly string[]>[];
}
const file = new URL('./recorded/components.json', import.meta.url);
const { texts, normalizers, preTokenizers }: Components = JSON.parse(readFileSync(file, 'utf8'));

describe('a normalizer gives what the Rust library gives', () => {
  test.each(normalizers)('$name', ({ config, results }) => {
    const { normalize } = readNormalizer(config);
    for (const [i, text] of texts.entries()) expect(normalize(text), JSON.stringify(text)).toBe(results[i]);
  });
});

describe('a pre-tokenizer gives what the Rust library gives', () => {
  test.each(preTokenizers)('$name', ({ config, results }) => {
    const { preTokenize } = readPreTokenizer(config);
    for (const [i, text] of texts.entries()) {
      const pieces: Piece[] = [];
      preTokenize({ text, lead: 1 }, pieces);
      expect(
        pieces.map((piece) => piece.text),
        JSON.stringify(text),
      ).toEqual(results[i]);
    }
  });
});

describe('the first character of the original text', () => {
  const lead = (config: unknown, text: string): number => readNormalizer(config).lead(text, 1);

  test.each<[string, unknown, string, number]>([
    ['is still the first', { type: 'Lowercase' }, 'Ab', 1],
    ['becomes several', { type: 'NFKC' }, '㌔b', 2],
    ['has something before it', { type: 'Prepend', prepend: 'xy' }, 'ab', 3],
    ['was white space and is gone', { type: 'Strip', strip_left: true, strip_right: false }, ' a', 0],
    ['was an accent and is gone', { type: 'StripAccents' }, '\u0301a', 0],
    ['was replaced alone', { type: 'Replace', pattern: { String: 'a' }, content: 'bcd' }, 'ab', 3],
    ['was replaced with others', { type: 'Replace', pattern: { String: 'ab' }, content: 'x' }, 'abc', 0],
    ['comes before what is replaced', { type: 'Replace', pattern: { String: 'b' }, content: 'x' }, 'abc', 1],
  ])('%s', (_, config, text, expected) => {
    expect(lead(config, text)).toBe(expected);
  });
});
