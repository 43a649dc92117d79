import { describe, expect, test } from 'vitest';
import { parseSafetensors } from '../../src/files.ts';
import { randomInput } from '../../src/graph.ts';
import {
  type FileSet,
  type LoraAdapter,
  type LoraOptions,
  lora,
  ModelFileError,
  mergeSnapshot,
  ReferenceDevice,
  readSnapshot,
  readSourceFolder,
  type ScalearnOptions,
  scalearn,
  snapshotFiles,
  TrainedModel,
  train,
} from '../../src/index.ts';
import { controlAdapter } from '../../src/methods/controls.ts';
import { wholeMatch } from '../../src/methods/lora/regular-expression.ts';
import { rankOf, settleLora } from '../../src/methods/lora/settings.ts';
import { type LoraTargets, targetTest } from '../../src/methods/lora/targets.ts';
import { createHead, type Dropout, isLora, sourceFiles, TrainableModel } from '../../src/methods.ts';
import { memoryFolder } from '../training/memory-folder.ts';
import { tinyEncoder, tinyTask } from '../training/tiny.ts';
import { randomAdapter } from './random-adapter.ts';
import { randomLora } from './random-lora.ts';

const device = new ReferenceDevice();
const encoder = await tinyEncoder(device);
const { architecture, fingerprint, name: modelName } = encoder;
const target = { encoder: architecture, encoderFingerprint: fingerprint, modelName };
const task = tinyTask({ rows: 16, validationRows: 8 });
const trained = (options: LoraOptions) =>
  train({ encoder, task, method: lora(options), batchSize: 8, epochs: 1, learningRate: 1e-2 });
const keysOf = (files: FileSet): string[] => [
  ...parseSafetensors(files['adapter_model.safetensors'] as Uint8Array, 'LoRA').entries.keys(),
];

describe('a regular expression', () => {
  test.each(['.*\\.(query|value)', 'bert\\.encoder\\.layer\\.[01]\\..*dense', '(?:a|b){2}c*', 'x+y*'])(
    '%s is compiled',
    (expression) => expect(wholeMatch(expression, 'it')).toBeInstanceOf(RegExp),
  );

  test.each([
    ['(a+)+b', 'repeats a repetition'],
    ['((a+)b)*', 'repeats a repetition'],
    ['(a|a)*b', 'repeats a repetition'],
    ['(.*a){20,}', 'repeats a repetition'],
    ['.*a.*a.*a.*a.*a', 'more than 4'],
    ['(?P<layer>\\d)', 'groups that cannot be read'],
    ['(?i)QUERY', 'groups that cannot be read'],
    ['(a)\\1', 'groups that cannot be read'],
    ['query\\Z', 'cannot be read'],
    ['(query', 'cannot be read'],
    ['a'.repeat(2001), 'more than 2000 characters'],
  ])('%s is refused', (expression, why) => {
    expect(() => wholeMatch(expression, 'target_modules')).toThrow(why);
  });
});

test.each<[Partial<LoraTargets>, string[]]>([
  [{ targetModules: ['query'] }, ['b.layer.0.self.query', 'b.layer.1.self.query']],
  // A name is a whole part of the path.
  [{ targetModules: ['uery'] }, []],
  [{ targetModules: ['output.dense'] }, ['b.layer.0.output.dense']],
  [{ targetModules: ['query'], layersToTransform: [1] }, ['b.layer.1.self.query']],
  [{ targetModules: ['query'], layersToTransform: [1], layersPattern: ['layer'] }, ['b.layer.1.self.query']],
  [{ targetModules: ['query'], layersToTransform: [1], layersPattern: ['blocks'] }, []],
  // A whole path is adapted in any layer.
  [{ targetModules: ['b.layer.0.self.query'], layersToTransform: [1] }, ['b.layer.0.self.query']],
  [{ targetModules: '.*query', excludeModules: ['0.self.query'] }, ['b.layer.1.self.query']],
  [{ targetModules: '.*query', excludeModules: 'b\\.layer\\.1.*' }, ['b.layer.0.self.query']],
  [
    { targetModules: 'all-linear' },
    ['b.layer.0.self.query', 'b.layer.1.self.query', 'b.layer.0.output.dense'],
  ],
  [
    { targetModules: 'all-linear', modulesToSave: ['output'] },
    ['b.layer.0.self.query', 'b.layer.1.self.query'],
  ],
  // A regular expression is compared with the whole path.
  [{ targetModules: 'query' }, []],
])('%j selects layers as PEFT does', (targets, expected) => {
  const paths = [
    'b.layer.0.self.query',
    'b.layer.1.self.query',
    'b.layer.0.output.dense',
    'classifier.dense',
  ];
  const isTarget = targetTest({
    targetModules: [],
    ...targets,
    modulesToSave: ['classifier', ...(targets.modulesToSave ?? [])],
  });
  expect(paths.filter(isTarget)).toEqual(expected);
});

