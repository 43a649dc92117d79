import { describe, expect, test } from 'vitest';
import { ArgumentError } from '../../src/errors.ts';
import { adapterWidth } from '../../src/methods/adapter.ts';
import { adapterFiles } from '../../src/methods/adapter-files.ts';
import { bottleneck } from '../../src/methods/bottleneck.ts';
import { architecture } from './architecture.ts';

const encoder = architecture('bert', { hiddenSize: 32, intermediateSize: 64 });

describe('an impossible width is refused, and the message names the option', () => {
  test.each([
    ['width', { width: 0 }],
    ['width', { width: 1.5 }],
    ['width', { width: -1 }],
    ['reductionFactor', { reductionFactor: 0 }],
    ['reductionFactor', { reductionFactor: Number.POSITIVE_INFINITY }],
    ['reductionFactor', { reductionFactor: 1e-9 }],
    ['reductionFactor', { reductionFactor: Number.NaN }],
  ] as const)('%s of %o', (name, options) => {
    const build = (): unknown => bottleneck(options).parameters({ encoder, adapterName: 'a', tasks: ['a'] });
    expect(build).toThrow(ArgumentError);
    expect(build).toThrow(name);
  });
});

test('a factor below 1 makes an adapter wider than the encoder', () => {
  const [down] = bottleneck({ reductionFactor: 0.5 }).parameters({ encoder, adapterName: 'a', tasks: ['a'] });
  expect(down?.shape).toEqual([64, 32]);
});

describe('the reduction factor that is written', () => {
  /** Python's `hidden // factor`: the exact quotient of the two doubles, rounded down. */
  const floorDivision = (hidden: number, factor: number): number => {
    const scale = 2 ** 70; // a power of two, which makes whole numbers of both without rounding
    return Number(BigInt(hidden * scale) / BigInt(factor * scale));
  };

  test.each([128, 384, 768, 1024])('gives every merged width of hidden size %i again', (hiddenSize) => {
    expect(floorDivision(768, 3.2)).toBe(239);
    for (const reduction of [2, 4, 16])
      for (let sources = 1; sources <= 40; sources++) {
        const width = (hiddenSize / reduction) * sources;
        const adapter = { name: 'a', hiddenSize, width, nonLinearity: 'relu', layers: [] };
        const files = adapterFiles(adapter, { encoder, modelName: 'tiny' });
        const { config } = JSON.parse(files['adapter_config.json'] as string);
        expect(floorDivision(hiddenSize, config.reduction_factor)).toBe(width);
        expect(adapterWidth(hiddenSize, config.reduction_factor)).toBe(width);
      }
  });

  test.each([
    [128, 0.8, 159],
    [768, 3.2, 239],
    [768, 16, 48],
    [768, 1000, 1],
    [100, 3, 33],
    [1, 1, 1],
  ])('of %i, %d makes a width of %i', (hiddenSize, factor, width) => {
    expect(adapterWidth(hiddenSize, factor)).toBe(width);
  });
});
