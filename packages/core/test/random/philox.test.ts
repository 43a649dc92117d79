import { describe, expect, test } from 'vitest';
import { philox } from '../../src/random/philox.ts';
import { golden, readJson, skipReason } from '../files/golden.ts';

interface Recording {
  readonly counter: readonly [string, string, string, string];
  readonly key: readonly [string, string];
  readonly output: readonly string[];
}

const hex = (words: readonly number[]): string[] => words.map((word) => word.toString(16).padStart(8, '0'));
const parse = (word: string): number => Number.parseInt(word, 16);

/** Published known answers of Random123. */
test('known answers', () => {
  expect(hex(philox(0, 0, 0, 0, 0, 0))).toEqual(['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']);
  const ones = 0xffffffff;
  const all = philox(ones, ones, ones, ones, ones, ones);
  expect(hex(all)).toEqual(['408f276d', '41c83b0e', 'a20bc7c6', '6d5451fd']);
});

describe('recorded words', () => {
  const path = `${golden}/rng/philox4x32-10.json`;
  const skip = skipReason(path);
  test('every counter and key', (context) => {
    if (skip) return context.skip(skip);
    const recordings = readJson<Recording[]>(path);
    expect(recordings.length).toBeGreaterThan(3);
    for (const { counter, key, output } of recordings) {
      const [c0, c1, c2, c3] = counter.map(parse) as [number, number, number, number];
      const [k0, k1] = key.map(parse) as [number, number];
      expect(hex(philox(c0, c1, c2, c3, k0, k1))).toEqual(output);
    }
  });
});
