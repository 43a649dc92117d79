import { describe, expect, test } from 'vitest';
import {
  type Adapter,
  ArgumentError,
  ReferenceDevice,
  type ScalearnOptions,
  scalearn,
  scalearnVariants,
  TrainedModel,
  train,
} from '../../src/index.ts';
import { tinyEncoder, tinyTask } from '../training/tiny.ts';
import { plainAdapter, randomAdapter } from './random-adapter.ts';

const device = new ReferenceDevice();
const encoder = await tinyEncoder(device);
const task = tinyTask({ id: 'tiny/target' });
const quick = { encoder, task, batchSize: 8, epochs: 1, learningRate: 3e-2 };

/** Three sources of different widths. */
const sources = (nonLinearity = 'relu'): Adapter[] =>
  [3, 5, 2].map((width, i) => randomAdapter(`s${i}`, encoder.architecture, width, nonLinearity));

const largest = (a: Float32Array, b: Float32Array): number =>
  a.reduce(
    (max, x, i) => Math.max(max, Math.abs(x - (b[i] as number))),
    a.length === b.length ? 0 : Infinity,
  );

describe('merging gives one adapter with the same logits', () => {
  const ablations: Partial<ScalearnOptions>[] = [
    ...scalearnVariants.map((variant) => ({ variant })),
    ...(['scalearn', 'scalearn-uniform'] as const).flatMap((variant) =>
      (['mean', 'softmax'] as const).map((normalization) => ({ variant, normalization, dropout: 0 })),
    ),
    { variant: 'scalearn++', normalization: 'softmax', initScale: 1 },
    { regularization: 0.1 },
  ];
  for (const options of ablations)
    for (const nonLinearity of options.variant === 'scalearn'
      ? ['relu', 'gelu', 'tanh']
      : ['relu', 'gelu_new'])
      test(`${JSON.stringify(options)} on ${nonLinearity} sources`, async () => {
        const method = scalearn({ sources: sources(nonLinearity), ...options });
        using model = await train({ ...quick, method });
        const merged = await model.merge();
        expect(await model.adapter()).toMatchObject({ width: 3 + 5 + 2, nonLinearity, name: 'target' });
        using plain = await TrainedModel.fromSnapshot(encoder, merged, task);
        expect(plain.parameterCount.method).toBe(2 * (2 * 8 * 10 + 10 + 8));
        const [expected, actual] = [
          await model.predict(task.validation),
          await plain.predict(task.validation),
        ];
        expect(largest(actual.logits, expected.logits)).toBeLessThan(1e-5);
        // The sources matter: with other coefficients the logits are far away.
        const other = scalearn({
          sources: sources(nonLinearity),
          ...options,
          initScale: 8,
          variant: 'scalearn-uniform',
        });
        using far = await train({ ...quick, method: other, learningRate: 1e-9 });
        expect(largest((await far.predict(task.validation)).logits, expected.logits)).toBeGreaterThan(1e-2);
      });
});

describe('what the sources are', () => {
  test('one source with ω = 1 is that adapter', async () => {
    const [source] = sources() as [Adapter];
    const method = scalearn({ sources: [source], variant: 'scalearn-uniform++', initScale: 1 });
    using model = await train({ ...quick, method, learningRate: 1e-9 });
    const { tensors } = await model.snapshot();
    const [[key, omega] = []] = tensors;
    expect(key).toBe('bert.shared_parameters.s0.omega');
    expect(omega?.data[0]).toBeCloseTo(1, 2);
    const merged = plainAdapter(await model.adapter());
    const scale = omega?.data[0] as number;
    expect(
      largest(
        merged?.layers[1]?.up as Float32Array,
        source.layers[1]!.up.map((x) => x * scale),
      ),
    ).toBeLessThan(1e-6);
    expect(merged?.layers[0]?.down).toEqual(source.layers[0]?.down);
  });

  test('ω starts around initScale / T, with a deviation of 0.001', async () => {
    const method = scalearn({ sources: sources(), initScale: 6 });
    using model = await train({ ...quick, method, learningRate: 1e-12 });
    for (const { data, shape } of (await model.snapshot()).tensors.values()) {
      expect(shape).toEqual([3, 8]);
      for (const value of data) expect(Math.abs(value - 2)).toBeLessThan(0.006);
      expect(new Set(data).size).toBe(24);
    }
  });

  test.each<[string, () => ScalearnOptions, RegExp]>([
    ['none', () => ({ sources: [] }), /at least one source/],
    [
      'another hidden size',
      () => ({ sources: [randomAdapter('wide', { layers: 2, hiddenSize: 16 }, 2)] }),
      /'wide' belongs to an encoder of hidden size 16, not 8/,
    ],
    [
      'another number of layers',
      () => ({ sources: [...sources(), randomAdapter('deep', { layers: 6, hiddenSize: 8 }, 2)] }),
      /'deep' was trained on 6 layers, not 2/,
    ],
    [
      'another encoder',
      () => ({ sources: sources().map((source) => ({ ...source, encoderFingerprint: 'f'.repeat(64) })) }),
      /'s0' was trained on another encoder \(fingerprint ffffffffffff…, this one is [0-9a-f]{12}…\)/,
    ],
    ['one task twice', () => ({ sources: [...sources(), ...sources()] }), /both named 's0'/],
    ['one adapter twice', () => ({ sources: sources().flatMap((s) => [s, s]) }), /both named 's0'/],
    [
      'two activations',
      () => ({ sources: [...sources(), randomAdapter('odd', encoder.architecture, 2, 'gelu')] }),
      /'odd' uses gelu, 's0' uses relu/,
    ],
    [
      'an unknown activation',
      () => ({ sources: [randomAdapter('x', encoder.architecture, 2, 'cubic')] }),
      /"cubic" is not known; known are gelu, /,
    ],
    [
      'an unknown variant',
      () => ({ sources: sources(), variant: 'scalearn+' as 'scalearn' }),
      /no ScaLearn variant 'scalearn\+'; there are scalearn, /,
    ],
    ['dropout of 1', () => ({ sources: sources(), dropout: 1 }), /dropout must be/],
    [
      'an unknown normalization',
      () => ({ sources: sources(), normalization: 'max' as 'mean' }),
      /normalization must be one of none, mean, softmax, not "max"/,
    ],
    [
      'an initial scale that is no number',
      () => ({ sources: sources(), initScale: Number.NaN }),
      /initScale must be/,
    ],
    ['a negative regularizer', () => ({ sources: sources(), regularization: -1 }), /regularization must be/],
  ])('%s is refused, and nothing stays on the device', async (_, options, message) => {
    const before = device.memory().total;
    const error = await (async () => train({ ...quick, method: scalearn(options()) }))().catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(ArgumentError);
    expect((error as Error).message).toMatch(message);
    expect(device.memory().total).toBe(before);
  });

  test('those without a fingerprint, as AdapterHub has them, fit any encoder of their size', async () => {
    using model = await train({ ...quick, method: scalearn({ sources: sources() }) });
    expect(model.steps).toBe(5);
  });

  test('trained models can be given as they are, through their adapters', async () => {
    const wrapped = sources().map((adapter) => ({ adapter }));
    using model = await train({ ...quick, method: scalearn({ sources: wrapped }) });
    using same = await train({ ...quick, method: scalearn({ sources: sources() }) });
    expect((await model.predict(task.validation)).logits).toEqual(
      (await same.predict(task.validation)).logits,
    );
  });
});
