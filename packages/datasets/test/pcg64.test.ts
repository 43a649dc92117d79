import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { recordedJson } from '../../../test/golden/recorded.ts';
import { InvalidOptionError } from '../src/errors.ts';
import { Pcg64 } from '../src/pcg64.ts';
import { seedSequence } from '../src/seed-sequence.ts';

interface Recorded {
  seed: string;
  pool: string[];
  words32: string[];
  next64: string[];
  next32: string[];
  random: number[];
  permutation: Record<string, number[]>;
  permutationLarge: Record<string, { sha256: string; first: number[]; last: number[] }>;
  choice: { n: number; size: number; result: number[] }[];
}
type Call =
  | ['permutation', number, number[]]
  | ['choice', [number, number], number[]]
  | ['random', number, number[]];

const hex = (digits: number) => (value: number | bigint) => value.toString(16).padStart(digits, '0');
const times = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);

// numpy.random.default_rng(42)
test('agrees with NumPy for seed 42', () => {
  expect([...new Pcg64(42).permutation(10)]).toEqual([5, 6, 0, 7, 3, 2, 4, 9, 1, 8]);
  expect(new Pcg64(42).random()).toBe(0.7739560485559633);
  expect(new Pcg64(42).next64()).toBe(0xc621fbcd16d92688n);
});

test.each([-1, 1.5, Number.NaN, 2 ** 53, -1n])('refuses the seed %s', (seed) => {
  expect(() => new Pcg64(seed)).toThrow(InvalidOptionError);
});

test('refuses choices it does not draw as NumPy does', () => {
  expect(() => new Pcg64(0).choice(3, 4)).toThrow(RangeError);
  expect(() => new Pcg64(0).choice(20_000, 401)).toThrow(RangeError);
  expect(new Set(new Pcg64(0).choice(20_000, 400)).size).toBe(400);
});

test('permutes 400,000 rows in well under two seconds', () => {
  const start = process.cpuUsage();
  new Pcg64(42).permutation(400_000);
  expect(process.cpuUsage(start).user / 1e6).toBeLessThan(1.5);
});

describe('recorded NumPy generators', () => {
  const cases = recordedJson<Recorded[]>('rng/pcg64.json');

  test.each(cases)('seed $seed', (expected) => {
    const seed = BigInt(expected.seed);
    const fresh = () => new Pcg64(seed);
    const sequence = seedSequence(seed);
    expect([...sequence.pool].map(hex(8))).toEqual(expected.pool);
    expect([...sequence.generate(8)].map(hex(8))).toEqual(expected.words32);
    const a = fresh();
    expect(times(expected.next64.length, () => a.next64()).map(hex(16))).toEqual(expected.next64);
    const b = fresh();
    expect(times(expected.next32.length, () => b.next32()).map(hex(8))).toEqual(expected.next32);
    const c = fresh();
    expect(times(expected.random.length, () => c.random())).toEqual(expected.random);
    for (const [n, order] of Object.entries(expected.permutation)) {
      expect([...fresh().permutation(Number(n))]).toEqual(order);
    }
    for (const [n, { sha256, first, last }] of Object.entries(expected.permutationLarge)) {
      const order = fresh().permutation(Number(n));
      expect([...order.slice(0, 8)]).toEqual(first);
      expect([...order.slice(-8)]).toEqual(last);
      expect(createHash('sha256').update(order).digest('hex')).toBe(sha256);
    }
    for (const { n, size, result } of expected.choice) {
      expect([...fresh().choice(n, size)]).toEqual(result);
    }
  });

  test('mixed calls on one generator', () => {
    const { seed, calls } = recordedJson<{ seed: string; calls: Call[] }>('rng/pcg64-mixed.json');
    const generator = new Pcg64(BigInt(seed));
    for (const [name, argument, result] of calls) {
      if (name === 'permutation') expect([...generator.permutation(argument)]).toEqual(result);
      else if (name === 'choice') expect([...generator.choice(...argument)]).toEqual(result);
      else expect(times(argument, () => generator.random())).toEqual(result);
    }
  });
});