test('the first pattern that matches the end of a path gives rank and alpha', () => {
  const settings = settleLora({
    rank: 4,
    rankPattern: { '1.*query': 2, query: 3 },
    alphaPattern: { value: 6 },
    useRslora: true,
  });
  const own = rankOf(settings);
  expect(own('b.layer.1.self.query')).toEqual({ rank: 2, alpha: 8, scaling: 8 / Math.sqrt(2) });
  expect(own('b.layer.0.self.query')).toMatchObject({ rank: 3 });
  expect(own('b.layer.0.self.value')).toEqual({ rank: 4, alpha: 6, scaling: 3 });
  expect(own('b.layer.0.other_value')).toMatchObject({ alpha: 8 });
});

test.each<[LoraOptions, string]>([
  [{ rank: 0 }, 'rank must be a whole number from 1'],
  [{ dropout: 1 }, 'dropout must be a number of at least 0 and below 1'],
  [{ bias: 'some' } as unknown as LoraOptions, 'bias must be one of none, lora_only, all'],
  [{ targetModules: [''] }, 'targetModules must be a list of names or one regular expression'],
  [{ targetModules: '(a+)+' }, 'repeats a repetition'],
  [{ targetModules: '.*', layersToTransform: [0] }, 'a regular expression selects the layers itself'],
  [{ rankPattern: { query: 1.5 } }, 'a rank is a whole number'],
  [{ alphaPattern: { query: Number.NaN } }, 'an alpha is a number'],
  [{ layersToTransform: [-1] }, 'numbers of layers from 0'],
  [{ r: 8 } as LoraOptions, 'lora has no option "r"'],
])('the options %j are refused', (options, message) => {
  expect(() => lora(options)).toThrow(message);
});

test('targets that no layer has are refused with those that there are', () => {
  const parameters = () =>
    lora({ targetModules: ['q_lin'] }).parameters({ encoder: architecture, adapterName: 'a', tasks: [] });
  expect(parameters).toThrow(
    'targetModules ["q_lin"] selects no linear layer of bert; there are attention.self.query; attention.self.key',
  );
});

test('an encoder whose queries, keys and values are one matrix has no default targets', async () => {
  using modern = await tinyEncoder(device, { modelType: 'modernbert' });
  const given = { encoder: modern.architecture, adapterName: 'a', tasks: [] };
  expect(() => lora().parameters(given)).toThrow(
    'no usual LoRA targets for encoders of the architecture modernbert; give targetModules, such as all-linear',
  );
  expect(lora({ targetModules: ['Wqkv'] }).parameters(given)).not.toHaveLength(0);
});

test.each<LoraOptions>([{}, { targetModules: 'all-linear', bias: 'all' }])(
  'a head on the mean of all tokens is stored beside the files of PEFT, which has none such: %j',
  async (options) => {
    const method = lora(options);
    using model = await train({ encoder, task, method, pooling: 'mean', batchSize: 8, epochs: 1 });
    const files = await model.files();
    expect(JSON.parse(`${files['adapter_config.json']}`)).toMatchObject({ task_type: null });
    expect(keysOf(files).filter((key) => key.includes('classifier'))).toEqual([]);
    const snapshot = await readSnapshot(memoryFolder(files), target);
    using again = await TrainedModel.fromSnapshot(encoder, snapshot, [task]);
    const { logits } = await model.predict(task.validation);
    expect((await again.predict(task.validation)).logits).toEqual(logits);
    using other = await train({ encoder, task, method, batchSize: 8, epochs: 1 });
    expect((await other.predict(task.validation)).logits).not.toEqual(logits);
  },
);

