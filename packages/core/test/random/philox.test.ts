import { expect, test } from 'vitest';
import { recordedJson } from '../../../../test/golden/recorded.ts';
import { philox } from '../../src/random/philox.ts';

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

test('recorded words of every counter and key', () => {
  const recordings = recordedJson<Recording[]>('rng/philox4x32-10.json');
  expect(recordings.length).toBeGreaterThan(3);
  for (const { counter, key, output } of recordings) {
    const [c0, c1, c2, c3] = counter.map(parse) as [number, number, number, number];
    const [k0, k1] = key.map(parse) as [number, number];
    expect(hex(philox(c0, c1, c2, c3, k0, k1))).toEqual(output);
  }
});
