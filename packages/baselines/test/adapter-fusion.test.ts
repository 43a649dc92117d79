import {
  type Adapter,
  type Device,
  type FileSet,
  type HostArray,
  type Method,
  ModelFileError,
  type NamedTensor,
  ReferenceDevice,
  readSnapshot,
} from '@scalearn/core';
import { randomInput } from '@scalearn/core/graph';
import { createDropout, createHead, TrainableModel, trainingGraph } from '@scalearn/core/methods';
import { describe, expect, test } from 'vitest';
import { randomAdapter } from '../../core/test/methods/random-adapter.ts';
import { memoryFolder } from '../../core/test/training/memory-folder.ts';
import { tinyEncoder } from '../../core/test/training/tiny.ts';
import { requestOnnxDevice } from '../../onnx/src/index.ts';
import { type AdapterFusionOptions, adapterFusion, adapterFusionReader } from '../src/index.ts';
import { base, large, parameterCount } from './counts.ts';
import { checkFolder, encoder, shapesOf, target, trained, withTensors } from './folders.ts';
import { gradientErrors } from './gradients.ts';
import { plainFusion } from './plain-fusion.ts';

/** Sources of different widths; the target is not the last one. */
const sources: readonly Adapter[] = [
  randomAdapter('red', encoder.architecture, 3),
  randomAdapter('mnli', encoder.architecture, 5),
  randomAdapter('qqp', encoder.architecture, 2),
];

test('trainable parameters are those of the reference, whatever the number of sources', () => {
  expect(parameterCount(adapterFusion({ sources }), base)).toBe(21_252_096);
  expect(parameterCount(adapterFusion({ sources: sources.slice(1) }), large)).toBe(75_546_624);
});

test('gradients are those of central differences', async () => {
  const errors = await gradientErrors(adapterFusion({ sources }));
  // Without dropout softmax ignores b_k: its gradient is 0, and the error is relative to 1e-6.
  for (const [name, error] of errors)
    expect(error, name).toBeLessThan(name.endsWith('key.bias') ? 1e-4 : 1e-6);
  expect([...errors.keys()].filter((name) => name.includes('adapter_fusion_layer'))).toHaveLength(2 * 5);
});

/** A step's outputs, with dropout; the parameters are moved away from where values are all but the identity. */
async function step(device: Device, method: Method): Promise<Step> {
  using tiny = await tinyEncoder(device, { dropout: 0.1 });
  const problem = 'singleLabelClassification';
  const head = createHead({ problem, outputs: 2, layout: 'static', name: 'x' });
  using model = await TrainableModel.create({
    ...{ encoder: tiny, method, heads: { x: head }, adapterName: 'x', seed: 5 },
  });
  const moved = [...(await model.parameters.read())].map(([name, { shape, data }]): [string, NamedTensor] => [
    name,
    { shape, data: data.map((value, i) => value + 0.3 * Math.sin(i)) },
  ]);
  model.parameters.write(new Map(moved));
  const parts = model.build(createDropout(randomInput()));
  const { outputs } = trainingGraph(parts, model.parameters);
  using program = await device.compile({ outputs: { ...outputs, logits: parts.logits } });
  const texts = [{ inputIds: [0, 2, 9, 5, 1] }, { inputIds: [0, 11, 1] }];
  const random = Int32Array.of(7, 7, 1);
  return (await program.run({ ...tiny.feeds(texts), labels: Int32Array.of(1, 0), random })) as Step;
}

const difference = (a: Step, b: Step): number =>
  Math.max(
    ...(['logits', 'loss', 'gradientNorm', 'penalty'] as const).flatMap((name) =>
      Array.from(
        a[name],
        (value, i) => Math.abs(value - (b[name][i] as number)) / Math.max(1, Math.abs(value)),
      ),
    ),
  );

describe('the order of the products changes nothing', async () => {
  const devices: [string, Device, number][] = [
    ['reference', new ReferenceDevice('float64'), 1e-7],
    ['onnx', await requestOnnxDevice({ threads: 1 }), 1e-5],
  ];
  for (const [name, device, limit] of devices)
    test.each([
      ['relu', 0],
      ['gelu', 0],
      ['relu', 0.3],
    ])(`on ${name}, %s sources, dropout %d on the scores`, async (nonLinearity, dropout) => {
      const options = {
        sources: [3, 5, 2].map((width, i) =>
          randomAdapter(`s${i}`, encoder.architecture, width, nonLinearity),
        ),
        dropout,
      };
      const [ours, plain] = [
        await step(device, adapterFusion(options)),
        await step(device, plainFusion(options)),
      ];
      expect(difference(ours, plain)).toBeLessThan(limit);
    });
});