test('training starts with what the encoder computes, with A as PyTorch draws it', async () => {
  const heads = {
    red: createHead({
      problem: 'singleLabelClassification',
      outputs: 2,
      layout: 'static',
      features: 'pooled',
      name: 'red',
    }),
  };
  const make = (options: LoraOptions) =>
    TrainableModel.create({ encoder, method: lora(options), heads, adapterName: 'red', seed: 1 });
  using model = await make({});
  const start = await model.parameters.read();
  for (const [key, { data, shape }] of start) {
    const largest = Math.max(...data.map(Math.abs));
    if (key.endsWith('lora_B.weight')) expect(largest).toBe(0);
    if (!key.endsWith('lora_A.weight')) continue;
    expect(shape).toEqual([8, 8]);
    expect(largest).toBeLessThanOrEqual(1 / Math.sqrt(8));
    expect(largest).toBeGreaterThan(0.9 / Math.sqrt(8));
  }
  const logits = async (of: TrainableModel): Promise<unknown> => {
    using program = await device.compile({ outputs: { logits: of.build().logits } });
    return (await program.run(encoder.feeds([{ inputIds: [0, 3, 1] }]))).logits;
  };
  using other = await make({ targetModules: 'all-linear' });
  expect(await logits(model)).toEqual(await logits(other));
});

describe('dropout has a mask', async () => {
  const streams = async (own: typeof encoder, features: 'pooled' | 'dense'): Promise<string[]> => {
    const names: string[] = [];
    const dropout: Dropout = {
      random: randomInput(),
      apply: (x, _, name) => {
        names.push(name);
        return x;
      },
    };
    const heads = {
      red: createHead({ problem: 'regression', outputs: 1, layout: 'static', features, name: 'red' }),
    };
    const method = lora({ dropout: 0.5 });
    using model = await TrainableModel.create({ encoder: own, method, heads, adapterName: 'red', seed: 1 });
    model.build(dropout);
    return names.filter((name) => name.startsWith('lora/'));
  };
  const expected = (parts: readonly string[]): string[] =>
    [0, 1].flatMap((layer) => parts.map((part) => `lora/encoder.layer.${layer}.attention.self.${part}`));

  test('for each adapted layer', async () => {
    expect(await streams(encoder, 'pooled')).toEqual(expected(['query', 'value']));
  });

  test('for each use of a layer that also projects positions', async () => {
    using deberta = await tinyEncoder(device, { modelType: 'deberta-v2' });
    const projections = ['query_proj', 'value_proj', 'query_proj/2', 'value_proj/2'];
    expect(await streams(deberta, 'dense')).toEqual(expected(projections));
  });
});

test.each<[LoraOptions, RegExp, number]>([
  [{ bias: 'lora_only' }, /self\.(?:query|value)\.base_layer\.bias$/, 4],
  [{ bias: 'all' }, /bert\..*bias$/, 2 * 8 + 2],
  [{ modulesToSave: ['pooler'] }, /bert\.pooler\.dense\.(?:weight|bias)$/, 2],
  [{ modulesToSave: ['key'] }, /self\.key\.(?:weight|bias)$/, 4],
])(
  'with %j parts of the encoder train too, are saved as PEFT does, and read again',
  async (options, keys, count) => {
    using model = await trained(options);
    const files = await model.files();
    expect(keysOf(files).filter((key) => keys.test(key) && !key.includes('lora_'))).toHaveLength(count);
    const snapshot = await readSnapshot(memoryFolder(files), target);
    expect(snapshotFiles(snapshot)).toEqual(files);
    using again = await TrainedModel.fromSnapshot(encoder, snapshot, task);
    expect((await again.predict(task.validation)).logits).toEqual(
      (await model.predict(task.validation)).logits,
    );
    await expect(readSourceFolder(memoryFolder(files))).rejects.toThrow(
      /also has trained (?:biases|modules of the encoder)/,
    );
    await expect(model.adapter()).rejects.toThrow(/also trained (?:biases|whole modules) of the encoder/);
  },
);

