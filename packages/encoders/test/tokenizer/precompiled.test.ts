import { describe, expect, test } from 'vitest';
import { PrecompiledNormalizer } from '../../src/tokenizer/normalizers/precompiled.ts';

/**
 * A table of replacements in SentencePiece's form, one branch of 256 units for each prefix. A unit holds its label in
 * the low byte, whether a value hangs below it in bit 8, and the distance to its children from bit 10.
 */
function charsmap(replacements: Record<string, string>): string {
  const encoder = new TextEncoder();
  const units: number[] = Array(256).fill(0);
  const texts: number[] = [];
  const blocks = new Map<string, number>(); // prefix in bytes to the position of its children
  const childrenOf = (prefix: string): number => {
    let block = blocks.get(prefix);
    if (block === undefined) {
      block = units.length;
      blocks.set(prefix, block);
      units.push(...Array<number>(256).fill(0));
    }
    return block;
  };
  units[0] = childrenOf('') << 10;
  for (const [from, to] of Object.entries(replacements)) {
    const bytes = [...encoder.encode(from)];
    bytes.forEach((byte, i) => {
      const node = childrenOf(bytes.slice(0, i).join()) ^ byte;
      const children = childrenOf(bytes.slice(0, i + 1).join());
      const hasValue = i === bytes.length - 1 || ((units[node] ?? 0) & 0x100) !== 0;
      units[node] = ((node ^ children) << 10) | (hasValue ? 0x100 : 0) | byte;
      if (i === bytes.length - 1) units[children] = texts.length; // the label of a value is zero
    });
    texts.push(...encoder.encode(to), 0);
  }
  const trie = new Uint8Array(Uint32Array.from(units).buffer);
  const bytes = [...new Uint8Array(Uint32Array.of(trie.length).buffer), ...trie, ...texts];
  return btoa(bytes.map((byte) => String.fromCharCode(byte)).join(''));
}

describe('a table of replacements', () => {
  const table = new PrecompiledNormalizer(charsmap({ ﬁ: 'fi', '\u00a0': ' ', カ: 'KA', é: 'E' }));

  test('replaces what it lists and nothing else', () => {
    expect(table.normalize('ﬁne\u00a0day, ünïcode 中')).toBe('fine day, ünïcode 中');
    expect(table.normalize('plain ASCII')).toBe('plain ASCII');
    expect(table.normalize('')).toBe('');
  });

  test('of a short grapheme the shortest listed prefix stands for the whole', () => {
    expect(table.normalize('e\u0301x')).toBe('e\u0301x'); // decomposed: not listed
    expect(table.normalize('é\u0301')).toBe('E'); // four bytes: the accent goes with it
    expect(table.normalize('カ\u3099')).toBe('KA\u3099'); // six bytes: character by character
  });

  test('may list ASCII too', () => {
    expect(new PrecompiledNormalizer(charsmap({ a: 'b' })).normalize('banana')).toBe('bbnbnb');
  });

  test('that is nonsense neither fails nor hangs', () => {
    const bytes = Array.from({ length: 4 + 400 }, (_, i) =>
      i === 0 ? 144 : i === 1 ? 1 : i < 4 ? 0 : (i * 7919) % 256,
    );
    const nonsense = new PrecompiledNormalizer(btoa(String.fromCharCode(...bytes)));
    const text = Array.from({ length: 3000 }, (_, i) => String.fromCodePoint(i + 32)).join('');
    expect(typeof nonsense.normalize(text)).toBe('string');
  });
});
