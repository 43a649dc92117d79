import { describe, expect, test } from 'vitest';
import { ArgumentError } from '../../src/errors.ts';
import { bottleneck } from '../../src/methods/bottleneck.ts';
import type { EncoderShape } from '../../src/nn/encoder.ts';

const encoder: EncoderShape = {
  modelType: 'bert',
  prefix: 'bert',
  layers: 2,
  hiddenSize: 32,
  intermediateSize: 64,
  classifierDropout: 0,
  initializerRange: 0.02,
};

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
