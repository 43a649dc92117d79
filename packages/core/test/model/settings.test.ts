import { expect, test } from 'vitest';
import { ModelFileError, readAdapterFolder } from '../../src/index.ts';
import { memoryFolder } from '../training/memory-folder.ts';
import { edited, read, trainedFolders } from './folders.ts';

const { adapter } = await trainedFolders();
const withAdapter = (changes: Record<string, unknown>) => edited(adapter, 'adapter_config.json', changes);
const withHead = (changes: Record<string, unknown>) => edited(adapter, 'head_config.json', changes);

async function refused(files: typeof adapter, message: string): Promise<void> {
  const error = await read(files).catch((thrown: unknown) => thrown);
  expect(error, String(error)).toBeInstanceOf(ModelFileError);
  expect((error as Error).message).toContain(message);
}

test.each<[string, Record<string, unknown>]>([
  ['mh_adapter', { 'config.mh_adapter': true }],
  ['original_ln_before', { 'config.original_ln_before': undefined }],
  ['output_adapter', { 'config.output_adapter': undefined }],
  ['phm_layer', { 'config.phm_layer': true }],
  ['ln_after', { 'config.ln_after': true }],
  ['is_parallel', { 'config.is_parallel': true }],
  ['residual_before_ln', { 'config.residual_before_ln': 'post_add' }],
  ['scaling', { 'config.scaling': 'learned' }],
  ['prelu', { 'config.non_linearity': 'prelu' }],
  ['../up', { name: '../up' }],
  ['other', { name: 'other' }],
  ['hidden size 16', { hidden_size: 16 }],
])('an adapter is refused where its configuration says %s', (message, changes) =>
  refused(withAdapter(changes), message),
);

test.each<[string, Record<string, unknown>]>([
  ['layers 3', { 'config.layers': 3 }],
  ['activation_function "prelu"', { 'config.activation_function': 'prelu' }],
  ['use_pooler true', { 'config.use_pooler': true }],
  ['bias', { 'config.bias': false }],
  ['question_answering', { problem_type: undefined, 'config.head_type': 'question_answering' }],
  ['model_type is "bert", and model_class is "RobertaAdapterModel"', { model_class: 'RobertaAdapterModel' }],
  [
    'it is for encoders of the architecture "roberta", this one is bert',
    { model_type: 'roberta', model_class: 'RobertaAdapterModel' },
  ],
  [
    'it is for encoders of the architecture "XLMRoberta"',
    { model_type: undefined, model_class: 'XLMRobertaForSequenceClassification' },
  ],
  ['it is for encoders of hidden size 768, this one has 8', { hidden_size: 768 }],
  ['problem_type is "regression", which has one output, and the head has 2', { problem_type: 'regression' }],
  [
    'cannot be read; classification, multilabel_classification, multiple_choice can',
    { 'config.head_type': 'causal_lm' },
  ],
  ['config.num_labels is -1', { 'config.num_labels': -1 }],
])('a head is refused where its configuration says %s', async (message, changes) => {
  await refused(withHead(changes), message);
  await refused(withHead(changes), 'head_config.json: ');
});

test('a task adapter of the first year may name an invertible one, which it does not have', async () => {
  const named = (type: string) => withAdapter({ type, 'config.inv_adapter': 'nice' });
  expect((await read(named('text_task'))).method.name).toBe('bottleneck');
  await refused(named('text_lang'), 'inv_adapter is "nice"');
});

test('an adapter may scale what it adds', async () => {
  const plain = await readAdapterFolder(memoryFolder(adapter));
  const scaled = await readAdapterFolder(memoryFolder(withAdapter({ 'config.scaling': 0.5 })));
  expect(scaled.layers[1]?.up).toEqual(plain.layers[1]?.up.map((x) => x / 2));
  expect(scaled.layers[1]?.upBias).toEqual(plain.layers[1]?.upBias.map((x) => x / 2));
  expect(scaled.layers[1]?.down).toEqual(plain.layers[1]?.down);
});
