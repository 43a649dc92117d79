import type { EncodedText } from '@scalearn/core';
import { RandomStream } from '@scalearn/core/graph';
import { describe, expect, test } from 'vitest';
import { type MaskedBatch, type MaskingVocabulary, maskTokens } from '../src/index.ts';

const vocabulary: MaskingVocabulary = { size: 500, maskId: 4, specialIds: new Set([0, 1, 2, 3, 4]) };
const text = (length: number, seed: number): EncodedText => {
  const random = new RandomStream(seed, 'text');
  const words = Array.from({ length }, () => 5 + random.below(495));
  return { inputIds: [2, ...words, 3], tokenTypeIds: new Array(length + 2).fill(seed % 2) };
};
const texts = Array.from({ length: 800 }, (_, i) => text(10 + (i % 31), i));
const mask = (batch = texts, seed = 1, rate = 0.15): MaskedBatch =>
  maskTokens(batch, vocabulary, new RandomStream(seed, 'mask/0'), rate);
const flat = (batch: readonly EncodedText[]): number[] =>
  batch.flatMap(({ inputIds }) => [...Array.from(inputIds)]);

describe('masking', () => {
  const before = flat(texts);
  const masked = mask();
  const after = flat(masked.texts);

  test('takes 15 % of what is no special token, at distinct places in ascending order', () => {
    const words = before.filter((id) => id > 4).length;
    expect(masked.positions.length / words).toBeCloseTo(0.15, 2);
    expect(Array.from(masked.positions)).toEqual([...new Set(masked.positions)].sort((a, b) => a - b));
    expect(masked.labels.every((id) => id > 4)).toBe(true);
  });

  test('labels are the ids from before, and all others stay', () => {
    const chosen = new Set(masked.positions);
    expect(Array.from(masked.positions, (position) => before[position])).toEqual(Array.from(masked.labels));
    for (const [i, id] of before.entries()) if (!chosen.has(i)) expect(after[i]).toBe(id);
    expect(masked.texts.map((row) => row.tokenTypeIds)).toEqual(texts.map((row) => row.tokenTypeIds));
  });

  test('makes 80 % the mask token, 10 % a random one, and keeps 10 %', () => {
    const now = Array.from(masked.positions, (position) => after[position] as number);
    const share = (is: (id: number, i: number) => boolean): number => now.filter(is).length / now.length;
    expect(now.length).toBeGreaterThan(2500);
    // Three standard deviations.
    expect(Math.abs(share((id) => id === 4) - 0.8)).toBeLessThan(0.024);
    expect(Math.abs(share((id, i) => id === masked.labels[i]) - 0.1)).toBeLessThan(0.018);
    const random = now.filter((id, i) => id !== 4 && id !== masked.labels[i]);
    expect(random.every((id) => id > 4 && id < 500)).toBe(true);
    expect(new Set(random).size).toBeGreaterThan(150);
  });

  test('is decided by the stream', () => {
    expect(mask()).toEqual(masked);
    expect(mask(texts, 2)).not.toEqual(masked);
  });

  test('takes at least one token, and none where there are only special ones', () => {
    const short = mask([text(1, 0), { inputIds: [2, 3] }, text(3, 0)]);
    expect(short.positions.length).toBe(2);
    expect(short.positions[0]).toBe(1);
  });

  test('of everything leaves nothing out', () => {
    const all = mask([text(6, 0)], 1, 1);
    expect(Array.from(all.positions)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