test("scores have the encoder's dropout on attention, unless another one is given", async () => {
  const device = new ReferenceDevice();
  const [own, same, none] = [
    await step(device, adapterFusion({ sources })),
    await step(device, adapterFusion({ sources, dropout: 0.1 })),
    await step(device, adapterFusion({ sources, dropout: 0 })),
  ];
  expect(own).toEqual(same);
  expect(difference(own, none)).toBeGreaterThan(1e-4);
});

type Step = Record<'logits' | 'loss' | 'gradientNorm' | 'penalty', HostArray>;

describe('the folder of a fusion', () => {
  test('gives the same model, and is one of the adapters library', async () => {
    const files = await checkFolder(adapterFusion({ sources, dropout: 0.2 }), adapterFusionReader);
    expect(Object.keys(files).sort()).toEqual(
      [
        'adapter_fusion_config.json',
        'head_config.json',
        ...['mnli', 'qqp', 'red'].flatMap((name) => [
          `${name}/adapter.safetensors`,
          `${name}/adapter_config.json`,
          `${name}/pytorch_adapter.bin`,
        ]),
        'model_adapter_fusion.safetensors',
        'model_head.safetensors',
        'pytorch_model_adapter_fusion.bin',
        'pytorch_model_head.bin',
      ].sort(),
    );
    expect(JSON.parse(files['adapter_fusion_config.json'] as string)).toEqual({
      adapter_names: ['red', 'mnli', 'qqp'],
      config: {
        dropout_prob: 0.2,
        key: true,
        query: true,
        query_before_ln: false,
        regularization: true,
        residual_before: false,
        temperature: false,
        value: true,
        value_before_softmax: true,
        value_initialized: true,
      },
      hidden_size: 8,
      lambda_reg: 0.01,
      model_class: 'RobertaAdapterModel',
      model_name: 'tiny',
      model_type: 'roberta',
      name: 'red,mnli,qqp',
      target: 'red',
      version: 'adapters.1.3.0',
    });
    const layer = (i: number): string =>
      `roberta.encoder.layer.${i}.output.adapter_fusion_layer.red,mnli,qqp`;
    expect(shapesOf(files, 'model_adapter_fusion.safetensors')).toEqual(
      Object.fromEntries(
        [0, 1].flatMap((i) => [
          ...['query', 'key', 'value'].map((part) => [`${layer(i)}.${part}.weight`, [8, 8]]),
          ...['query', 'key'].map((part) => [`${layer(i)}.${part}.bias`, [8]]),
        ]),
      ),
    );
  });

  test('keeps what is not the default', async () => {
    await checkFolder(adapterFusion({ sources, regularization: 0 }), adapterFusionReader);
    await checkFolder(adapterFusion({ sources, regularization: 0.5 }), adapterFusionReader);
  });

  const write = async (): Promise<FileSet> => {
    using model = await trained(adapterFusion({ sources }));
    return model.files();
  };
  const read = (files: FileSet, where: Partial<typeof target> = {}): ReturnType<typeof readSnapshot> =>
    readSnapshot(memoryFolder(files), { ...target, ...where }, [adapterFusionReader]);
  const file = 'adapter_fusion_config.json';
  const changed = (files: FileSet, change: (json: Json) => unknown): FileSet => {
    const json = JSON.parse(files[file] as string) as Json;
    change(json);
    return { ...files, [file]: JSON.stringify(json) };
  };

  test('as the library writes it: the last source stands for the target, and λ is the paper’s', async () => {
    const files = changed(await write(), (json) => {
      delete json.lambda_reg;
      delete json.target;
      delete json.adapter_names;
    });
    const { adapterName, method } = await read(files);
    expect([adapterName, method.settings?.regularisation]).toEqual(['qqp', 0.01]);
  });

  test('is refused where it says something else than "dynamic", or nothing', async () => {
    const files = await write();
    for (const [change, message] of [
      [(json: Json) => (json.config.value = false), 'value is false; only true can be read'],
      [(json: Json) => (json.config.query_before_ln = true), 'query_before_ln is true; only false'],
      [
        (json: Json) => (json.config.dropout_prob = 'a lot'),
        'config.dropout_prob is "a lot"; it must be a number from 0 to below 1 or null',
      ],
      [(json: Json) => (json.config.dropout_prob = 1), 'config.dropout_prob is 1; it must be'],
      [(json: Json) => (json.lambda_reg = null), 'lambda_reg is null; it must be a number'],
      [(json: Json) => (json.lambda_reg = -1), 'lambda_reg is -1; it must be a number of at least 0'],
      [(json: Json) => (json.name = 'red'), 'at least two are needed, not 1'],
      [(json: Json) => (json.name = 'red,red'), 'name lists a source adapter twice'],
      [(json: Json) => (json.name = '../red,mnli'), '"../red" is not a valid name for an adapter'],
      [(json: Json) => (json.target = '..'), '".." is not a valid name for an adapter'],
      [(json: Json) => Object.assign(json, { config: 'static' }), 'only the fusion "dynamic" can be read'],
    ] as const) {
      const error = await read(changed(files, change)).catch((e: unknown) => e);
      expect(error, message).toBeInstanceOf(ModelFileError);
      expect((error as Error).message).toContain(`memory/${file}`);
      expect((error as Error).message).toContain(message);
    }
  });

  test('is refused for another encoder, and where files are missing or do not fit', async () => {
    const files = await write();
    const key = 'roberta.encoder.layer.1.output.adapter_fusion_layer.red,mnli,qqp.value.weight';
    const without = withTensors(
      files,
      (tensors) => [...tensors].filter(([name]) => name !== key),
      'model_adapter_fusion.safetensors',
    );
    await expect(read(without)).rejects.toThrow(`missing ${key}`);
    const gone = { 'mnli/adapter.safetensors': '', 'mnli/pytorch_adapter.bin': '' };
    await expect(read({ ...files, ...gone })).rejects.toThrow('mnli/adapter.safetensors');
    await expect(read(files, { encoderFingerprint: 'another' })).rejects.toThrow(ModelFileError);
    const shape = { ...encoder.architecture, layers: 3 };
    await expect(read(files, { encoder: shape })).rejects.toThrow(/'red' was trained on 2 layers, not 3/);
  });

  test('other folders are left to other readers', async () => {
    expect(await adapterFusionReader(memoryFolder({ 'adapter_config.json': '{}' }), target)).toBeUndefined();
  });
});

