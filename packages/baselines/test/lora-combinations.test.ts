import {
  type EncodedText,
  type Encoder,
  type LoraAdapter,
  ModelFileError,
  mergeSnapshot,
  type SourceAdapter,
  scalearn,
  TrainedModel,
} from '@scalearn/core';
import { logMe, logMeTargets } from '@scalearn/evaluation';
import { describe, expect, test, vi } from 'vitest';
import { plainAdapter, randomAdapter } from '../../core/test/methods/random-adapter.ts';
import { randomLora } from '../../core/test/methods/random-lora.ts';
import { memoryFolder } from '../../core/test/training/memory-folder.ts';
import { tinyTask } from '../../core/test/training/tiny.ts';
import {
  AdapterFeatures,
  adapterSoup,
  combineLoras,
  type FeatureOptions,
  loraAverage,
  loraAverageReader,
  lorahub,
  lorahubReader,
  lorahubWeights,
} from '../src/index.ts';
import { base, parameterCount } from './counts.ts';
import { checkFolder, encoder, target, trained } from './folders.ts';

const { architecture, fingerprint } = encoder;
const place = { encoder: architecture, encoderFingerprint: fingerprint };
const red = randomLora('red', architecture);
const blue = randomLora('blue', architecture);
const wide = randomLora('wide', architecture, { rank: 3, names: ['value', 'output.dense'] });

/** s·B·A of a module, `[outputs, inputs]`. */
function product({ modules }: LoraAdapter, path: string): number[] {
  const found = modules.get(path);
  if (!found) return [];
  const { a, b, rank, alpha, inputs, outputs } = found;
  return Array.from({ length: outputs * inputs }, (_, i) => {
    const [row, column] = [Math.floor(i / inputs), i % inputs];
    let sum = 0;
    for (let k = 0; k < rank; k++) sum += b[row * rank + k]! * a[k * inputs + column]!;
    return (alpha / rank) * sum;
  });
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 5);
}

/** The features of texts under one adapter. */
async function adapterFeatures(...[of, texts, adapter, options]: FeatureCall): Promise<Float64Array> {
  using features = new AdapterFeatures(of, texts, options);
  return await features.compute(adapter);
}
type FeatureCall = [
  of: Encoder,
  texts: readonly EncodedText[],
  adapter?: SourceAdapter,
  options?: FeatureOptions,
];

describe('the average of LoRAs', () => {
  test('is one LoRA of their products, of any ranks and layers, and only the head trains', async () => {
    expect(parameterCount(loraAverage({ sources: [red, blue] }), base)).toBe(0);
    using model = await trained(loraAverage({ sources: [red, wide] }));
    const { modules } = (await model.adapter()) as LoraAdapter;
    const paths = new Set([...red.modules.keys(), ...wide.modules.keys()]);
    expect(new Set(modules.keys())).toEqual(paths);
    for (const path of paths) {
      const [one, other] = [product(red, path), product(wide, path)];
      const size = Math.max(one.length, other.length);
      const mean = Array.from({ length: size }, (_, i) => ((one[i] ?? 0) + (other[i] ?? 0)) / 2);
      expectClose(product({ ...red, modules }, path), mean);
    }
    const ranks = [...modules.values()].map(({ rank }) => rank);
    expect(new Set(ranks)).toEqual(new Set([2, 3, 5]));
  });

  test('is ScaLearn with every ω = 1/T', async () => {
    const task = tinyTask();
    using average = await trained(loraAverage({ sources: [red, wide] }), task, { maxSteps: 1 });
    using scaled = await trained(
      scalearn({ sources: [red, wide], variant: 'scalearn-uniform++', initScale: 1 }),
      task,
      { maxSteps: 1 },
    );
    const snapshot = await scaled.snapshot();
    const tensors = new Map(
      [...snapshot.tensors].map(([key, { shape }]) => [
        key,
        { shape, data: new Float32Array(shape[0] ?? 0).fill(0.5) },
      ]),
    );
    const { heads } = await average.snapshot();
    using same = await TrainedModel.fromSnapshot(encoder, { ...snapshot, tensors, heads }, task);
    expectClose(
      [...(await same.predict(task.validation)).logits],
      [...(await average.predict(task.validation)).logits],
    );
  });

  test('gives the same model from its folder, which is a LoRA of PEFT', async () => {
    const files = await checkFolder(loraAverage({ sources: [red, wide] }), loraAverageReader);
    expect(Object.keys(files)).toEqual(
      expect.arrayContaining([
        'adapter_config.json',
        'adapter_model.safetensors',
        'lora_average_config.json',
      ]),
    );
    expect(JSON.parse(files['lora_average_config.json'] as string).sources).toEqual([
      { name: expect.stringMatching(/^red [0-9a-f]{8}$/), weight: 0.5 },
      { name: expect.stringMatching(/^wide [0-9a-f]{8}$/), weight: 0.5 },
    ]);
  });
});

