import { expect, test } from 'vitest';
import { MT19937 } from '../../src/random/mt19937.ts';

test('gives the words that Matsumoto and Nishimura list for the seed 5489', () => {
  const random = new MT19937(5489);
  const words = Array.from({ length: 10_000 }, () => random.word());
  expect(words.slice(0, 3)).toEqual([3499211612, 581869302, 3890346734]);
  // What the C++ standard demands of std::mt19937.
  expect(words.at(-1)).toBe(4123659995);
});