interface Json {
  name?: unknown;
  adapter_names?: unknown;
  target?: unknown;
  lambda_reg?: unknown;
  config: Record<string, unknown>;
}

describe('what is refused', () => {
  test.each<[string, Partial<AdapterFusionOptions>, string]>([
    ['one source', { sources: sources.slice(0, 1) }, 'at least two are needed, not 1'],
    ['no source', { sources: [] }, 'at least two are needed, not 0'],
    ['dropout of 1', { dropout: 1 }, 'dropout must be a number of at least 0 and below 1, not 1'],
    ['a negative λ', { regularization: -0.1 }, 'regularization must be'],
    ['λ that is no number', { regularization: Number.NaN }, 'regularization must be'],
  ])('%s', (_, options, message) => {
    expect(() => adapterFusion({ sources, ...options })).toThrow(message);
  });

  test('sources that do not fit each other or the encoder', async () => {
    const [red, mnli] = sources as [Adapter, Adapter];
    await expect(trained(adapterFusion({ sources: [red, red] }))).rejects.toThrow("both named 'red'");
    const wide = randomAdapter('wide', { layers: 2, hiddenSize: 16 }, 2);
    await expect(trained(adapterFusion({ sources: [mnli, wide] }))).rejects.toThrow('hidden size 16, not 8');
  });
});

test('trained models can be given as they are, through their adapters', async () => {
  using plain = await trained(adapterFusion({ sources }));
  using wrapped = await trained(adapterFusion({ sources: sources.map((adapter) => ({ adapter })) }));
  expect((await wrapped.snapshot()).tensors).toEqual((await plain.snapshot()).tensors);
});

test('values begin as the identity, with 1e-6 beside its diagonal', () => {
  const specs = adapterFusion({ sources }).parameters({ ...target, adapterName: 'red', tasks: ['red'] });
  const [value] = specs.filter(({ name }) => name.endsWith('value.weight'));
  expect(value?.init).toEqual({
    values: Float32Array.from({ length: 64 }, (_, i) => (i % 9 === 0 ? 1 : 1e-6)),
  });
});
