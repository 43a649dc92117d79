import { ArgumentError, type FileSet, ModelFileError, type NamedTensor, TrainedModel } from '@scalearn/core';
import { describe, expect, test } from 'vitest';
import { type PropetlMOptions, propetlM, propetlMReader } from '../src/index.ts';
import { base, large, parameterCount } from './counts.ts';
import { encoder, shapesOf } from './folders.ts';
import { gradientErrors } from './gradients.ts';
import { checkJointFolder, checkLearns, readJoint, tasks, trainedJointly } from './joint.ts';

const variants = ['own', 'last-task'] as const;
const small = (firstLayerMask: 'own' | 'last-task'): PropetlMOptions => ({
  reductionFactor: 2,
  firstLayerMask,
});
const controller = (layer: number): string => `roberta.encoder.layer.${layer}.output.adapter_controller`;

describe('trainable parameters are those of the reference', () => {
  test.each([
    ['own', 8, 1_549_104, 4_326_464],
    ['own', 5, 1_327_920, 3_933_248],
    ['own', 15, 2_065_200, 5_243_968],
    ['last-task', 8, 1_475_376, 4_195_392],
    ['last-task', 5, 1_254_192, 3_802_176],
    ['last-task', 15, 1_991_472, 5_112_896],
  ] as const)('first layer mask %s, %i tasks', (firstLayerMask, T, inBase, inLarge) => {
    const names = Array.from({ length: T }, (_, i) => `task${i}`);
    expect(parameterCount(propetlM({ firstLayerMask }), base, names)).toBe(inBase);
    expect(parameterCount(propetlM({ firstLayerMask }), large, names)).toBe(inLarge);
  });
});

test('scores are drawn uniformly, to one over the root of their columns, with a rate of their own', () => {
  const specs = propetlM().parameters({ encoder: base, adapterName: 'MT', tasks: ['rte'] });
  const find = (ending: string): unknown => specs.find(({ name }) => name.endsWith(ending));
  for (const mask of [
    '0.output.adapter_controller.mask_scores.rte',
    '11.output.adapter_controller.mask_scores.layer',
  ]) {
    expect(find(`${mask}_down_mask.param`)).toMatchObject({
      ...{ shape: [48, 768], rate: 10, init: { bound: 1 / Math.sqrt(768) } },
    });
    expect(find(`${mask}_up_mask.param`)).toMatchObject({
      ...{ shape: [768, 48], rate: 10, init: { bound: 1 / Math.sqrt(48) } },
    });
  }
  expect(find('common_adapter.up_sampler.weight')).not.toHaveProperty('rate');
});

describe.each(variants)('with the first layer mask %s', (firstLayerMask) => {
  const method = propetlM(small(firstLayerMask));

  test('gradients are those of central differences, but for the scores, which have none', async () => {
    const errors = [...(await gradientErrors(method, ['rte', 'other']))];
    const others = errors.filter(([name]) => !name.includes('mask'));
    expect(others).toHaveLength(4 + 4);
    for (const [name, error] of others) expect(error, name).toBeLessThan(1e-6);
  });

  test('learns two tasks', () => checkLearns(method));

  /** The tasks whose answers change when a mask keeps the opposite of what it kept. */
  const dependents = async (key: string): Promise<string[]> => {
    // Wide enough that no task finds all units off.
    using model = await trainedJointly(propetlM({ reductionFactor: 1, firstLayerMask }));
    const snapshot = await model.snapshot();
    const scores = snapshot.tensors.get(key) as NamedTensor;
    const turned = { ...scores, data: scores.data.map((s) => 1 / s) };
    const changed = { ...snapshot, tensors: new Map([...snapshot.tensors, [key, turned]]) };
    using other = await TrainedModel.fromSnapshot(encoder, changed, tasks);
    const result: string[] = [];
    for (const { id, validation } of tasks) {
      const [before, after] = [
        await model.for(id).predict(validation),
        await other.for(id).predict(validation),
      ];
      if (String(before.logits) !== String(after.logits)) result.push(id);
    }
    return result;
  };

  test('a mask acts on its task, or in its layer on all tasks', async () => {
    const own = firstLayerMask === 'own';
    const mask = (task: string): string => `${controller(0)}.mask_scores.${task}_down_mask.param`;
    expect(await dependents(mask('red'))).toEqual(['tiny/red']);
    expect(await dependents(mask('score'))).toEqual(own ? ['tiny/score'] : ['tiny/red', 'tiny/score']);
    for (const layer of own ? [0, 1] : [1])
      expect(await dependents(`${controller(layer)}.mask_scores.layer_down_mask.param`)).toEqual([
        'tiny/red',
        'tiny/score',
      ]);
  });

  test('written and read it is the same model', async () => {
    const { files, snapshot } = await checkJointFolder(method, propetlMReader);
    expect(snapshot.method.settings).toEqual(method.settings);
    const keys = Object.keys(shapesOf(files, 'propetl_m.safetensors'));
    expect(keys).toContain(`${controller(0)}.adapters.common_adapter.down_sampler.bias`);
    expect(keys.includes(`${controller(0)}.mask_scores.layer_down_mask.param`)).toBe(
      firstLayerMask === 'own',
    );
    expect(keys).toHaveLength(4 + 2 * 2 + 2 * (firstLayerMask === 'own' ? 2 : 1));
    expect(JSON.parse(files['propetl_m_config.json'] as string)).toMatchObject({
      tasks: ['red', 'score'],
      config: { reduction_factor: 2, sparsity: 0.3, first_layer_mask: firstLayerMask },
    });
  });
});

test.each<[string, string, (config: Record<string, unknown>) => void]>([
  ['no sparsity', 'config.sparsity is missing', (config) => delete config.sparsity],
  [
    'another mask',
    'firstLayerMask must be one of own, last-task, not "other"',
    (config) => {
      config.first_layer_mask = 'other';
    },
  ],
  [
    'another width',
    'down_sampler.weight is [4,8], not [2,8]',
    (config) => {
      config.reduction_factor = 4;
    },
  ],
  [
    'masks that are not there',
    `unexpected ${controller(0)}.mask_scores.layer_down_mask.param`,
    (config) => {
      config.first_layer_mask = 'last-task';
    },
  ],
])('a folder whose configuration says %s is refused', async (_, message, change) => {
  using model = await trainedJointly(propetlM(small('own')));
  const files = await model.files();
  const json = JSON.parse(files['propetl_m_config.json'] as string);
  change(json.config);
  const changed: FileSet = { ...files, 'propetl_m_config.json': JSON.stringify(json) };
  await expect(readJoint(changed, propetlMReader)).rejects.toThrow(ModelFileError);
  await expect(readJoint(changed, propetlMReader)).rejects.toThrow(message);
});

test.each<[PropetlMOptions, string]>([
  [{ reductionFactor: 0.5 }, 'reductionFactor must be a number of at least 1, not 0.5'],
  [{ sparsity: 1 }, 'sparsity must be a number above 0 and below 1, not 1'],
  [{ sparsity: 0 }, 'must be a number above 0 and below 1, not 0'],
  [{ firstLayerMask: 'none' as 'own' }, 'firstLayerMask must be one of own, last-task, not "none"'],
])('%o is refused', (options, message) => {
  expect(() => propetlM(options)).toThrow(ArgumentError);
  expect(() => propetlM(options)).toThrow(message);
});
