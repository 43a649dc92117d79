import {
  type Adapter,
  type FileSet,
  ModelFileError,
  readAdapterFolder,
  readSnapshot,
  TrainedModel,
} from '@scalearn/core';
import { describe, expect, test } from 'vitest';
import { plainAdapter, randomAdapter } from '../../core/test/methods/random-adapter.ts';
import { memoryFolder } from '../../core/test/training/memory-folder.ts';
import { tinyTask } from '../../core/test/training/tiny.ts';
import { type AdapterSoupOptions, adapterSoup, adapterSoupReader, averageAdapters } from '../src/index.ts';
import { base, parameterCount } from './counts.ts';
import { checkFolder, encoder, target, trained } from './folders.ts';
import { gradientErrors } from './gradients.ts';

const names = ['mnli', 'qqp', 'red'];
const sources = names.map((name) => randomAdapter(name, encoder.architecture, 3));
const soup = { sources, similarities: [0.125, 0.25, 0.75], topK: 2 };

test('nothing trains but the head', async () => {
  expect(parameterCount(adapterSoup(soup), base)).toBe(0);
  const errors = await gradientErrors(adapterSoup(soup));
  expect([...errors.keys()].map((name) => name.split('.')[0])).toEqual(Array(4).fill('classifier'));
  for (const [name, error] of errors) expect(error, name).toBeLessThan(1e-6);
});

test('the trained model is the averaged adapter', async () => {
  const task = tinyTask();
  using model = await trained(adapterSoup(soup));
  const adapter = plainAdapter(await model.adapter());
  const [, second, third] = sources.map(({ layers }) => layers);
  for (const [i, layer] of adapter.layers.entries())
    for (const part of ['down', 'downBias', 'up', 'upBias'] as const) {
      const wanted = third![i]![part].map((value, k) => 0.75 * value + 0.25 * second![i]![part][k]!);
      expect(layer[part]).toHaveLength(wanted.length);
      for (const [k, value] of wanted.entries()) expect(layer[part][k]).toBeCloseTo(value, 6);
    }
  using merged = await TrainedModel.fromSnapshot(encoder, await model.merge(), task);
  const [expected, actual] = [await model.predict(task.validation), await merged.predict(task.validation)];
  expect(actual.logits).toEqual(expected.logits);
});

test('weights can be given as they are', async () => {
  const weights = [0, 0.25, 0.75];
  expect(adapterSoup({ sources, weights }).settings).toEqual(adapterSoup(soup).settings);
  const others = { sources: sources.map((adapter) => ({ adapter })), weights: [1, 0, 0] };
  expect(adapterSoup(others).settings).not.toEqual(adapterSoup(soup).settings);
});

describe('the average of adapters', () => {
  test('is that of every weight and bias', () => {
    const [a, b] = sources as [Adapter, Adapter];
    const { layers, ...rest } = averageAdapters('x', [a, b], [0.25, 0.75]);
    expect(rest).toEqual({ name: 'x', hiddenSize: 8, width: 3, nonLinearity: 'relu' });
    for (const [i, layer] of layers.entries())
      for (const field of ['down', 'downBias', 'up', 'upBias'] as const) {
        const values = (adapter: Adapter): Float32Array => adapter.layers[i]?.[field] as Float32Array;
        const expected = values(a).map((value, k) => 0.25 * value + 0.75 * (values(b)[k] as number));
        for (const [k, value] of layer[field].entries()) expect(value).toBeCloseTo(expected[k] as number, 6);
      }
  });

  test('of one is that one', () => {
    const [a] = sources as [Adapter];
    expect(averageAdapters('mnli', sources, [1, 0, 0])).toEqual(a);
  });

  const [a] = sources as [Adapter];
  test.each<[string, Adapter, string]>([
    ['width', randomAdapter('b', encoder.architecture, 4), 'width 4 with relu'],
    ['activation', randomAdapter('b', encoder.architecture, 3, 'gelu'), 'width 3 with gelu'],
    ['number of layers', randomAdapter('b', { layers: 3, hiddenSize: 8 }, 3), "'b' has 3 layers of"],
    ['encoder', { ...a, name: 'b', encoderFingerprint: 'other' }, "'b' was trained on another encoder than"],
  ])('of another %s is refused, unless its weight is 0', (_, b, message) => {
    expect(() => averageAdapters('x', [a, b], [0.5, 0.5])).toThrow(message);
    expect(averageAdapters('mnli', [a, b], [1, 0])).toEqual(a);
  });
});