describe('a folder of PEFT is refused', async () => {
  using model = await trained({ rank: 2 });
  const files = await model.files();
  const read = (change: Readonly<Record<string, unknown>>, path = 'adapter_config.json') =>
    readSourceFolder(
      memoryFolder({ ...files, [path]: JSON.stringify({ ...JSON.parse(String(files[path])), ...change }) }),
    );
  test.each<[Readonly<Record<string, unknown>>, string]>([
    [
      { use_dora: true },
      'use_dora is true, so it is a DoRA, which cannot be read; train it without, or merge it',
    ],
    [{ lora_bias: true }, 'a LoRA with a bias of its own'],
    [{ alora_invocation_tokens: [1] }, 'an activated LoRA (aLoRA)'],
    [{ layer_replication: [[0, 1]] }, 'an encoder with repeated layers'],
    [{ trainable_token_indices: [3] }, 'a LoRA with trained tokens'],
    [{ target_parameters: ['x'] }, 'a LoRA of parameters outside linear layers'],
    [{ use_qalora: true }, 'a QALoRA'],
    [{ init_lora_weights: 'pissa' }, 'which has changed the weights of the encoder'],
    [{ peft_type: 'ADALORA' }, 'AdaLoRA'],
    [{ peft_type: 'IA3' }, '(IA)³'],
    [{ new_thing: 1 }, 'new_thing is not known'],
    [{ r: 3 }, 'its rank is 3'],
    [
      { target_modules: ['query'] },
      'unexpected base_model.model.bert.encoder.layer.0.attention.self.value.lora_A.weight',
    ],
    [{ target_modules: '(a+)+' }, 'repeats a repetition'],
    [{ target_modules: null }, 'target_modules is null'],
    [{ lora_dropout: 2 }, 'lora_dropout is 2'],
  ])('with %j', async (change, message) => {
    const attempt = read(change);
    await expect(attempt).rejects.toThrow(ModelFileError);
    await expect(attempt).rejects.toThrow(message);
  });

  test('with settings that select more than it has, on the encoder', async () => {
    const source = await read({ target_modules: ['query', 'value', 'key'] });
    expect(() =>
      scalearn({ sources: [source] }).parameters({ encoder: architecture, adapterName: 'a', tasks: [] }),
    ).toThrow('has no tensors for bert.encoder.layer.0.attention.self.key, which its configuration selects');
  });

  test('on another encoder', async () => {
    const distilbert = await tinyEncoder(device, { modelType: 'distilbert' });
    const other = { encoder: distilbert.architecture, encoderFingerprint: distilbert.fingerprint, modelName };
    await expect(readSnapshot(memoryFolder(files), other)).rejects.toThrow(
      'adapts bert.encoder.layer.0.attention.self.query, which this encoder (distilbert, 2 layers) does not have',
    );
    const seed = await tinyEncoder(device, { seed: 1 });
    const same = { encoder: seed.architecture, encoderFingerprint: seed.fingerprint, modelName };
    await expect(readSnapshot(memoryFolder(files), same)).rejects.toThrow('was trained on another encoder');
  });
});

test('a source is stored with its own ranks and alphas, and its name', async () => {
  const one = randomLora('one', architecture, { rank: 2 });
  const [first, ...others] = one.modules;
  const [path, module] = first as NonNullable<typeof first>;
  const mixed: LoraAdapter = {
    ...one,
    modules: new Map([[path, { ...module, alpha: 0.3 }], ...others]),
    useRslora: true,
  };
  const read = await readSourceFolder(memoryFolder(sourceFiles([mixed], target)), 'one/');
  expect(isLora(read) && [...read.modules]).toEqual([...mixed.modules].sort(([a], [b]) => (a < b ? -1 : 1)));
  expect(read).toMatchObject({ name: 'one', useRslora: true });
});