describe('LoRAHub', () => {
  const weights = [0.7, -0.4];

  test('combines A and B apart, as its paper does', async () => {
    expect(parameterCount(lorahub({ sources: [red, blue], weights }), base)).toBe(0);
    const combined = combineLoras([red, blue], weights, place);
    for (const [path, { a, b, rank, alpha }] of combined.modules) {
      const [first, second] = [red.modules.get(path)!, blue.modules.get(path)!];
      expect([rank, alpha]).toEqual([2, 4]);
      expectClose(
        [...a],
        Array.from(first.a, (value, i) => 0.7 * value - 0.4 * second.a[i]!),
      );
      expectClose(
        [...b],
        Array.from(first.b, (value, i) => 0.7 * value - 0.4 * second.b[i]!),
      );
    }
    // It is not the sum of what the sources do.
    const [path] = red.modules.keys() as Iterable<string>;
    const sum = product(red, path!).map((value, i) => 0.7 * value - 0.4 * product(blue, path!)[i]!);
    expect(Math.abs(product(combined, path!)[0]! - sum[0]!)).toBeGreaterThan(1e-3);
  });

  test('is one LoRA of the same rank, with the same logits', async () => {
    const task = tinyTask();
    using model = await trained(lorahub({ sources: [red, blue], weights }), task);
    const merged = mergeSnapshot(await model.snapshot());
    expect(merged.method.name).toBe('lora');
    using single = await TrainedModel.fromSnapshot(encoder, merged, task);
    expectClose(
      [...(await single.predict(task.validation)).logits],
      [...(await model.predict(task.validation)).logits],
    );
  });

  test('gives the same model from its folder', async () => {
    // As they are read from files of PEFT.
    const read = [red, blue].map((each) => ({
      ...each,
      targets: { ...each.targets, modulesToSave: ['classifier', 'score'] },
    }));
    const files = await checkFolder(lorahub({ sources: read, weights }), lorahubReader);
    const json = JSON.parse(files['lorahub_config.json'] as string);
    expect(json.sources.map(({ weight }: { weight: number }) => weight)).toEqual(weights);
    const changed = (changes: object): Promise<unknown> =>
      lorahubReader(
        memoryFolder({ ...files, 'lorahub_config.json': JSON.stringify({ ...json, ...changes }) }),
        target,
      );
    await expect(changed({ sources: [{ name: 'red' }] })).rejects.toThrow(ModelFileError);
    await expect(changed({ what: 1 })).rejects.toThrow('what');
    using soup = await trained(
      adapterSoup({ sources: [randomAdapter('red', architecture, 3)], weights: [1] }),
    );
    const other = { ...(await soup.files()), 'lorahub_config.json': files['lorahub_config.json']! };
    await expect(lorahubReader(memoryFolder(other), target)).rejects.toThrow('is no LoRA');
  });

  test('refuses sources whose matrices cannot be added, and names the difference', async () => {
    for (const [other, message] of [
      [wide, "'red' has rank 2 and scaling 2 and 'wide' nothing"],
      [randomLora('rank', architecture, { rank: 3, alpha: 6 }), "'rank' rank 3 and scaling 2"],
      [randomLora('alpha', architecture, { alpha: 8 }), "'alpha' rank 2 and scaling 4"],
      [{ ...blue, useRslora: true }, "'blue' rank 2 and scaling 2.8"],
    ] as const) {
      const method = lorahub({ sources: [red, other], weights });
      await expect(trained(method), other.name).rejects.toThrow(message);
      await expect(lorahubWeights({ encoder, sources: [red, other], task: tinyTask() })).rejects.toThrow(
        message,
      );
    }
    const adapter = randomAdapter('adapter', architecture, 3);
    await expect(trained(lorahub({ sources: [adapter], weights: [1] }))).rejects.toThrow(
      'LoRAHub takes LoRAs only',
    );
    await expect(trained(loraAverage({ sources: [adapter] }))).rejects.toThrow(
      'lora-average takes LoRAs only',
    );
    expect(() => lorahub({ sources: [red], weights })).toThrow('needs a weight for each, not 2');
    expect(() => lorahub({ sources: [red, blue], weights: [1, Number.NaN] })).toThrow(
      "of 'blue' must be a number",
    );
    expect(() => lorahub({ sources: [], weights: [] })).toThrow('needs source LoRAs');
    expect(() => loraAverage({ sources: [] })).toThrow('needs sources');
  });
});

