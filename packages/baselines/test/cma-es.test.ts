import { expect, test } from 'vitest';
import { minimize } from '../src/cma-es.ts';

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const functions: Readonly<Record<string, (x: readonly number[]) => number>> = {
  sphere: (x) => sum(x.map((v) => (v - 0.3) ** 2)),
  // Axes of very different length, turned.
  'rotated ellipsoid': (x) => {
    const turned = [0.6 * x[0]! - 0.8 * x[1]!, 0.8 * x[0]! + 0.6 * x[1]!, ...x.slice(2)];
    return sum(turned.map((v, i) => 10 ** i * v ** 2));
  },
  // A narrow bent valley.
  rosenbrock: (x) => sum(x.slice(1).map((next, i) => 100 * (next - x[i]! ** 2) ** 2 + (1 - x[i]!) ** 2)),
  // A corner without derivatives.
  'absolute values': (x) => sum(x.map((v, i) => (i + 1) * Math.abs(v - 0.5))),
};

test.each(Object.entries(functions))('%s', async (_, f) => {
  const { point, value } = await minimize(f, { start: [1, -1, 1, -1], deviation: 0.5, evaluations: 3000 });
  expect(value).toBeLessThan(1e-9);
  expect(f(point)).toBe(value);
});

test('one dimension', async () => {
  const found = await minimize(([x = 0]) => (x - 2) ** 2, { start: [0], deviation: 0.5, evaluations: 200 });
  expect(found.point[0]).toBeCloseTo(2, 4);
});

test('bounds hold for every candidate, and the best may lie on one', async () => {
  const seen: number[] = [];
  const { point } = await minimize(
    (x) => {
      seen.push(...x);
      return sum(x.map((v, i) => (v - (i === 0 ? 3 : 0.2)) ** 2));
    },
    { start: [0, 0, 0], deviation: 0.5, evaluations: 900, bounds: [-1.5, 1.5] },
  );
  expect(Math.max(...seen.map(Math.abs))).toBe(1.5);
  expect(point[0]).toBe(1.5);
  expect(point[2]).toBeCloseTo(0.2, 3);
});

test('evaluates the start first, and as often as it may', async () => {
  for (const evaluations of [1, 5, 40]) {
    const points: (readonly number[])[] = [];
    const f = (x: readonly number[]): number => points.push([...x]);
    const { point, value } = await minimize(f, { start: [0.5, 0.25], deviation: 1, evaluations });
    expect(points).toHaveLength(evaluations);
    expect([points[0], point, value]).toEqual([[0.5, 0.25], [0.5, 0.25], 1]);
  }
});

test('the seed decides the points, and no number is worse than any', async () => {
  const options = { start: [1, 1], deviation: 0.5, evaluations: 60 };
  const f = async (x: readonly number[]): Promise<number> =>
    x[0]! > 1.2 ? Number.NaN : sum(x.map((v) => v ** 2));
  const found = await minimize(f, options);
  expect(await minimize(f, options)).toEqual(found);
  expect(await minimize(f, { ...options, seed: 1 })).not.toEqual(found);
  expect(found.value).toBeLessThan(0.1);
});
