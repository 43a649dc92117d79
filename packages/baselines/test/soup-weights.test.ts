import type { NamedTensor } from '@scalearn/core';
import { RandomStream } from '@scalearn/core/graph';
import { adapterKeys } from '@scalearn/core/methods';
import { encoderArchitecture, parseEncoderConfig } from '@scalearn/encoders';
import { describe, expect, test } from 'vitest';
import { caseNames, readCase } from '../../../test/golden/folder.ts';
import { soupParts } from '../../../test/golden/methods.ts';
import { averageAdapters, soupWeights, textSimilarity } from '../src/index.ts';

const soups = caseNames(({ soup }) => soup !== undefined);

describe.each(soups)('the recorded case %s', (name) => {
  const c = readCase(name);
  const encoder = encoderArchitecture(parseEncoderConfig(c.file.encoder.config));
  const { sources, similarities } = soupParts(c, encoder);
  const weights = soupWeights(similarities, c.file.method.top_k as number);
  const { mean_cosine: cosines, weights: kept } = c.file.soup as NonNullable<typeof c.file.soup>;

  test('similarities of texts', () => {
    for (const [t, { name }] of sources.entries())
      expect(similarities[t], name).toBeCloseTo(cosines[name] as number, 7);
  });

  test('weights of the sources', () => {
    for (const [t, { name }] of sources.entries()) expect(weights[t], name).toBeCloseTo(kept[name] ?? 0, 7);
  });

  test('the averaged adapter', () => {
    const adapter = averageAdapters('adapter', sources, weights);
    for (const [i, layer] of adapter.layers.entries())
      for (const [field, key] of Object.entries(adapterKeys(encoder, i, 'adapter'))) {
        const expected = (c.weights.get(key) as NamedTensor).data;
        const actual = layer[field as keyof typeof layer];
        expect(actual).toHaveLength(expected.length);
        for (const [k, value] of expected.entries()) expect(actual[k], key).toBeCloseTo(value, 7);
      }
  });
});

describe('the similarity of texts', () => {
  const draw = (name: string, rows: number): Float32Array[] =>
    Array.from({ length: rows }, (_, i) => new RandomStream(1, `${name} ${i}`).normal(6, 1, 1));

  test('is the mean of the cosines of all pairs', () => {
    const [a, b] = [draw('a', 5), draw('b', 7)];
    const dot = (x: Float32Array, y: Float32Array): number =>
      x.reduce((sum, value, i) => sum + value * (y[i] as number), 0);
    const cosines = a.flatMap((x) => b.map((y) => dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y))));
    const mean = cosines.reduce((sum, value) => sum + value, 0) / cosines.length;
    expect(mean).toBeGreaterThan(0.05);
    expect(textSimilarity(a, b)).toBeCloseTo(mean, 6);
  });

  test('of opposites is 0', () => {
    expect(textSimilarity([Float32Array.of(1, 0)], [Float32Array.of(-1, 0)])).toBe(0);
    expect(textSimilarity([Float32Array.of(3, 4)], [Float32Array.of(6, 8)])).toBeCloseTo(1, 12);
  });

  test.each([
    ['none', [], [[1]], 'no embeddings to compare'],
    ['of two sizes', [[1, 2]], [[1]], 'of sizes 2 and 1'],
    ['of two sizes in a task', [[1, 2], [1]], [[1, 2]], 'of another size'],
    ['of no direction', [[0, 0]], [[1, 2]], 'has no direction'],
    ['that are no numbers', [[Number.NaN]], [[1]], 'has no direction'],
  ])('embeddings %s are refused', (_, a, b, message) => {
    const rows = (values: readonly (readonly number[])[]): Float32Array[] =>
      values.map((row) => Float32Array.from(row));
    expect(() => textSimilarity(rows(a), rows(b))).toThrow(message);
  });
});

describe('the weights of a soup', () => {
  test('are the largest similarities over their sum', () => {
    expect(soupWeights([0.1, 0.4, 0, 0.2, 0.4], 3)).toEqual([0, 0.4, 0, 0.2, 0.4]);
    expect(soupWeights([1, 3], 5)).toEqual([0.25, 0.75]);
  });

  test('of equal similarities are those of the first ones; by default there are five', () => {
    expect(soupWeights([1, 1, 1, 1, 1, 1])).toEqual([0.2, 0.2, 0.2, 0.2, 0.2, 0]);
  });

  test.each<[string, number[], number, string]>([
    ['none is similar', [0, 0], 5, 'no source is similar to the target'],
    ['a similarity is negative', [1, -0.1], 5, 'a similarity must be 0 or a positive number, not -0.1'],
    ['a similarity is no number', [1, Number.NaN], 5, 'a similarity must be'],
    ['K is 0', [1], 0, 'topK must be a whole number of at least 1, not 0'],
    ['K is a fraction', [1], 1.5, 'topK must be a whole number of at least 1, not 1.5'],
  ])('are refused where %s', (_, similarities, topK, message) => {
    expect(() => soupWeights(similarities, topK)).toThrow(message);
  });
});
