import { expect, test } from 'vitest';
import { fromHalf, toHalf } from '../../../src/devices/webgpu/half.ts';
import { type Lifetime, planMemory } from '../../../src/devices/webgpu/plan/memory.ts';
import { RandomStream } from '../../../src/random/streams.ts';

const array = (first: number, last: number, bytes: number): Lifetime => ({
  value: { temporary: 'array', shape: [], dtype: 'f32' },
  first,
  last,
  bytes,
});

test('arrays that live at the same time share no buffer, and each fits', () => {
  const stream = new RandomStream(5, 'lifetimes');
  const lifetimes = Array.from({ length: 200 }, () => {
    const first = stream.below(100);
    return array(first, first + stream.below(12), 16 * (1 + stream.below(50)));
  });
  const { buffers, bufferOf } = planMemory(lifetimes);
  for (const a of lifetimes) {
    expect(buffers[bufferOf.get(a.value) as number]).toBeGreaterThanOrEqual(a.bytes);
    for (const b of lifetimes)
      if (a !== b && a.first <= b.last && b.first <= a.last)
        expect(bufferOf.get(a.value)).not.toBe(bufferOf.get(b.value));
  }
  expect(buffers.length).toBeLessThan(40);
});

test('a chain of equal arrays takes two buffers, and a kept one a third', () => {
  const chain = Array.from({ length: 10 }, (_, i) => array(i, i + 1, 64));
  expect(planMemory(chain).buffers).toEqual([64, 64]);
  expect(planMemory([array(0, Number.POSITIVE_INFINITY, 16), ...chain]).buffers).toHaveLength(3);
});

test('f16 both ways: every half, and rounding to the nearest', () => {
  for (let half = 0; half < 0x7c00; half++) {
    expect(toHalf(fromHalf(half))).toBe(half);
    expect(toHalf(-fromHalf(half))).toBe(half | 0x8000);
    const [low, high] = [fromHalf(half), half === 0x7bff ? 65536 : fromHalf(half + 1)];
    const even = half % 2 === 0 ? half : half + 1;
    expect(toHalf((low + high) / 2)).toBe(even);
    expect(toHalf(low + (high - low) * 0.49)).toBe(half);
  }
  expect(toHalf(1e6)).toBe(0x7c00);
  expect(fromHalf(0xfc00)).toBe(Number.NEGATIVE_INFINITY);
  expect(fromHalf(toHalf(Number.NaN))).toBeNaN();
});
