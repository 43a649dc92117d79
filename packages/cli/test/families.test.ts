// Encoders of other families by the command: fine-tuned with their own head, scored from their folders, and exported.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSafetensors } from '@scalearn/core/files';
import type { RunFile } from '@scalearn/experiments';
import { expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { exportedLogits } from './support/exported.ts';
import { events, must } from './support/run.ts';
import { tinyWorld, writeEncoder } from './support/tiny.ts';

const folder = scratchFolder();
const { data } = tinyWorld(folder);
const at = (name: string): string => join(folder, name);
const json = (path: string): Record<string, unknown> => JSON.parse(readFileSync(at(path), 'utf8'));
const texts = ['the red cat sat', 'a slow dog ran under the tree'] as const;
const sizes = {
  ...{ vocab_size: 97, hidden_size: 36, num_hidden_layers: 2, num_attention_heads: 3 },
  ...{ intermediate_size: 40, max_position_embeddings: 64 },
};

test.each<[string, Record<string, unknown>, string, string, readonly string[]]>([
  [
    'electra',
    { embedding_size: 20, type_vocab_size: 2 },
    ...(['ElectraForSequenceClassification', 'ElectraTokenizer'] as const),
    ['electra.embeddings_project.weight', 'classifier.dense.weight', 'classifier.out_proj.bias'],
  ],
  [
    'mpnet',
    {},
    ...(['MPNetForSequenceClassification', 'MPNetTokenizer'] as const),
    ['mpnet.encoder.relative_attention_bias.weight', 'mpnet.encoder.layer.1.attention.attn.q.bias'],
  ],
  [
    'modernbert',
    { global_attn_every_n_layers: 2, local_attention: 8, classifier_pooling: 'mean' },
    ...(['ModernBertForSequenceClassification', 'PreTrainedTokenizer'] as const),
    ['model.layers.1.attn.Wqkv.weight', 'head.dense.weight', 'head.norm.weight', 'classifier.bias'],
  ],
  [
    'deberta-v2',
    {
      ...{ relative_attention: true, position_biased_input: false, share_att_key: true },
      ...{ pos_att_type: 'p2c|c2p', position_buckets: 8, norm_rel_ebd: 'layer_norm' },
    },
    ...(['DebertaV2ForSequenceClassification', 'DebertaV2Tokenizer'] as const),
    ['deberta.encoder.rel_embeddings.weight', 'pooler.dense.weight', 'classifier.weight'],
  ],
])('%s', async (modelType, own, modelClass, tokenizerClass, keys) => {
  const encoder = writeEncoder(at(modelType), 1, { ...sizes, ...own, model_type: modelType });
  const out = `${modelType}-tuned`;
  await must(
    ...['train', '--encoder', encoder, '--data', data, '--task', 'glue/rte', '--out', at(out)],
    ...[
      '--method',
      'full-finetuning',
      '--batch-size',
      '8',
      '--max-steps',
      '3',
      '--device',
      'onnx',
      '--quiet',
    ],
  );
  expect([...parseSafetensors(readFileSync(at(`${out}/model.safetensors`))).entries.keys()]).toEqual(
    expect.arrayContaining([...keys]),
  );
  expect(json(`${out}/config.json`)).toMatchObject({ ...own, architectures: [modelClass] });
  const scored = await must('evaluate', '--model', at(out), '--device', 'onnx', '--json');
  const { results } = json(`${out}/run.json`) as unknown as RunFile;
  expect(events(scored)[0]?.metrics).toEqual(results.test?.metrics);

  const given = ['--text', texts[0], '--text-pair', texts[1], '--format', 'jsonl'];
  const predicted = await must('predict', '--model', at(out), '--device', 'onnx', ...given);
  const [row] = events<{ probabilities: Record<string, number> }>(predicted);
  await must('export', '--model', at(out), '--out', at(`${out}-web`));
  expect(json(`${out}-web/config.json`)).toMatchObject({
    architectures: [modelClass],
    model_type: modelType,
  });
  expect(json(`${out}-web/tokenizer_config.json`).tokenizer_class).toBe(tokenizerClass);
  const [logits = []] = await exportedLogits(at(`${out}-web`), [texts]);
  const total = logits.reduce((sum, value) => sum + Math.exp(value), 0);
  const probabilities = Object.values(row?.probabilities ?? {});
  expect(probabilities).toHaveLength(2);
  for (const [i, value] of probabilities.entries())
    expect(Math.exp(logits[i] as number) / total).toBeCloseTo(value, 5);
});
