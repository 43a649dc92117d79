import { expect, test } from 'vitest';
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
