import { describe, expect, test } from 'vitest';
import { bytesSource, openTensorFile, type TensorToWrite, writeTorchFile } from '../../src/files.ts';
import {
  bottleneck,
  type FileSet,
  type Method,
  ModelFileError,
  type ModelSnapshot,
  mergeSnapshot,
  type NamedTensor,
  ReferenceDevice,
  readAdapterFolder,
  readSnapshot,
  SafetensorsError,
  ScalearnError,
  scalearn,
  scalearnVariants,
  snapshotFiles,
  TorchFileError,
  TrainedModel,
  type TrainingTask,
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
import { tinyEncoder, tinyTask } from '../training/tiny.ts';

const device = new ReferenceDevice();
const encoder = await tinyEncoder(device);
const target = { encoder: encoder.architecture, encoderFingerprint: encoder.fingerprint, modelName: 'tiny' };
const quick = { encoder, batchSize: 8, epochs: 1, learningRate: 1e-2 };
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

const read = (files: FileSet): Promise<ModelSnapshot> => readSnapshot(memoryFolder(files), target);

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

/** The other one of two files that hold the same tensors. */
function twin(path: string): string | undefined {
  const [, within = '', torch, name, kind] = /^(.*\/)?(pytorch_)?(\w+)\.(safetensors|bin)$/.exec(path) ?? [];
  if (kind === 'safetensors') return `${within}pytorch_${name}.bin`;
  return torch && `${within}${name}.safetensors`;
}

function without(files: FileSet, ...names: (string | undefined)[]): FileSet {
  return Object.fromEntries(Object.entries(files).filter(([name]) => !names.includes(name)));
}

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

describe('a folder that is no whole model of this encoder is refused', () => {
  const task: TrainingTask = tinyTask();
  const files = (async () => {
    using adapter = await train({ ...quick, task, method: bottleneck({ width: 4 }) });
    using transfer = await train({ ...quick, task, method: scalearn({ sources }) });
    return { adapter: await adapter.files(), transfer: await transfer.files() };
  })();

  test('where any file is missing', async () => {
    const { adapter, transfer } = await files;
    for (const whole of [adapter, transfer])
      for (const missing of Object.keys(whole)) {
        const error = await read(without(whole, missing, twin(missing))).catch((thrown: unknown) => thrown);
        expect(error, missing).toBeInstanceOf(ModelFileError);
        if (missing !== 'scalearn_config.json') expect((error as Error).message).toContain(missing);
      }
  });

  test('but not where one of the two files with the same tensors is', async () => {
    const { adapter, transfer } = await files;
    for (const whole of [adapter, transfer]) {
      const names = Object.keys(whole).filter(twin);
      expect(names.length).toBeGreaterThan(0);
      for (const missing of names) expect(snapshotFiles(await read(without(whole, missing)))).toEqual(whole);
    }
  });

  test('where any file is cut off', async () => {
    const { adapter, transfer } = await files;
    for (const whole of [adapter, transfer])
      for (const [name, content] of Object.entries(whole)) {
        const half = { ...without(whole, twin(name)), [name]: content.slice(0, content.length / 2) };
        const error = await read(half).catch((thrown: unknown) => thrown);
        const kinds = [ModelFileError, SafetensorsError, TorchFileError];
        expect(
          kinds.some((kind) => error instanceof kind),
          `${name}: ${error}`,
        ).toBe(true);
      }
  });

  test("unless a torch file has the names of AdapterHub's first adapters", async () => {
    const { adapter } = await files;
    const { 'pytorch_adapter.bin': torch } = adapter;
    const reader = await openTensorFile(bytesSource(torch as Uint8Array), 'pytorch_adapter.bin');
    for (const old of ['layer_text_task_adapters', 'layer_text_lang_adapters']) {
      const renamed: [string, TensorToWrite][] = [];
      for (const [key, { shape }] of reader.entries)
        renamed.push([
          key.replace('.output.adapters.', `.output.${old}.`),
          { shape, data: await reader.readFloat32(key) },
        ]);
      const first = {
        ...without(adapter, 'adapter.safetensors'),
        'pytorch_adapter.bin': writeTorchFile(renamed),
      };
      expect(snapshotFiles(await read(first))).toEqual(adapter);
    }
  });

  const edited = async (
    change: (json: Record<string, unknown> & { config: Record<string, unknown> }) => void,
    which: 'adapter' | 'head' = 'adapter',
  ): Promise<FileSet> => {
    const { adapter } = await files;
    const name = `${which}_config.json`;
    const json = JSON.parse(adapter[name] as string);
    change(json);
    return { ...adapter, [name]: JSON.stringify(json) };
  };

  test.each<[string, Parameters<typeof edited>]>([
    [
      'mh_adapter',
      [
        ({ config }) => {
          config.mh_adapter = true;
        },
      ],
    ],
    [
      'original_ln_before',
      [
        ({ config }) => {
          delete config.original_ln_before;
        },
      ],
    ],
    [
      'output_adapter',
      [
        ({ config }) => {
          delete config.output_adapter;
        },
      ],
    ],
    [
      'phm_layer',
      [
        ({ config }) => {
          config.phm_layer = true;
        },
      ],
    ],
    [
      'ln_after',
      [
        ({ config }) => {
          config.ln_after = true;
        },
      ],
    ],
    [
      'is_parallel',
      [
        ({ config }) => {
          config.is_parallel = true;
        },
      ],
    ],
    [
      'residual_before_ln',
      [
        ({ config }) => {
          config.residual_before_ln = 'post_add';
        },
      ],
    ],
    [
      'scaling',
      [
        ({ config }) => {
          config.scaling = 'learned';
        },
      ],
    ],
    [
      'prelu',
      [
        ({ config }) => {
          config.non_linearity = 'prelu';
        },
      ],
    ],
    [
      '../up',
      [
        (json) => {
          json.name = '../up';
        },
      ],
    ],
    [
      'other',
      [
        (json) => {
          json.name = 'other';
        },
      ],
    ],
    [
      'hidden size 16',
      [
        (json) => {
          json.hidden_size = 16;
        },
      ],
    ],
    [
      'layers 3',
      [
        ({ config }) => {
          config.layers = 3;
        },
        'head',
      ],
    ],
    [
      'activation_function "prelu"',
      [
        ({ config }) => {
          config.activation_function = 'prelu';
        },
        'head',
      ],
    ],
    [
      'use_pooler true',
      [
        ({ config }) => {
          config.use_pooler = true;
        },
        'head',
      ],
    ],
    [
      'bias',
      [
        ({ config }) => {
          config.bias = false;
        },
        'head',
      ],
    ],
    [
      'question_answering',
      [
        (json) => {
          delete json.problem_type;
          json.config.head_type = 'question_answering';
        },
        'head',
      ],
    ],
    [
      'head_config.json: model_type is "bert", and model_class is "RobertaAdapterModel"',
      [
        (json) => {
          json.model_class = 'RobertaAdapterModel';
        },
        'head',
      ],
    ],
    [
      'head_config.json: it is for encoders of the architecture "roberta", this one is bert',
      [
        (json) => {
          json.model_type = 'roberta';
          json.model_class = 'RobertaAdapterModel';
        },
        'head',
      ],
    ],
    [
      'head_config.json: it is for encoders of the architecture "XLMRoberta"',
      [
        (json) => {
          delete json.model_type;
          json.model_class = 'XLMRobertaForSequenceClassification';
        },
        'head',
      ],
    ],
    [
      'head_config.json: it is for encoders of hidden size 768, this one has 8',
      [
        (json) => {
          json.hidden_size = 768;
        },
        'head',
      ],
    ],
    [
      'head_config.json: problem_type is "regression", which has one output, and the head has 2',
      [
        (json) => {
          json.problem_type = 'regression';
        },
        'head',
      ],
    ],
    [
      'cannot be read; classification, multilabel_classification, multiple_choice can',
      [
        ({ config }) => {
          config.head_type = 'causal_lm';
        },
        'head',
      ],
    ],
    [
      'config.num_labels is -1',
      [
        ({ config }) => {
          config.num_labels = -1;
        },
        'head',
      ],
    ],
  ])('where its configuration says %s', async (what, [change, which]) => {
    const error = await edited(change, which)
      .then(read)
      .catch((thrown: unknown) => thrown);
    expect(error, String(error)).toBeInstanceOf(ModelFileError);
    expect((error as Error).message).toContain(what);
  });

  test('but not where a task adapter of the first year names an invertible one, which it has not', async () => {
    const change = (type: string) =>
      edited((json) => {
        json.type = type;
        json.config.inv_adapter = 'nice';
      });
    expect((await read(await change('text_task'))).method.name).toBe('bottleneck');
    await expect(read(await change('text_lang'))).rejects.toThrow('inv_adapter is "nice"');
  });

  test('but not where it scales what the adapter adds', async () => {
    const folder = memoryFolder(
      await edited(({ config }) => {
        config.scaling = 0.5;
      }),
    );
    const plain = await readAdapterFolder(memoryFolder((await files).adapter));
    const scaled = await readAdapterFolder(folder);
    expect(scaled.layers[1]?.up).toEqual(plain.layers[1]?.up.map((x) => x / 2));
    expect(scaled.layers[1]?.upBias).toEqual(plain.layers[1]?.upBias.map((x) => x / 2));
    expect(scaled.layers[1]?.down).toEqual(plain.layers[1]?.down);
  });

  test('where tensors are missing, unexpected or of another shape: all of them are listed', async () => {
    const adapter = randomAdapter('red', encoder.architecture, 4);
    const { 'adapter_config.json': config = '' } = (await files).adapter;
    const narrow = { ...(await files).adapter };
    const { adapterFiles } = await import('../../src/methods/adapter-files.ts');
    const half = adapterFiles(
      { ...adapter, name: 'blue' },
      { encoder: encoder.architecture, modelName: 'tiny' },
    );
    narrow['adapter.safetensors' as keyof typeof narrow] = half['adapter.safetensors'] as Uint8Array;
    expect(config).not.toBe('');
    const error = (await read(narrow).catch((thrown: unknown) => thrown)) as Error;
    expect(error).toBeInstanceOf(ModelFileError);
    for (const key of [
      'unexpected bert.encoder.layer.0.output.adapters.blue.adapter_down.0.bias',
      'layer.1',
      "no tensors of the adapter 'red'",
    ])
      expect(error.message).toContain(key);
  });

  test('where it belongs to another encoder, or to more of its layers', async () => {
    const { adapter, transfer } = await files;
    const other = await tinyEncoder(device, { seed: 1 });
    const shallow = await tinyEncoder(device, { layers: 1 });
    for (const [at, message] of [
      [other, 'another encoder'],
      [shallow, 'was trained on 2 layers, not 1'],
    ] as const) {
      const there = { encoder: at.architecture, encoderFingerprint: at.fingerprint, modelName: 'tiny' };
      await expect(readSnapshot(memoryFolder(adapter), there)).rejects.toThrow(message);
    }
    const there = {
      encoder: shallow.architecture,
      encoderFingerprint: shallow.fingerprint,
      modelName: 'tiny',
    };
    const attempt = readSnapshot(memoryFolder(transfer), there).then((snapshot) =>
      TrainedModel.fromSnapshot(shallow, snapshot, task),
    );
    await expect(attempt).rejects.toThrow(ScalearnError);
    for (const encoders of [other, shallow]) encoders.dispose();
  });

  test('where the head has the hidden size of another encoder', async () => {
    const { adapter } = await files;
    const torch = adapter['pytorch_model_head.bin'] as Uint8Array;
    const reader = await openTensorFile(bytesSource(torch), 'pytorch_model_head.bin');
    const wide = [...reader.entries].map(([key, { shape }]): [string, TensorToWrite] => {
      const other = shape.map((size) => (size === 8 ? 16 : size));
      return [key, { shape: other, data: new Float32Array(other.reduce((a, b) => a * b)) }];
    });
    const folder = {
      ...without(adapter, 'model_head.safetensors'),
      'pytorch_model_head.bin': writeTorchFile(wide),
    };
    await expect(read(folder)).rejects.toThrow('heads.red.1.weight is [16,16], not [8,8]');
  });

  test('where the head has another size than its configuration says', async () => {
    const before = device.memory().total;
    const more = edited(({ config }) => {
      config.num_labels = 3;
    }, 'head').then(read);
    await expect(more).rejects.toThrow('heads.red.4.weight is [2,8], not [3,8]');
    const most = edited(({ config }) => {
      config.num_labels = 2 ** 31;
    }, 'head').then(read);
    await expect(most).rejects.toThrow('heads.red.4.weight is [2,8], not [2147483648,8]');
    expect(device.memory().total).toBe(before);
  });
});

test('a model says that it was disposed of', async () => {
  const model = await train({ ...quick, task: tinyTask(), method: bottleneck({ width: 4 }) });
  model.dispose();
  await expect(model.files()).rejects.toThrow(/was used after it had been disposed of/);
});
