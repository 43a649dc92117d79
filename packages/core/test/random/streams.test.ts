import { describe, expect, test } from 'vitest';
import { dropoutThreshold, fillMaskRow } from '../../src/random/dropout-mask.ts';
import { RandomStream, seedKey, streamId } from '../../src/random/streams.ts';
import { keeps } from './keeps.ts';

const draw = <T>(count: number, next: () => T): T[] => Array.from({ length: count }, next);

describe('a stream', () => {
  test('gives words that never change: they are part of every seed that anybody has reported', () => {
    const stream = new RandomStream(42, 'order/0');
    expect(draw(6, () => stream.word())).toMatchInlineSnapshot(`
      [
        1673283572,
        3226130984,
        1588574039,
        3025050827,
        3268953193,
        1132543324,
      ]
    `);
    expect([...new RandomStream(42, 'order/0').permutation(10)]).toMatchInlineSnapshot(`
      [
        3,
        8,
        0,
        5,
        4,
        6,
        1,
        7,
        9,
        2,
      ]
    `);
    expect([...new RandomStream(7, 'initial/heads.rte.1.weight').normal(5, 0, 0.02)]).toMatchInlineSnapshot(`
      [
        0.0018599075265228748,
        -0.0001891121210064739,
        -0.006799022201448679,
        0.039642687886953354,
        -0.01119981613010168,
      ]
    `);
    expect(streamId('omega')).toMatchInlineSnapshot(`2319433256`);
  });

  test('depends on the seed and on its name, all 53 bits of the seed included', () => {
    const first = (seed: number, name: string): number => new RandomStream(seed, name).word();
    const values = [first(1, 'a'), first(2, 'a'), first(1, 'b'), first(1 + 2 ** 32, 'a')];
    expect(new Set(values).size).toBe(4);
    expect(first(1, 'a')).toBe(values[0]);
    expect(seedKey(2 ** 53 - 1)).toEqual([0xffffffff, 0x1fffff]);
  });

  test('goes on from a position as if it had never stopped', () => {
    const whole = new RandomStream(3, 'x');
    const words = draw(11, () => whole.word());
    for (let position = 0; position < 11; position++) {
      const later = new RandomStream(3, 'x');
      later.position = position;
      expect(later.word()).toBe(words[position]);
    }
  });

  test('uniform numbers are in [0, 1) and exact in float32', () => {
    const stream = new RandomStream(0, 'u');
    const values = draw(4000, () => stream.uniform());
    for (const value of values) expect(value >= 0 && value < 1 && Math.fround(value) === value).toBe(true);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean).toBeCloseTo(0.5, 1);
  });

  test('whole numbers below a bound reach every value, the last included', () => {
    const stream = new RandomStream(0, 'b');
    const counts = [0, 0, 0, 0, 0, 0, 0];
    for (let i = 0; i < 7000; i++) (counts as number[])[stream.below(7)]! += 1;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
    expect(stream.below(1)).toBe(0);
    // A remainder alone would give the lowest third half of the draws.
    const bound = 3 * 2 ** 30;
    const low = draw(3000, () => stream.below(bound)).filter((value) => value < 2 ** 30);
    expect(Math.abs(low.length - 1000)).toBeLessThan(150);
  });

  test('normal numbers have the mean and deviation asked for, and no infinities', () => {
    const values = new RandomStream(1, 'n').normal(20_001, 3, 0.5);
    expect(values.length).toBe(20_001);
    expect(values.every(Number.isFinite)).toBe(true);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(3, 1);
    expect(Math.sqrt(variance)).toBeCloseTo(0.5, 1);
    // The generator cannot give more than 5.77 deviations.
    expect(Math.max(...values.map((v) => Math.abs(v - 3) / 0.5))).toBeLessThan(5.78);
  });

  test('a permutation holds every number once; of none and of one it is trivial', () => {
    const order = new RandomStream(5, 'p').permutation(1000);
    expect([...order].sort((a, b) => a - b)).toEqual([...Array(1000).keys()]);
    expect([...order.subarray(0, 8)]).not.toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect([...new RandomStream(5, 'p').permutation(0)]).toEqual([]);
    expect([...new RandomStream(5, 'p').permutation(1)]).toEqual([0]);
  });
});

describe('a dropout mask', () => {
  const state = { key0: 9, key1: 1, step: 4 };

  test('decides every element alone as it does in a row', () => {
    const row = new Float32Array(21);
    fillMaskRow(row, 0, 21, 6, 77, dropoutThreshold(0.3), 2, state);
    for (let column = 0; column < 21; column++)
      expect(row[column]).toBe(keeps(6, column, 77, dropoutThreshold(0.3), state) ? 2 : 0);
  });

  test('keeps the share it should; another step, stream or row has another mask', () => {
    const mask = (stream: number, step: number, row: number): number[] => {
      const values = new Float32Array(8192);
      fillMaskRow(values, 0, 8192, row, stream, dropoutThreshold(0.1), 1, { ...state, step });
      return [...values];
    };
    const first = mask(1, 1, 0);
    expect(first.reduce((a, b) => a + b, 0) / 8192).toBeCloseTo(0.9, 1);
    for (const other of [mask(2, 1, 0), mask(1, 2, 0), mask(1, 1, 1)]) expect(other).not.toEqual(first);
    expect(mask(1, 1, 0)).toEqual(first);
  });
});