describe('ScaLearn on LoRAs', () => {
  const sources = [
    randomLora('red', architecture),
    randomLora('blue', architecture, { rank: 3, names: ['value', 'output.dense'] }),
  ];

  test.each<Partial<ScalearnOptions>>([
    { normalization: 'mean' },
    { normalization: 'softmax', variant: 'scalearn-uniform' },
    { regularization: 0.1, variant: 'scalearn++' },
  ])('with %j is merged exactly', async (options) => {
    const method = scalearn({ sources, ...options });
    using model = await train({ encoder, task, method, batchSize: 8, epochs: 1, learningRate: 1e-2 });
    using merged = await TrainedModel.fromSnapshot(encoder, mergeSnapshot(await model.snapshot()), task);
    const [expected, actual] = [await model.predict(task.validation), await merged.predict(task.validation)];
    for (const [i, value] of expected.logits.entries()) expect(actual.logits[i]).toBeCloseTo(value, 5);
  });

  test('has an ω for each linear layer and source that adapts it', () => {
    const specs = scalearn({ sources }).parameters({ encoder: architecture, adapterName: 'a', tasks: [] });
    const inFirst = specs
      .filter(({ name }) => name.includes('layer.0'))
      .map(({ name, shape }) => [name, shape]);
    expect(inFirst.map(([name]) => String(name).replace('bert.encoder.layer.0.', ''))).toEqual([
      'attention.self.query.scalearn_lora.red.omega',
      'attention.self.value.scalearn_lora.red,blue.omega',
      'attention.output.dense.scalearn_lora.blue.omega',
      'output.dense.scalearn_lora.blue.omega',
    ]);
    expect(inFirst.map(([, shape]) => shape)).toEqual([
      [1, 8],
      [2, 8],
      [1, 8],
      [1, 8],
    ]);
  });

  test('takes no other sources beside them', () => {
    const other = randomAdapter('plain', architecture, 2);
    expect(() => scalearn({ sources: [...sources, other] })).toThrow(
      "sources must be all LoRAs or all bottleneck adapters; 'red' is a LoRA, 'plain' is not",
    );
  });
});

describe('controls of a LoRA', () => {
  const adapter = randomLora('red', architecture, { names: ['query', 'pooler.dense'] });

  test('are drawn at random, as large as it', () => {
    const { modules, ...rest } = controlAdapter(adapter, 'random', 1);
    const { modules: _, ...shape } = adapter;
    expect(rest).toEqual(shape);
    for (const [path, { a, b, ...sizes }] of modules) {
      const own = adapter.modules.get(path);
      expect(own).toMatchObject(sizes);
      expect(Math.max(...a.map(Math.abs))).toBeLessThanOrEqual(1 / Math.sqrt(8));
      expect(b).not.toEqual(own?.b);
      const size = (values: Float32Array): number => Math.hypot(...values);
      expect(size(b) / size(own?.b ?? b)).toBeGreaterThan(0.4);
    }
    expect(controlAdapter(adapter, 'random', 1)).toEqual(controlAdapter(adapter, 'random', 1));
  });

  test('have their layers elsewhere, and what occurs once drawn at random', () => {
    const { modules } = controlAdapter(adapter, 'shuffled', 0);
    const at = (layer: number): string => `bert.encoder.layer.${layer}.attention.self.query`;
    expect(modules.get(at(0))).toBe(adapter.modules.get(at(1)));
    expect(modules.get(at(1))).toBe(adapter.modules.get(at(0)));
    expect(modules.get('bert.pooler.dense')).not.toEqual(adapter.modules.get('bert.pooler.dense'));
    const one = { ...adapter, modules: new Map([...adapter.modules].slice(0, 1)) };
    expect(() => controlAdapter(one, 'shuffled', 0)).toThrow("the LoRA 'red' adapts one layer");
  });
});
