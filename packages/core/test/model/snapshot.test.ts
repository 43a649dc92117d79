import { describe, expect, test } from 'vitest';
import {
  bottleneck,
  type Method,
  type ModelSnapshot,
  mergeSnapshot,
  type NamedTensor,
  readAdapterFolder,
  scalearn,
  scalearnVariants,
  snapshotFiles,
  TrainedModel,
  train,
} from '../../src/index.ts';
import {
  createHead,
  type HeadOptions,
  modelFromSnapshot,
  singleHead,
  TrainableModel,
} from '../../src/methods.ts';
import { randomAdapter } from '../methods/random-adapter.ts';
import { memoryFolder } from '../training/memory-folder.ts';
import { tinyTask } from '../training/tiny.ts';
import { device, encoder, quick, read } from './folders.ts';

const sources = [3, 5].map((width, i) => randomAdapter(`s${i}`, encoder.architecture, width));

const methods: [string, Method][] = [
  ['bottleneck', bottleneck({ width: 4 })],
  ['bottleneck by its reduction factor', bottleneck({ reductionFactor: 4 })],
  ['bottleneck wider than the encoder', bottleneck({ reductionFactor: 0.5, nonLinearity: 'gelu' })],
  ...scalearnVariants.map((variant): [string, Method] => [variant, scalearn({ sources, variant })]),
  ['scalearn, softmax', scalearn({ sources, normalization: 'softmax' })],
  ['scalearn, mean', scalearn({ sources, normalization: 'mean', regularization: 0.1 })],
];
const problems = ['singleLabelClassification', 'regression', 'multiLabelClassification'] as const;

describe('a model folder', () => {
  for (const [name, method] of methods)
    for (const problem of name === 'bottleneck' || name === 'scalearn' ? problems : problems.slice(0, 1))
      test(`${name}, ${problem}: written and read it gives the same logits, bit for bit, and the same files`, async () => {
        const task = tinyTask({ problem });
        using model = await train({ ...quick, task, method });
        const before = device.memory().total;
        for (const files of [
          await model.files(),
          snapshotFiles(await model.merge().catch(() => model.snapshot())),
        ]) {
          const snapshot = await read(files);
          using again = await TrainedModel.fromSnapshot(encoder, snapshot, task);
          const merged = method.merge !== undefined && snapshot.method.name === 'bottleneck';
          const expected = (await model.predict(task.validation)).logits;
          const { logits } = await again.predict(task.validation);
          if (merged)
            for (const [i, x] of logits.entries())
              expect(Math.abs(x - (expected[i] as number))).toBeLessThan(1e-5);
          else expect(logits).toEqual(expected);
          expect(singleHead(snapshot).labels).toEqual(task.labels);
          expect(singleHead(snapshot).options.problem).toBe(problem);
          expect(await again.files()).toEqual(files);
        }
        expect(device.memory().total).toBe(before);
      });

  test('of an adapter holds what the adapters library reads', async () => {
    using model = await train({
      ...quick,
      task: tinyTask({ id: 'glue/rte' }),
      method: bottleneck({ reductionFactor: 2 }),
    });
    const files = await model.files();
    expect(Object.keys(files).sort()).toEqual([
      'adapter.safetensors',
      'adapter_config.json',
      'head_config.json',
      'model_head.safetensors',
      'pytorch_adapter.bin',
      'pytorch_model_head.bin',
    ]);
    // The library tells numbers by their type: it refuses a scaling of 1.
    for (const line of ['"scaling": 1.0,', '"dropout": 0.0,', '"stochastic_depth": 0.0,', '"phm_dim": 4,'])
      expect(files['adapter_config.json']).toContain(line);
    const config = JSON.parse(files['adapter_config.json'] as string);
    expect(config).toMatchObject({
      name: 'rte',
      hidden_size: 8,
      model_type: 'bert',
      version: expect.stringMatching(/^adapters\.1\./),
    });
    expect(config.config).toMatchObject({
      mh_adapter: false,
      output_adapter: true,
      original_ln_before: true,
      reduction_factor: 2,
      non_linearity: 'relu',
    });
    expect(JSON.parse(files['head_config.json'] as string)).toMatchObject({
      name: 'rte',
      config: {
        head_type: 'classification',
        layers: 2,
        num_labels: 2,
        use_pooler: false,
        label2id: { no: 0, yes: 1 },
      },
    });
    const snapshot = await read(files);
    expect([...snapshot.tensors.keys()]).toContain(
      'bert.encoder.layer.1.output.adapters.rte.adapter_up.bias',
    );
    expect([...singleHead(snapshot).tensors.keys()].sort()).toEqual([
      'heads.rte.1.bias',
      'heads.rte.1.weight',
      'heads.rte.4.bias',
      'heads.rte.4.weight',
    ]);
  });

  test('of ScaLearn holds ω, its static head, and every source as an adapter of its own', async () => {
    using model = await train({
      ...quick,
      task: tinyTask(),
      method: scalearn({ sources, variant: 'scalearn++' }),
    });
    const files = await model.files();
    expect(Object.keys(files).sort()).toEqual([
      'head_config.json',
      'model_head.safetensors',
      'model_scalearn.safetensors',
      'pytorch_model_head.bin',
      'pytorch_model_scalearn.bin',
      's0/adapter.safetensors',
      's0/adapter_config.json',
      's0/pytorch_adapter.bin',
      's1/adapter.safetensors',
      's1/adapter_config.json',
      's1/pytorch_adapter.bin',
      'scalearn_config.json',
    ]);
    expect(await readAdapterFolder(memoryFolder(files), 's1/')).toEqual({
      ...sources[1],
      modelType: 'bert',
      place: 'bert.encoder.layer.*.output',
    });
    const snapshot = await read(files);
    expect([...snapshot.tensors.keys()]).toEqual(['bert.shared_parameters.s0,s1.omega']);
    expect([...singleHead(snapshot).tensors.keys()]).toContain('classifier.out_proj.weight');
  });
});