describe('the search of LoRAHub', () => {
  test('tries weights within bounds, and is repeatable', async () => {
    const search = {
      encoder,
      sources: [red, blue],
      task: tinyTask({ rows: 40 }),
      evaluations: 60,
      examples: 24,
    };
    const tried: number[] = [];
    const found = await lorahubWeights({ ...search, onProgress: (done) => tried.push(done) });
    expect(tried).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    expect(found).toHaveLength(2);
    for (const weight of found) expect(Math.abs(weight)).toBeLessThanOrEqual(1.5);
    expect(await lorahubWeights(search)).toEqual(found);
    // A penalty without measure leaves nothing but the start.
    expect(await lorahubWeights({ ...search, regularization: 1e6 })).toEqual([0, 0]);
  });

  test('finds weights under which the labels are more probable than without any LoRA', async () => {
    const task = tinyTask({ rows: 24 });
    const sources = [red, blue];
    const found = await lorahubWeights({ encoder, sources, task, examples: 24, regularization: 0 });
    const texts = task.train.map(({ segments }) => encoder.encode(segments, task));
    const targets = logMeTargets(
      task.problem,
      task.train.map(({ label }) => label),
      2,
    );
    const probable = async (weights: readonly number[]): Promise<number> => {
      const values = await adapterFeatures(encoder, texts, combineLoras(sources, weights, place));
      return logMe({ values, rows: texts.length, columns: architecture.hiddenSize }, targets);
    };
    expect(await probable(found)).toBeGreaterThan((await probable([0, 0])) + 1e-3);
  });

  test('its program computes what the combined LoRA computes', async () => {
    const texts = tinyTask().train.map(({ segments }) =>
      encoder.encode(segments, { maxLength: 16, truncation: 'longestFirst' }),
    );
    const alone = await adapterFeatures(encoder, texts);
    const with0 = await adapterFeatures(encoder, texts, combineLoras([red, blue], [0, 0], place));
    const withBoth = await adapterFeatures(encoder, texts, combineLoras([red, blue], [0.5, 1], place));
    expectClose([...with0], [...alone]);
    expect(Math.abs(withBoth[0]! - alone[0]!)).toBeGreaterThan(1e-3);
  });
});

test('features are those of the trained method, first token or mean', async () => {
  const texts = ['red rose', 'blue sky sea'].map((text) =>
    encoder.encode([text], { maxLength: 16, truncation: 'longestFirst' }),
  );
  const adapter = plainAdapter(randomAdapter('red', architecture, 3));
  const first = await adapterFeatures(encoder, texts, adapter, { batchSize: 1 });
  expect(first).toHaveLength(2 * architecture.hiddenSize);
  expectClose([...(await adapterFeatures(encoder, texts, adapter))], [...first]);
  const mean = await adapterFeatures(encoder, texts, adapter, { pooling: 'mean' });
  const sum = await adapterFeatures(encoder, texts, adapter, { pooling: 'sum' });
  const lengths = texts.map(({ inputIds }) => inputIds.length);
  expectClose(
    [...mean],
    Array.from(sum, (value, i) => value / lengths[Math.floor(i / architecture.hiddenSize)]!),
  );
  expect(Math.abs(first[0]! - mean[0]!)).toBeGreaterThan(1e-3);
  expect(await adapterFeatures(encoder, [])).toHaveLength(0);
  const other = { ...adapter, encoderFingerprint: 'another' };
  await expect(adapterFeatures(encoder, texts, other)).rejects.toThrow('trained on another encoder');
});

test('adapters of one shape share a program; others have their own', async () => {
  const texts = [encoder.encode(['red rose'], { maxLength: 16, truncation: 'longestFirst' })];
  const adapters = [
    ...['a', 'b'].map((name) => randomAdapter(name, architecture, 3)),
    ...[randomAdapter('wide', architecture, 4), randomAdapter('gelu', architecture, 3, 'gelu')],
    ...[red, blue, wide],
  ];
  const compile = vi.spyOn(encoder.device, 'compile');
  using features = new AdapterFeatures(encoder, texts);
  const found = [];
  for (const adapter of adapters) found.push([...(await features.compute(adapter))]);
  expect(compile).toHaveBeenCalledTimes(5);
  compile.mockRestore();
  for (const [i, adapter] of adapters.entries())
    expect(found[i]).toEqual([...(await adapterFeatures(encoder, texts, adapter))]);
  expect(new Set(found.map(String)).size).toBe(adapters.length);
});
