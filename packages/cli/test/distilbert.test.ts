import { join } from 'node:path';
import type { RunFile } from '@scalearn/experiments';
import { expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { exportedLogits } from './support/exported.ts';
import { expectClose, modelCommands, pair } from './support/model-commands.ts';
import { must } from './support/run.ts';
import { tinyWorld, writeEncoder } from './support/tiny.ts';

const folder = scratchFolder();
const { data } = tinyWorld(folder);
const encoder = writeEncoder(join(folder, 'distilbert'), 1, {
  ...{ model_type: 'distilbert', vocab_size: 97, dim: 36, n_layers: 2, n_heads: 3, hidden_dim: 76 },
  ...{ max_position_embeddings: 64, seq_classif_dropout: 0.2 },
});
const { at, train, json, keysOf, probabilities, metrics } = modelCommands(folder, { encoder, data });

const softmax = (logits: readonly number[]): number[] => {
  const total = logits.reduce((sum, value) => sum + Math.exp(value), 0);
  return logits.map((value) => Math.exp(value) / total);
};

test('DistilBERT: sources, ScaLearn on them, scored from its folder, merged and exported', async () => {
  await train('glue/stsb', 'stsb');
  await train('glue/rte', 'rte');
  expect(json('rte/adapter_config.json')).toMatchObject({
    ...{ model_type: 'distilbert', model_class: 'DistilBertAdapterModel', hidden_size: 36 },
  });
  expect(keysOf('rte/adapter.safetensors')).toContain(
    'distilbert.transformer.layer.1.output_adapters.adapters.rte.adapter_up.bias',
  );
  await train('glue/rte', 'both', '--method', 'scalearn', '--sources', at('stsb'), at('rte'));
  expect(keysOf('both/model_head.safetensors').sort()).toEqual(
    ['classifier', 'pre_classifier'].flatMap((name) => [`${name}.bias`, `${name}.weight`]),
  );
  const run = json('both/run.json') as unknown as RunFile;
  expect(run.encoder.shape).toEqual({
    ...{ modelType: 'distilbert', prefix: 'distilbert', layers: 2, hiddenSize: 36, intermediateSize: 76 },
    ...{ attentionDropout: 0.1, classifierDropout: 0.2, initializerRange: 0.02 },
  });
  expect(await metrics('both')).toEqual(run.results.test?.metrics);
  const expected = await probabilities('both');

  await must('merge', '--model', at('both'), '--out', at('merged'));
  expect(json('merged/head_config.json').config).toMatchObject({ activation_function: 'relu', layers: 2 });
  expectClose(await probabilities('merged'), expected);

  await must('export', '--model', at('both'), '--out', at('web'));
  expect(json('web/config.json')).toMatchObject({
    ...{ architectures: ['DistilBertForSequenceClassification'], model_type: 'distilbert', dim: 36 },
  });
  expect(json('web/tokenizer_config.json').tokenizer_class).toBe('DistilBertTokenizer');
  const [logits = []] = await exportedLogits(at('web'), [pair]);
  expectClose(softmax(logits), expected);
});

test('DistilBERT, fine-tuned: a folder that transformers opens, head included', async () => {
  await train('glue/rte', 'tuned', '--method', 'full-finetuning');
  const keys = keysOf('tuned/model.safetensors');
  expect(keys).toContain('distilbert.transformer.layer.0.attention.q_lin.weight');
  expect(keys).toEqual(expect.arrayContaining(['pre_classifier.weight', 'classifier.weight']));
  expect(json('tuned/config.json')).toMatchObject({
    ...{ architectures: ['DistilBertForSequenceClassification'], n_layers: 2 },
  });
  const { results } = json('tuned/run.json') as unknown as RunFile;
  expect(await metrics('tuned')).toEqual(results.test?.metrics);
});
