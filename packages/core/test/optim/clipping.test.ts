import { describe, expect, test } from 'vitest';
import { recordedJson } from '../../../../test/golden/recorded.ts';
import { ReferenceDevice } from '../../src/devices/reference.ts';
import { input } from '../../src/graph/leaves.ts';
import { multiply } from '../../src/ops/arithmetic.ts';
import { clipFactor, globalNorm } from '../../src/optim/clip.ts';

type Written = number | string;
interface Recording {
  readonly gradients: readonly (readonly Written[])[];
  readonly maxNorm: number;
  readonly norm: Written;
  readonly clipped: readonly (readonly Written[])[];
}

async function clip(gradients: readonly (readonly number[])[], maxNorm: number | undefined) {
  const inputs = gradients.map((values, i) => input(`g${i}`, [values.length]));
  const norm = globalNorm(inputs);
  const factor = clipFactor(norm, maxNorm);
  const clipped = Object.fromEntries(inputs.map((g, i) => [`clipped${i}`, multiply(g, factor)]));
  const program = await new ReferenceDevice('float64').compile({ outputs: { norm, factor, ...clipped } });
  const feeds = Object.fromEntries(gradients.map((values, i) => [`g${i}`, Float64Array.from(values)]));
  const result = await program.run(feeds);
  const value = (name: string): number => (result[name] as Float64Array)[0] as number;
  return {
    norm: value('norm'),
    factor: value('factor'),
    clipped: gradients.map((_, i) => [...(result[`clipped${i}`] as Float64Array)]),
  };
}

test('without a limit gradients stay as they are', async () => {
  expect(await clip([[3, 4]], undefined)).toEqual({ norm: 5, factor: 1, clipped: [[3, 4]] });
});

describe('clipping equals the recorded one', () => {
  for (const [i, c] of recordedJson<Recording[]>('optim/clipping.json').entries())
    test(`case ${i}: norm ${c.norm}, limit ${c.maxNorm}`, async () => {
      // Numbers that JSON does not have are written as strings.
      const { norm, clipped } = await clip(
        c.gradients.map((values) => values.map(Number)),
        c.maxNorm,
      );
      const close = (actual: number, expected: Written): void => {
        if (Number.isFinite(Number(expected)))
          expect(Math.abs(actual - Number(expected))).toBeLessThanOrEqual(1e-14 * Math.abs(Number(expected)));
        else expect(actual).toBe(Number(expected));
      };
      close(norm, c.norm);
      for (const [k, values] of c.clipped.entries())
        for (const [j, expected] of values.entries()) close(clipped[k]?.[j] as number, expected);
    });
});
