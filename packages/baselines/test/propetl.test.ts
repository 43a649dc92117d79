import {
  ArgumentError,
  type FileSet,
  ModelFileError,
  mergeSnapshot,
  type NamedTensor,
  ReferenceDevice,
  readSnapshot,
  snapshotFiles,
  TrainedModel,
} from '@scalearn/core';
import { writeTorchFile } from '@scalearn/core/files';
import { gradients, input, multiply, sum, type Tensor } from '@scalearn/core/graph';
import { singleHead } from '@scalearn/core/methods';
import { describe, expect, test } from 'vitest';
import { memoryFolder } from '../../core/test/training/memory-folder.ts';
import { MemoryStore, outcome, tinyTask } from '../../core/test/training/tiny.ts';
import { type PropetlOptions, propetl, propetlReader } from '../src/index.ts';
import { maskedWeights, scoreMasks } from '../src/masked-weights.ts';
import { base, large, parameterCount } from './counts.ts';
import {
  checkFolder,
  encoder,
  shapesOf,
  target,
  tensorsOf,
  trained,
  withConfig,
  withTensors,
} from './folders.ts';
import { gradientErrors } from './gradients.ts';

const small: PropetlOptions = { reductionFactor: 2 };
const scoresFile = 'adapter_mask.safetensors';
const read = (files: FileSet) => readSnapshot(memoryFolder(files), target, [propetlReader]);

test('trainable parameters are those of the reference', () => {
  expect(parameterCount(propetl(), base)).toBe(959_280);
  expect(parameterCount(propetl(), large)).toBe(3_277_888);
});

test('gradients are those of central differences, but for the scores, which have none', async () => {
  const errors = [...(await gradientErrors(propetl(small)))];
  const others = errors.filter(([name]) => !name.includes('adapters_mask'));
  expect(others).toHaveLength(4 + 4);
  for (const [name, error] of others) expect(error, name).toBeLessThan(1e-5);
});

test("a score's gradient is that of its place in the mask, by the score's sign", async () => {
  const weight = input('weight', [2, 3]);
  const scores = [0, 1].map((i) => input(`scores ${i}`, [2, 3]));
  const upstream = [0, 1].map((i) => input(`upstream ${i}`, [2, 3]));
  const masked = maskedWeights(weight, scoreMasks(scores, 0.5));
  const loss = masked
    .map((each, i) => sum(multiply(each, upstream[i] as Tensor)))
    .reduce((a, b) => sum(multiply(a, b)));
  const [slope] = gradients(loss, [scores[1] as Tensor]) as [Tensor];
  using program = await new ReferenceDevice('float64').compile({
    outputs: { slope, ...Object.fromEntries(masked.entries()) },
  });
  const s = [-3, 1, -2, 0.5, 4, -1];
  const w = [1, 2, 3, 4, 5, 6];
  const g = [0.5, -1, 2, 3, -4, 0.25];
  const result = await program.run({
    weight: Float64Array.from(w),
    'scores 0': Float64Array.of(1, 2, 3, 4, 5, 6),
    'scores 1': Float64Array.from(s),
    'upstream 0': Float64Array.of(0, 0, 0, 1, 0, 0),
    'upstream 1': Float64Array.from(g),
  });
  expect([...(result[0] as Float64Array)]).toEqual([0, 0, 0, 4, 5, 6]);
  expect([...(result[1] as Float64Array)]).toEqual([1, 0, 3, 0, 5, 0]);
  // The first mask's part of the loss is 4.
  expect([...(result.slope as Float64Array)]).toEqual(
    s.map((score, i) => 4 * (g[i] as number) * (w[i] as number) * Math.sign(score)),
  );
});

describe('options of ProPETL', () => {
  test.each([
    [{ reductionFactor: 0 }, 'reductionFactor must be a number above 0, not 0'],
    [
      { sparsity: 0 },
      'sparsity must be a number above 0 and below 1, not 0 (fraction of the weights that masks keep)',
    ],
    [{ sparsity: 1 }, 'must be a number above 0 and below 1, not 1'],
    [{ masks: 'none' as 'frozen' }, 'masks must be one of trained, frozen, not "none"'],
  ])('%o are refused', (options, message) => {
    expect(() => propetl(options)).toThrow(ArgumentError);
    expect(() => propetl(options)).toThrow(message);
  });

  test('decide its results', () => {
    expect(propetl().settings).toEqual({ reductionFactor: 16, sparsity: 0.5, masks: 'trained' });
  });
});

