import {
  ArgumentError,
  type FileSet,
  ModelFileError,
  type ModelSnapshot,
  type NamedTensor,
  snapshotFiles,
  TrainedModel,
} from '@scalearn/core';
import { createHead, modelFromSnapshot, TrainableModel } from '@scalearn/core/methods';
import { describe, expect, test } from 'vitest';
import {
  type HyperformerOptions,
  hyperformer,
  hyperformerReader,
  hyperformerVariants,
} from '../src/index.ts';
import { base, large, parameterCount } from './counts.ts';
import { encoder, shapesOf, withTensors } from './folders.ts';
import { gradientErrors } from './gradients.ts';
import { checkJointFolder, checkLearns, readJoint, tasks, trainedJointly } from './joint.ts';

const small = {
  taskEmbeddingSize: 6,
  taskHiddenSize: 5,
  projectedTaskEmbeddingSize: 4,
  reductionFactor: 2,
} as const;
const file = 'hyperformer.safetensors';

const names = (T: number): string[] => Array.from({ length: T }, (_, i) => `task${i}`);

test.each([
  ['hyperformer', 8, 59_420_544, 209_442_624],
  ['hyperformer', 5, 59_419_008, 209_441_088],
  ['hyperformer', 15, 59_424_128, 209_446_208],
  ['hyperformer++', 8, 5_095_024, 8_879_488],
  ['hyperformer++', 5, 5_093_488, 8_877_952],
  ['hyperformer++', 15, 5_098_608, 8_883_072],
] as const)(
  'trainable parameters of %s for %i tasks are those of the reference',
  (variant, T, inBase, inLarge) => {
    expect(parameterCount(hyperformer({ variant }), base, names(T))).toBe(inBase);
    expect(parameterCount(hyperformer({ variant }), large, names(T))).toBe(inLarge);
  },
);

test('embeddings of tasks begin at N(0, 1), everything else small, biases at 0, the layer norm at 1', () => {
  for (const variant of hyperformerVariants)
    for (const { name, init } of hyperformer({ variant }).parameters({
      ...{ encoder: base, adapterName: 'MT', tasks: ['rte'] },
    })) {
      const task = name.startsWith('task_embedding_controller');
      if (name.endsWith('LayerNorm.weight')) expect(init).toEqual({ constant: 1 });
      else if (name.endsWith('.bias')) expect(init).toEqual({ constant: 0 });
      else expect(init, name).toEqual({ mean: 0, deviation: task ? 1 : 0.02 });
    }
});

describe.each(hyperformerVariants)('%s', (variant) => {
  const method = hyperformer({ variant, ...small });

  test('gradients are those of central differences', async () => {
    for (const [name, error] of await gradientErrors(method, ['other', 'rte']))
      expect(error, name).toBeLessThan(1e-6);
  });

  test('learns two tasks', () => checkLearns(method));

  test("a task's adapters depend on its own embedding, and not on the others'", async () => {
    using model = await trainedJointly(method);
    const snapshot = await model.snapshot();
    const key = 'task_embedding_controller.task_to_embeddings.red';
    const embedding = snapshot.tensors.get(key) as NamedTensor;
    const moved = { ...embedding, data: embedding.data.map((x) => x + 1) };
    const changed = { ...snapshot, tensors: new Map([...snapshot.tensors, [key, moved]]) };
    using other = await TrainedModel.fromSnapshot(encoder, changed, tasks);
    for (const { id, validation } of tasks) {
      const [before, after] = [
        await model.for(id).predict(validation),
        await other.for(id).predict(validation),
      ];
      if (id === 'tiny/red') expect(after.logits).not.toEqual(before.logits);
      else expect(after.logits).toEqual(before.logits);
    }
  });

  test('written and read it is the same model, without the pooler, which these tasks do not use', async () => {
    const { files, snapshot } = await checkJointFolder(method, hyperformerReader);
    expect(snapshot.method.settings).toEqual(method.settings);
    expect(JSON.parse(files['hyperformer_config.json'] as string)).toMatchObject({
      name: 'MT',
      tasks: ['red', 'score'],
      config: {
        variant,
        task_embedding_size: 6,
        task_hidden_size: 5,
        projected_task_embedding_size: 4,
        reduction_factor: 2,
      },
    });
    const keys = Object.keys(shapesOf(files, file));
    expect(keys.filter((key) => key.includes('pooler'))).toEqual([]);
    expect(keys.filter((key) => key.includes('up_sampler')).length).toBe(variant === 'hyperformer' ? 8 : 4);
  });
});

