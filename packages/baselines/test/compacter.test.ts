import {
  ArgumentError,
  bottleneck,
  type FileSet,
  ModelFileError,
  ReferenceDevice,
  readSnapshot,
} from '@scalearn/core';
import { type Tensor, variable } from '@scalearn/core/graph';
import { describe, expect, test } from 'vitest';
import { memoryFolder } from '../../core/test/training/memory-folder.ts';
import { compacter, compacterReader } from '../src/index.ts';
import { phmWeights } from '../src/phm.ts';
import { base, large, parameterCount } from './counts.ts';
import { checkFolder, encoder, shapesOf, target, trained, withConfig, withTensors } from './folders.ts';
import { gradientErrors } from './gradients.ts';

const small = { reductionFactor: 2 };

test('trainable parameters are those of the reference', () => {
  expect(parameterCount(compacter(), base)).toBe(29_440);
  expect(parameterCount(compacter(), large)).toBe(78_400);
});

test('gradients are those of central differences', async () => {
  for (const [name, error] of await gradientErrors(compacter(small))) expect(error, name).toBeLessThan(1e-5);
});

test('weights are sums of Kronecker products', async () => {
  const device = new ReferenceDevice('float64');
  const [rows, columns, n] = [3, 2, 4];
  const values = (size: number, seed: number): Float64Array =>
    Float64Array.from({ length: size }, (_, i) => Math.sin(seed + i * 1.7));
  const [rule, left, right] = [values(n ** 3, 1), values(2 * n * rows, 2), values(2 * n * columns, 3)];
  const tensor = (data: Float64Array, shape: readonly number[]): Tensor =>
    variable(device.upload(data, shape, { label: 'test' }));
  const layers = [0, 1].map((l) => ({
    left: tensor(left.slice(l * n * rows, (l + 1) * n * rows), [n, rows, 1]),
    right: tensor(right.slice(l * n * columns, (l + 1) * n * columns), [n, 1, columns]),
  }));
  const [, weight] = phmWeights(tensor(rule, [n, n, n]), layers) as [Tensor, Tensor];
  expect(weight.shape).toEqual([n * rows, n * columns]);
  using program = await device.compile({ outputs: { weight } });
  const actual = (await program.run({})).weight as Float64Array;
  for (let a = 0; a < n; a++)
    for (let b = 0; b < n; b++)
      for (let c = 0; c < rows; c++)
        for (let e = 0; e < columns; e++) {
          let expected = 0;
          for (let i = 0; i < n; i++)
            expected +=
              (rule[(i * n + a) * n + b] as number) *
              (left[(n + i) * rows + c] as number) *
              (right[(n + i) * columns + e] as number);
          expect(actual[(a * rows + c) * n * columns + b * columns + e]).toBeCloseTo(expected, 12);
        }
});

describe('options of Compacter++', () => {
  const build = (options: Parameters<typeof compacter>[0]): unknown =>
    compacter(options).parameters({ encoder: encoder.architecture, adapterName: 'a', tasks: ['a'] });

  test.each([
    [{ reductionFactor: 0 }, 'reductionFactor must be a number above 0, not 0'],
    [{ reductionFactor: Number.NaN }, 'reductionFactor must be a number above 0, not NaN'],
    [{ reductionFactor: 3 }, 'a reductionFactor of 3 makes a bottleneck of width 2'],
    [{ nonLinearity: 'cubic' }, 'the adapter non-linearity "cubic" is not known'],
  ])('%o are refused', (options, message) => {
    expect(() => build(options)).toThrow(ArgumentError);
    expect(() => build(options)).toThrow(message);
  });

  test('decide its results', () => {
    expect(compacter().settings).toEqual({ nonLinearity: 'gelu', reductionFactor: 16 });
  });
});

