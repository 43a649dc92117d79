import { expect, test } from 'vitest';
import { epochBatches, InvalidOptionError, Pcg64 } from '../src/index.ts';

const forward = (n: number) => Array.from({ length: n }, (_, i) => i);

test('slices in order, the last one smaller', () => {
  const backward = (n: number) => forward(n).reverse();
  expect([...epochBatches(7, 3, backward)]).toEqual([[6, 5, 4], [3, 2, 1], [0]]);
  expect([...epochBatches(6, 3, forward)]).toEqual([
    [0, 1, 2],
    [3, 4, 5],
  ]);
  expect([...epochBatches(2, 32, forward)]).toEqual([[0, 1]]);
  expect([...epochBatches(0, 32, forward)]).toEqual([]);
});

test('every row once, in the order of the permutation', () => {
  const generator = new Pcg64(3);
  const rows = [...epochBatches(100, 32, (n) => generator.permutation(n))].flat();
  expect(rows).toEqual([...new Pcg64(3).permutation(100)]);
  expect([...rows].sort((a, b) => a - b)).toEqual(forward(100));
});

test.each([0, -1, 2.5, Number.NaN])('refuses batches of %s', (size) => {
  expect(() => [...epochBatches(7, size, forward)]).toThrow(InvalidOptionError);
});

test('refuses an order of another length', () => {
  expect(() => [...epochBatches(7, 2, () => [0, 1])]).toThrow(/a list of 2, expected 7 row numbers/);
});