test('what hyperformer++ trains is shared by layers, which have embeddings', async () => {
  using model = await trainedJointly(hyperformer({ variant: 'hyperformer++', ...small }));
  const own = 'roberta.encoder.adapter_layers_hyper_net';
  expect(shapesOf(await model.files(), file)).toEqual({
    'task_embedding_controller.task_to_embeddings.red': [6],
    'task_embedding_controller.task_to_embeddings.score': [6],
    [`${own}.layer_id_embeddings.weight`]: [2, 6],
    [`${own}.task_hypernet.task_embeding_generator.0.weight`]: [5, 12],
    [`${own}.task_hypernet.task_embeding_generator.0.bias`]: [5],
    [`${own}.task_hypernet.task_embeding_generator.2.weight`]: [4, 5],
    [`${own}.task_hypernet.task_embeding_generator.2.bias`]: [4],
    [`${own}.LayerNorm.weight`]: [4],
    [`${own}.LayerNorm.bias`]: [4],
    [`${own}.up_sampler_hyper_net.weight_generator.0.weight`]: [32, 4],
    [`${own}.up_sampler_hyper_net.weight_generator.0.bias`]: [32],
    [`${own}.up_sampler_hyper_net.bias_generator.0.weight`]: [8, 4],
    [`${own}.up_sampler_hyper_net.bias_generator.0.bias`]: [8],
    [`${own}.down_sampler_hyper_net.weight_generator.0.weight`]: [32, 4],
    [`${own}.down_sampler_hyper_net.weight_generator.0.bias`]: [32],
    [`${own}.down_sampler_hyper_net.bias_generator.0.weight`]: [4, 4],
    [`${own}.down_sampler_hyper_net.bias_generator.0.bias`]: [4],
    [`${own}.post_layernorm_hypernet.weight_generator.weight`]: [8, 4],
    [`${own}.post_layernorm_hypernet.weight_generator.bias`]: [8],
    [`${own}.post_layernorm_hypernet.bias_generator.weight`]: [8, 4],
    [`${own}.post_layernorm_hypernet.bias_generator.bias`]: [8],
  });
});

test('with a task of multiple choice the pooler trains, and lies in the folder', async () => {
  const method = hyperformer(small);
  const heads = (['singleLabelClassification', 'multipleChoice'] as const).map((problem, i) =>
    createHead({ problem, outputs: 2, layout: 'static', name: ['rte', 'copa'][i] as string, several: true }),
  );
  using model = await TrainableModel.create({
    ...{ encoder, method, adapterName: 'MT', seed: 0 },
    heads: Object.fromEntries(heads.map((head) => [head.options.name, head])),
  });
  expect(model.count().head).toBe(8 * 8 + 8 + 2 * 8 + 2 + 8 + 1);
  const values = await model.parameters.read();
  const pick = (task?: string): Map<string, NamedTensor> =>
    new Map([...values].filter(([name]) => model.headTask(name) === task));
  const snapshot: ModelSnapshot = {
    ...model.target,
    ...{ method, modelName: 'tiny', tensors: pick() },
    heads: new Map(
      heads.map(({ options }) => [
        options.name,
        { options, labels: ['first', 'second'], tensors: pick(options.name) },
      ]),
    ),
  };
  // Of another value than the encoder has.
  const key = 'roberta.pooler.dense.bias';
  (snapshot.tensors.get(key) as NamedTensor).data.fill(0.5);
  const files = snapshotFiles(snapshot);
  const read = await readJoint(files, hyperformerReader);
  expect(read.tensors).toEqual(snapshot.tensors);
  using again = await modelFromSnapshot(encoder, read);
  expect((await again.parameters.read()).get(key)?.data).toEqual(new Float32Array(8).fill(0.5));
  expect(
    again.parameters.groups.find(({ specs }) => specs.some(({ name }) => name.startsWith('pooler')))?.tasks,
  ).toEqual(['copa']);
  const half = withTensors(files, (all) => [...all].filter(([name]) => name !== key), file);
  await expect(readJoint(half, hyperformerReader)).rejects.toThrow(`missing ${key}`);
});

