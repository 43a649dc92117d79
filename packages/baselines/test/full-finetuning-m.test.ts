import { expect, test } from 'vitest';
import { memoryFolder } from '../../core/test/training/memory-folder.ts';
import { encoderWeights } from '../../encoders/src/model/architecture.ts';
import { fullFinetuning, fullFinetuningM, fullFinetuningMReader } from '../src/index.ts';
import { encoder, shapesOf, target, trained } from './folders.ts';
import { gradientErrors } from './gradients.ts';
import { checkJointFolder, checkLearns, trainedJointly } from './joint.ts';

const method = fullFinetuningM();

test('what trains is the encoder, once for all tasks, without the pooler, which these do not use', async () => {
  using model = await trainedJointly(method);
  const expected = encoderWeights(encoder.config)
    .filter(({ name }) => !name.startsWith('pooler.'))
    .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  expect(model.parameterCount.method).toBe(expected);
});

test('gradients are those of central differences', async () => {
  const errors = await gradientErrors(method, ['other', 'rte']);
  expect([...errors.keys()]).toContain('embeddings.word_embeddings.weight');
  for (const [name, error] of errors) expect(error, name).toBeLessThan(1e-6);
});

test('learns two tasks', () => checkLearns(method));

test('written and read it is the same model: an encoder, and a head for each task in a folder of its own', async () => {
  const { files } = await checkJointFolder(method, fullFinetuningMReader);
  const keys = Object.keys(shapesOf(files, 'model.safetensors'));
  expect(keys).toContain('roberta.encoder.layer.1.attention.self.key.weight');
  expect(keys.every((key) => key.startsWith('roberta.') && !key.includes('pooler'))).toBe(true);
  expect(Object.keys(files)).toContain('heads/score/model_head.safetensors');
});

test('the folder of an encoder that one task trained is left to its reader', async () => {
  using model = await trained(fullFinetuning());
  expect(await fullFinetuningMReader(memoryFolder(await model.files()), target)).toBeUndefined();
});
