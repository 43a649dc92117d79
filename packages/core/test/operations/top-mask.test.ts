import { describe, expect, test } from 'vitest';
import { gradients } from '../../src/autodiff/gradient.ts';
import { ReferenceDevice } from '../../src/devices/reference.ts';
import { ArgumentError, ShapeError } from '../../src/errors.ts';
import { input } from '../../src/graph/leaves.ts';
import { multiply, sum } from '../../src/ops/arithmetic.ts';
import { largestMask, topMask } from '../../src/ops/top-mask.ts';

const x = input('x', [2, 5]);

async function run(keep: number, values: readonly number[]): Promise<readonly number[][]> {
  const y = topMask(x, keep);
  const weights = input('w', [2, 5]);
  const [slope] = gradients(sum(multiply(y, weights)), [x]) as [typeof x];
  using program = await new ReferenceDevice('float64').compile({ outputs: { y, slope } });
  const w = Float64Array.from(values.keys(), (i) => i + 1);
  const result = await program.run({ x: Float64Array.from(values), w });
  return [[...(result.y as Float64Array)], [...(result.slope as Float64Array)]];
}

describe('the mask of the largest', () => {
  test('goes by magnitude, row by row', async () => {
    const [mask] = await run(0.4, [-5, 1, 2, -3, 4, 10, -50, 20, 30, 40]);
    expect(mask).toEqual([1, 0, 0, 0, 1, 0, 1, 0, 0, 1]);
  });

  test('keeps the right one of equal magnitudes', async () => {
    const [mask] = await run(0.4, [1, -1, 1, -1, 1, 2, 1, 3, -2, 0]);
    expect(mask).toEqual([0, 0, 0, 1, 1, 0, 0, 1, 1, 0]);
  });

  test('has as many zeros as a whole number of them fits', async () => {
    // 0.5 of 5 is 2.5: two are zero.
    expect((await run(0.5, [1, 2, 3, 4, 5, 5, 4, 3, 2, 1]))[0]).toEqual([0, 0, 1, 1, 1, 1, 1, 1, 0, 0]);
    expect((await run(1, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]))[0]).toEqual(Array(10).fill(1));
  });

  test('lets gradients pass straight through to magnitudes, of elements that are 0, too', async () => {
    const [, slope] = await run(0.4, [-5, 1, 0, -3, 4, 10, -50, 20, 30, 40]);
    expect(slope).toEqual([-1, 2, 0, -4, 5, 6, -7, 8, 9, 10]);
  });

  test('is the same on the host', () => {
    expect([...largestMask(Float32Array.of(-5, 1, 2, -3, 4), 0.4)]).toEqual([1, 0, 0, 0, 1]);
  });

  test('of no part, of more than all, or of rows that have no width is refused', () => {
    for (const keep of [0, -0.5, 1.5, Number.NaN]) {
      expect(() => topMask(x, keep)).toThrow(ArgumentError);
      expect(() => topMask(x, keep)).toThrow(`not ${keep}`);
    }
    expect(() => topMask(input('x', [3, 'tokens']), 0.5)).toThrow(ShapeError);
  });
});