describe('a folder that is damaged or of something else is refused', () => {
  const written = (async () => {
    using model = await trainedJointly(hyperformer(small));
    return await model.files();
  })();
  const changed = async (
    change: (json: { config: Record<string, unknown>; tasks: unknown }) => void,
  ): Promise<FileSet> => {
    const files = await written;
    const json = JSON.parse(files['hyperformer_config.json'] as string);
    change(json);
    return { ...files, 'hyperformer_config.json': JSON.stringify(json) };
  };

  test.each<[string, string, Parameters<typeof changed>[0]]>([
    [
      'an unknown variant',
      'config.variant is "other"; it must be',
      ({ config }) => {
        config.variant = 'other';
      },
    ],
    [
      'no variant',
      'config.variant is missing',
      ({ config }) => {
        delete config.variant;
      },
    ],
    [
      'a size that is missing',
      'config.task_embedding_size is missing',
      ({ config }) => {
        delete config.task_embedding_size;
      },
    ],
    [
      'a size that is no number',
      'config.reduction_factor is "2"; it must be a number',
      ({ config }) => {
        config.reduction_factor = '2';
      },
    ],
    [
      'another size',
      'task_embeding_generator.0.weight is [5,6], not [7,6]',
      ({ config }) => {
        config.task_hidden_size = 7;
      },
    ],
    [
      'another variant',
      'missing roberta.encoder.adapter_layers_hyper_net.layer_id_embeddings.weight',
      ({ config }) => {
        config.variant = 'hyperformer++';
      },
    ],
    [
      'other tasks',
      'is of the tasks ["red", "blue"], joint_config.json of red,score',
      (json) => {
        json.tasks = ['red', 'blue'];
      },
    ],
    [
      'no tasks',
      'tasks is missing',
      (json) => {
        json.tasks = undefined;
      },
    ],
  ])('%s', async (_, message, change) => {
    const error = await readJoint(await changed(change), hyperformerReader).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ModelFileError);
    expect((error as Error).message).toContain('memory/hyperformer');
    expect((error as Error).message).toContain(message);
  });

  test('missing files, but for one of the two with the tensors', async () => {
    const { [file]: _, ...half } = await written;
    const { tensors } = await readJoint(await written, hyperformerReader);
    expect((await readJoint(half, hyperformerReader)).tensors).toEqual(tensors);
    const { 'pytorch_hyperformer.bin': ___, ...noTensors } = half;
    await expect(readJoint(noTensors, hyperformerReader)).rejects.toThrow(`memory has no ${file}`);
    const { 'joint_config.json': __, ...noTasks } = await written;
    await expect(readJoint(noTasks, hyperformerReader)).rejects.toThrow('joint_config.json of none');
  });
});

test.each<[HyperformerOptions, string]>([
  [
    { variant: 'hyperformer+' as 'hyperformer' },
    "no HyperFormer variant 'hyperformer+'; there are hyperformer, ",
  ],
  [{ taskEmbeddingSize: 0 }, 'taskEmbeddingSize must be a whole number from 1 to 65536, not 0'],
  [{ taskHiddenSize: 1.5 }, 'taskHiddenSize must be'],
  [{ projectedTaskEmbeddingSize: Number.NaN }, 'projectedTaskEmbeddingSize must be'],
  [{ reductionFactor: 0.5 }, 'reductionFactor must be a number of at least 1, not 0.5'],
])('%o is refused', (options, message) => {
  expect(() => hyperformer(options)).toThrow(ArgumentError);
  expect(() => hyperformer(options)).toThrow(message);
});
