import { describe, expect, test } from 'vitest';
import { constant, input } from '../../src/graph.ts';
import {
  bottleneck,
  type Method,
  scalearn,
  snapshotFiles,
  TrainedModel,
  type TrainOptions,
  train,
} from '../../src/index.ts';
import { createHead } from '../../src/methods.ts';
import { randomAdapter } from '../methods/random-adapter.ts';
import { device, encoder, quick, read } from '../model/folders.ts';
import { MemoryStore, tinyTask } from './tiny.ts';

const sources = [3, 5].map((width, i) => randomAdapter(`s${i}`, encoder.architecture, width));
const methods: [string, Method][] = [
  ['bottleneck', bottleneck({ width: 4 })],
  ['scalearn', scalearn({ sources })],
];

test('a head reads the first token or the mean of the tokens: numbers by hand', async () => {
  const graph = {
    hiddenStates: [],
    output: input('hidden', ['tokens', 2]),
    cuSeqlens: input('cuSeqlens', ['boundaries'], 'i32'),
  };
  const logits = (pooling?: 'first' | 'mean') =>
    createHead({
      ...{ problem: 'regression', outputs: 1, layout: 'flexible', name: 'a', features: 'first' },
      ...(pooling && { pooling }),
    }).logits({
      ...{ graph, encoder: encoder.architecture },
      parameter: (name) => constant(name.endsWith('bias') ? 0.5 : 1, name.endsWith('bias') ? [1] : [1, 2]),
    });
  const program = await device.compile({
    outputs: { byDefault: logits(), first: logits('first'), mean: logits('mean') },
  });
  const result = await program.run({
    hidden: Float64Array.of(1, 2, 3, 4, 10, 20),
    cuSeqlens: Int32Array.of(0, 2, 3),
  });
  expect([...(result.byDefault ?? [])]).toEqual([3.5, 30.5]);
  expect([...(result.first ?? [])]).toEqual([3.5, 30.5]);
  expect([...(result.mean ?? [])]).toEqual([5.5, 30.5]);
  program.dispose();
});

describe.each(methods)('%s with the mean of all tokens', (_, method) => {
  const task = tinyTask();
  const options: TrainOptions = { ...quick, task, method, pooling: 'mean' };

  test('trains another model, and its folder gives the same logits', async () => {
    using model = await train(options);
    using plain = await train({ ...options, pooling: 'first' });
    const expected = (await model.predict(task.validation)).logits;
    expect(expected).not.toEqual((await plain.predict(task.validation)).logits);
    const files = await model.files();
    expect(files['head_config.json']).toContain('"pooling": "mean"');
    expect((await plain.files())['head_config.json']).not.toContain('pooling');
    using again = await TrainedModel.fromSnapshot(encoder, await read(files), task);
    expect((await again.predict(task.validation)).logits).toEqual(expected);
    expect(await again.files()).toEqual(files);
  });

  test('is resumed with the same pooling only', async () => {
    const store = new MemoryStore();
    using _model = await train({ ...options, checkpoints: store });
    await expect(train({ ...options, pooling: 'first', checkpoints: store, resume: true })).rejects.toThrow(
      /pooling/,
    );
  });
});

test('the merged model keeps it', async () => {
  const task = tinyTask();
  using model = await train({ ...quick, task, method: scalearn({ sources }), pooling: 'mean' });
  const merged = await model.merge();
  const files = snapshotFiles(merged);
  expect(files['head_config.json']).toContain('"pooling": "mean"');
  using again = await TrainedModel.fromSnapshot(encoder, await read(files), task);
  const [expected, found] = [await model.predict(task.validation), await again.predict(task.validation)];
  for (const [i, logit] of found.logits.entries())
    expect(Math.abs(logit - (expected.logits[i] as number))).toBeLessThan(1e-5);
});

test('other values are refused, in calls and in files', async () => {
  const wrong = {
    ...quick,
    task: tinyTask(),
    method: bottleneck(),
    pooling: 'max',
  } as unknown as TrainOptions;
  await expect(train(wrong)).rejects.toThrow('pooling must be first or mean, not "max"');
  using model = await train({ ...quick, task: tinyTask(), method: bottleneck(), pooling: 'mean' });
  const files = await model.files();
  const config = (files['head_config.json'] as string).replace('"mean"', '"max"');
  await expect(read({ ...files, 'head_config.json': config })).rejects.toThrow(/pooling/);
});
