import { type BottleneckOptions, bottleneck, readSnapshot } from '@scalearn/core';
import { expect, test } from 'vitest';
import { memoryFolder } from '../../core/test/training/memory-folder.ts';
import { adapterM, adapterMReader } from '../src/index.ts';
import { base, large, parameterCount } from './counts.ts';
import { shapesOf, target, trained } from './folders.ts';
import { checkJointFolder, checkLearns, trainedJointly } from './joint.ts';

test.each([5, 8, 15])('trainable parameters for %i tasks are those of one adapter', (T) => {
  const tasks = Array.from({ length: T }, (_, i) => `task${i}`);
  expect(parameterCount(adapterM(), base, tasks)).toBe(894_528);
  expect(parameterCount(adapterM(), large, tasks)).toBe(3_171_840);
});

test('learns two tasks', () => checkLearns(adapterM({ width: 4 })));

test.each<[string, BottleneckOptions]>([
  ['its width', { width: 3 }],
  ['its reduction factor', { reductionFactor: 4 }],
  ['another activation', { width: 5, nonLinearity: 'gelu' }],
])('with %s, written and read it is the same model', async (_, options) => {
  const { files } = await checkJointFolder(adapterM(options), adapterMReader);
  const width = options.width ?? 2;
  expect(shapesOf(files)).toMatchObject({
    'roberta.encoder.layer.1.output.adapters.MT.adapter_down.0.weight': [width, 8],
    'roberta.encoder.layer.1.output.adapters.MT.adapter_up.weight': [8, width],
  });
  expect(Object.keys(files).sort()).toEqual([
    'adapter.safetensors',
    'adapter_config.json',
    'heads/red/head_config.json',
    'heads/red/model_head.safetensors',
    'heads/red/pytorch_model_head.bin',
    'heads/score/head_config.json',
    'heads/score/model_head.safetensors',
    'heads/score/pytorch_model_head.bin',
    'joint_config.json',
    'pytorch_adapter.bin',
  ]);
});

test('what was trained is an adapter like any other', async () => {
  using model = await trainedJointly(adapterM({ width: 3 }));
  expect(await model.adapter()).toMatchObject({ name: 'MT', width: 3, nonLinearity: 'relu' });
});

test('the folder of an adapter of one task is left to its reader', async () => {
  using model = await trained(bottleneck({ width: 3 }));
  const folder = memoryFolder(await model.files());
  expect(await adapterMReader(folder, target)).toBeUndefined();
  expect((await readSnapshot(folder, target, [adapterMReader])).method.name).toBe('bottleneck');
});