test('scores are drawn uniformly, to one over the root of their columns, with a rate of their own', () => {
  const specs = propetl().parameters({ encoder: base, adapterName: 'a', tasks: ['a'] });
  const find = (ending: string): unknown => specs.find(({ name }) => name.endsWith(ending));
  const common = { decay: true, rate: 5 };
  expect(find('down_mask')).toMatchObject({
    shape: [768, 48],
    init: { bound: 1 / Math.sqrt(48) },
    ...common,
  });
  expect(find('up_mask')).toMatchObject({ shape: [48, 768], init: { bound: 1 / Math.sqrt(768) }, ...common });
});

describe('training', () => {
  const isScore = ([name]: readonly [string, unknown]): boolean => name.includes('adapters_mask');
  const first = async (options: PropetlOptions): Promise<ReadonlyMap<string, NamedTensor>> => {
    using model = await trained(propetl(options), undefined, { learningRate: 1e-12 });
    return (await model.snapshot()).tensors;
  };

  test('moves scores and adapter', async () => {
    const before = await first(small);
    using model = await trained(propetl(small));
    for (const [name, { data }] of (await model.snapshot()).tensors)
      expect(data, name).not.toEqual(before.get(name)?.data);
    expect(model.parameterCount.method).toBe(8 * 4 * 2 + 4 + 8 + 2 * 2 * 8 * 4);
  });

  test('with frozen masks leaves them as the seed drew them, and counts the adapter alone', async () => {
    const options: PropetlOptions = { ...small, masks: 'frozen' };
    const before = await first(options);
    expect([...before].filter(isScore)).toEqual([...(await first(small))].filter(isScore));
    using model = await trained(propetl(options));
    for (const [name, { data }] of (await model.snapshot()).tensors)
      if (isScore([name, data])) expect(data, name).toEqual(before.get(name)?.data);
      else expect(data, name).not.toEqual(before.get(name)?.data);
    expect(model.parameterCount.method).toBe(8 * 4 * 2 + 4 + 8);
    using other = await trained(propetl(options), undefined, { seed: 1 });
    const scores = [...(await other.snapshot()).tensors].filter(isScore);
    expect(scores).toHaveLength(4);
    for (const [name, { data }] of scores) expect(data, name).not.toEqual(before.get(name)?.data);
  });

  test.each(['trained', 'frozen'] as const)('with %s masks resumes to the same bits', async (masks) => {
    const store = new MemoryStore();
    const options = { epochs: 3 };
    using whole = await trained(propetl({ ...small, masks }), undefined, { ...options, checkpoints: store });
    using resumed = await trained(propetl({ ...small, masks }), undefined, {
      ...options,
      checkpoints: new MemoryStore(store.saved[0] as Uint8Array),
      resume: true,
    });
    expect(await outcome(resumed)).toEqual(await outcome(whole));
  });
});