/** Multiple choice needs several texts an example, which tasks do not have yet; models do. */
describe('multiple choice', () => {
  const texts = ['red', 'sky sea', 'rose fire', 'ice'].map((text) =>
    encoder.encode([text], { maxLength: 8, truncation: 'longestFirst' }),
  );

  async function logits(snapshot: ModelSnapshot): Promise<Float32Array> {
    using model = await modelFromSnapshot(encoder, snapshot);
    const { logits, loss } = model.build();
    const program = await device.compile({ outputs: { logits, loss } });
    const result = await program.run({ ...encoder.feeds(texts), labels: Int32Array.of(0, 1) });
    return result.logits as Float32Array;
  }

  test.each([
    ['flexible', bottleneck({ width: 4 })],
    ['static', scalearn({ sources })],
  ] as const)(
    'with the %s head: written, read and merged it gives the same scores',
    async (layout, method) => {
      const options: HeadOptions = { problem: 'multipleChoice', outputs: 2, layout, name: 'copa' };
      const heads = { copa: createHead(options) };
      using model = await TrainableModel.create({ encoder, method, heads, adapterName: 'copa', seed: 4 });
      const all = await model.parameters.read();
      const pick = (task?: string): Map<string, NamedTensor> =>
        new Map([...all].filter(([name]) => model.headTask(name) === task));
      const snapshot: ModelSnapshot = {
        ...model.target,
        modelName: 'tiny',
        method,
        tensors: pick(),
        heads: new Map([['copa', { options, labels: ['first', 'second'], tensors: pick('copa') }]]),
      };
      const expected = await logits(snapshot);
      expect(expected.length).toBe(4);
      const files = snapshotFiles(snapshot);
      expect(await logits(await read(files))).toEqual(expected);
      if (!method.merge) return;
      const merged = mergeSnapshot(snapshot);
      const config = JSON.parse(snapshotFiles(merged)['head_config.json'] as string);
      expect(config).toMatchObject({
        name: 'copa',
        config: { head_type: 'multiple_choice', layers: 1, use_pooler: true },
      });
      for (const each of [merged, await read(snapshotFiles(merged))])
        for (const [i, score] of (await logits(each)).entries())
          expect(Math.abs(score - (expected[i] as number))).toBeLessThan(1e-5);
    },
  );
});

test('a model says that it was disposed of', async () => {
  const model = await train({ ...quick, task: tinyTask(), method: bottleneck({ width: 4 }) });
  model.dispose();
  await expect(model.files()).rejects.toThrow(/was used after it had been disposed of/);
});