describe('the folder of a soup', () => {
  const file = 'soup_config.json';

  test('gives the same model, and is an adapter of the adapters library', async () => {
    const { encoderFingerprint } = target as { encoderFingerprint: string };
    const known = sources.map((source) => ({ ...source, encoderFingerprint }));
    const files = await checkFolder(adapterSoup({ ...soup, sources: known }), adapterSoupReader);
    const { sources: shares } = JSON.parse(files[file] as string);
    expect(shares).toEqual([
      { name: 'mnli', weight: 0 },
      { name: 'qqp', weight: 0.25 },
      { name: 'red', weight: 0.75 },
    ]);
    expect(await readAdapterFolder(memoryFolder(files))).toMatchObject(
      averageAdapters('red', known, [0, 0.25, 0.75]),
    );
    const elsewhere = { ...target, encoderFingerprint: 'another' };
    await expect(adapterSoupReader(memoryFolder(files), elsewhere)).rejects.toThrow(ModelFileError);
  });

  test('is refused where it is damaged; others are left to other readers', async () => {
    using model = await trained(adapterSoup(soup));
    const files = await model.files();
    const read = (changed: FileSet): Promise<unknown> =>
      readSnapshot(memoryFolder(changed), target, [adapterSoupReader]);
    for (const wrong of [null, {}, ['red'], [{ name: 'red' }], [{ name: 1, weight: 1 }]]) {
      const changed = {
        ...files,
        [file]: JSON.stringify({ ...JSON.parse(files[file] as string), sources: wrong }),
      };
      await expect(read(changed)).rejects.toThrow(ModelFileError);
      await expect(read(changed)).rejects.toThrow(`memory/${file}: sources is `);
    }
    const { 'adapter_config.json': _, ...without } = files;
    await expect(read(without)).rejects.toThrow('memory has no adapter_config.json');
    const shape = { ...encoder.architecture, layers: 3 };
    const deeper = adapterSoupReader(memoryFolder(files), { ...target, encoder: shape });
    await expect(deeper).rejects.toThrow(ModelFileError);
    const { [file]: __, ...plain } = files;
    expect(await adapterSoupReader(memoryFolder(plain), target)).toBeUndefined();
  });
});

describe('what is refused', () => {
  test.each<[string, AdapterSoupOptions, string]>([
    ['no source', { sources: [], weights: [] }, 'a soup needs source adapters'],
    [
      'a weight too few',
      { sources, weights: [1] },
      'a soup of 3 sources needs a weight or a similarity for each, not 1',
    ],
    ['a similarity too many', { sources, similarities: [1, 1, 1, 1] }, 'for each, not 4'],
    [
      'a negative weight',
      { sources, weights: [-1, 1, 1] },
      "the weight of 'mnli' must be 0 or above, not -1",
    ],
    ['no number', { sources, weights: [Number.NaN, 1, 0] }, "the weight of 'mnli' must be"],
    ['weights of another sum', { sources, weights: [1, 1, 0] }, 'the weights must add up to 1, not 2'],
    [
      'one task twice',
      { sources: [...sources, ...sources.slice(1, 2)], weights: [0, 0, 1, 0] },
      "both named 'qqp'",
    ],
  ])('%s', (_, options, message) => {
    expect(() => adapterSoup(options)).toThrow(message);
  });

  test('an adapter of another encoder', async () => {
    const wide = randomAdapter('wide', { layers: 2, hiddenSize: 16 }, 2);
    await expect(trained(adapterSoup({ sources: [wide], weights: [1] }))).rejects.toThrow(
      'hidden size 16, not 8',
    );
  });
});