describe('the folder of ProPETL', () => {
  const key = (layer: number): string => `roberta.encoder.layer.${layer}.output.adapters.red`;
  const maskKey = (layer: number): string => `roberta.encoder.layer.${layer}.output.adapters_mask.red`;

  test.each(['trained', 'frozen'] as const)('gives the same model, masks %s', async (masks) => {
    const files = await checkFolder(propetl({ ...small, masks }), propetlReader);
    expect(JSON.parse(files['adapter_config.json'] as string)).toMatchObject({
      name: 'red',
      config: { mh_adapter: false, original_ln_before: true, reduction_factor: 2, sparsity: 0.5, masks },
    });
  });

  test("holds the shared adapter under every layer's keys, and every layer's scores", async () => {
    using model = await trained(propetl(small));
    const files = await model.files();
    const ofLayer = (layer: number): Record<string, readonly number[]> => ({
      [`${key(layer)}.adapter_down.0.weight`]: [4, 8],
      [`${key(layer)}.adapter_down.0.bias`]: [4],
      [`${key(layer)}.adapter_up.weight`]: [8, 4],
      [`${key(layer)}.adapter_up.bias`]: [8],
    });
    expect(shapesOf(files)).toEqual({ ...ofLayer(0), ...ofLayer(1) });
    const tensors = tensorsOf(files);
    for (const name of Object.keys(ofLayer(0)))
      expect(tensors.get(name.replace('layer.0', 'layer.1'))?.data).toEqual(tensors.get(name)?.data);
    expect(shapesOf(files, scoresFile)).toEqual({
      [`${maskKey(0)}.down_mask`]: [8, 4],
      [`${maskKey(0)}.up_mask`]: [4, 8],
      [`${maskKey(1)}.down_mask`]: [8, 4],
      [`${maskKey(1)}.up_mask`]: [4, 8],
    });
  });

  test('of the reference, whose file holds the masks themselves, gives the same answers', async () => {
    const task = tinyTask();
    using model = await trained(propetl(small), task);
    const files = await model.files();
    const { [scoresFile]: _, ...rest } = withConfig(files, { masks: undefined });
    const masks = [...tensorsOf(files, scoresFile)].map(([name, { shape, data }]) => {
      const order = [...data.keys()].sort(
        (a, b) => Math.abs(data[a] as number) - Math.abs(data[b] as number),
      );
      const kept = new Set(order.slice(data.length / 2));
      return [name, { shape, data: Uint8Array.from(data, (_, i) => Number(kept.has(i))) }] as const;
    });
    const snapshot = await read({ ...rest, 'adapter_mask.bin': writeTorchFile(masks) });
    expect(snapshot.method.settings).toMatchObject({ masks: 'frozen' });
    using again = await TrainedModel.fromSnapshot(encoder, snapshot, task);
    expect((await again.predict(task.validation)).logits).toEqual(
      (await model.predict(task.validation)).logits,
    );
  });

  test('merged is an ordinary adapter with the same answers', async () => {
    const task = tinyTask();
    using model = await trained(propetl(small), task);
    const files = snapshotFiles(mergeSnapshot(await model.snapshot()));
    const snapshot = await readSnapshot(memoryFolder(files), target);
    expect(snapshot.method.name).toBe('bottleneck');
    expect(singleHead(snapshot).options.name).toBe('red');
    using again = await TrainedModel.fromSnapshot(encoder, snapshot, task);
    const expected = (await model.predict(task.validation)).logits;
    const { logits } = await again.predict(task.validation);
    for (const [i, x] of logits.entries()) expect(Math.abs(x - (expected[i] as number))).toBeLessThan(1e-6);
    const down = tensorsOf(files).get(`${key(1)}.adapter_down.0.weight`)?.data;
    expect(down?.filter((x) => x === 0)).toHaveLength(16);
  });

  test('is not read as an ordinary adapter by those who do not know it', async () => {
    using model = await trained(propetl(small));
    await expect(readSnapshot(memoryFolder(await model.files()), target)).rejects.toThrow(
      'sparsity is 0.5, so the adapter needs its masks',
    );
  });

  test.each<[string, (files: FileSet) => FileSet, string]>([
    [
      'another sparsity',
      (files) => withConfig(files, { sparsity: 2 }),
      'config.sparsity is 2; it must be above 0',
    ],
    ['unknown masks', (files) => withConfig(files, { masks: 'some' }), 'masks is "some"'],
    ['gelu', (files) => withConfig(files, { non_linearity: 'gelu' }), 'non_linearity is gelu; only relu'],
    [
      'another width',
      (files) => withConfig(files, { reduction_factor: 4 }),
      'layer 0 has width 4, and a reduction_factor of',
    ],
    ['no number', (files) => withConfig(files, { reduction_factor: 'x' }), 'config.reduction_factor is "x"'],
    ['no masks', ({ [scoresFile]: _, ...files }) => files, `memory has no ${scoresFile}`],
    [
      'a layer without scores',
      (files) =>
        withTensors(
          files,
          (all) => [...all].filter(([name]) => name !== `${maskKey(1)}.up_mask`),
          scoresFile,
        ),
      `${scoresFile} does not fit its configuration and the encoder: missing ${maskKey(1)}.up_mask`,
    ],
    [
      'layers that differ',
      (files) =>
        withTensors(files, (all) =>
          [...all].map(([name, { shape, data }]) => [
            name,
            { shape, data: name === `${key(1)}.adapter_up.bias` ? data.map((x) => x + 1) : data },
          ]),
        ),
      'layer 1 has another adapter than layer 0',
    ],
  ])('with %s is refused', async (_, change, message) => {
    using model = await trained(propetl(small));
    const files = change(await model.files());
    await expect(read(files)).rejects.toThrow(ModelFileError);
    await expect(read(files)).rejects.toThrow(message);
  });

  test('of another encoder is refused', async () => {
    using model = await trained(propetl(small));
    const other = { ...target, encoderFingerprint: 'another' };
    const folder = memoryFolder(await model.files());
    await expect(readSnapshot(folder, other, [propetlReader])).rejects.toThrow('trained on another encoder');
  });
});