test('factors begin as Xavier normal has them, the rule close to zero', () => {
  const specs = compacter().parameters({ encoder: base, adapterName: 'a', tasks: ['a'] });
  const init = (ending: string): unknown => specs.find(({ name }) => name.endsWith(ending))?.init;
  expect(init('phm_rule')).toEqual({ mean: 0, deviation: 0.0001 });
  expect(init('adapter_down.0.W_left')).toEqual({ mean: 0, deviation: Math.sqrt(2 / (192 + 1)) });
  expect(init('adapter_down.0.W_right')).toEqual({ mean: 0, deviation: Math.sqrt(2 / (1 + 12)) });
  expect(init('adapter_up.W_left')).toEqual({ mean: 0, deviation: Math.sqrt(2 / (12 + 1)) });
  expect(init('adapter_up.b')).toEqual({ constant: 0 });
});

describe('the folder of Compacter++', () => {
  test('gives the same model, and is one of the adapters library', async () => {
    const files = await checkFolder(compacter(small), compacterReader);
    expect(JSON.parse(files['adapter_config.json'] as string)).toMatchObject({
      name: 'red',
      config: {
        mh_adapter: false,
        output_adapter: true,
        original_ln_before: true,
        phm_layer: true,
        phm_dim: 4,
        phm_rank: 1,
        shared_phm_rule: true,
        non_linearity: 'gelu',
        reduction_factor: 2,
      },
    });
    const ofLayer = (layer: number): Record<string, readonly number[]> => {
      const key = `roberta.encoder.layer.${layer}.output.adapters.red`;
      return {
        [`${key}.adapter_down.0.W_left`]: [4, 2, 1],
        [`${key}.adapter_down.0.W_right`]: [4, 1, 1],
        [`${key}.adapter_down.0.b`]: [4],
        [`${key}.adapter_up.W_left`]: [4, 1, 1],
        [`${key}.adapter_up.W_right`]: [4, 1, 2],
        [`${key}.adapter_up.b`]: [8],
      };
    };
    expect(shapesOf(files)).toEqual({
      'roberta.shared_parameters.red.phm_rule': [4, 4, 4],
      ...ofLayer(0),
      ...ofLayer(1),
    });
  });

  test('keeps another non-linearity', async () => {
    await checkFolder(compacter({ ...small, nonLinearity: 'relu' }), compacterReader);
  });

  const read = (files: FileSet): Promise<unknown> =>
    readSnapshot(memoryFolder(files), target, [compacterReader]);

  test('without the shared rule is refused, with the reason', async () => {
    using model = await trained(compacter(small));
    const files = withTensors(await model.files(), (tensors) =>
      [...tensors].filter(([name]) => !name.endsWith('phm_rule')),
    );
    await expect(read(files)).rejects.toThrow(ModelFileError);
    await expect(read(files)).rejects.toThrow(
      'adapter.safetensors has no roberta.shared_parameters.red.phm_rule: without the rule',
    );
  });

  test.each([
    [{ phm_dim: 2 }, 'phm_dim is 2; only 4'],
    [{ shared_phm_rule: false }, 'shared_phm_rule is false; only true'],
    [{ mh_adapter: true }, 'mh_adapter is true'],
    [{ scaling: 2 }, 'scaling is 2; only 1'],
    [{ reduction_factor: 3 }, 'a reductionFactor of 3 makes a bottleneck of width 2'],
    [{ reduction_factor: { 1: 4 } }, 'reduction_factor differs by layers'],
    [{ non_linearity: 'cubic' }, '"cubic" is not known'],
  ])('with %o is refused', async (changes, message) => {
    using model = await trained(compacter(small));
    const files = withConfig(await model.files(), changes);
    await expect(read(files)).rejects.toThrow(ModelFileError);
    await expect(read(files)).rejects.toThrow(message);
  });

  test('is not taken for that of a plain adapter, nor the other way', async () => {
    using model = await trained(compacter(small));
    await expect(readSnapshot(memoryFolder(await model.files()), target)).rejects.toThrow(
      'phm_layer is true',
    );
    using plain = await trained(bottleneck({ width: 4 }));
    expect(await compacterReader(memoryFolder(await plain.files()), target)).toBeUndefined();
  });
});
