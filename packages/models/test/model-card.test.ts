import type { Assessment } from '@scalearn/evaluation';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { type CardDetails, modelCard } from '../src/model-card.ts';
import type { ModelInfo } from '../src/model-info.ts';

const info: ModelInfo = {
  encoder: { name: 'minilm', fingerprint: 'abc', layers: 6, source: 'org/MiniLM-L6' },
  tasks: [
    {
      ...{ id: 'reviews: "mine"', problem: 'singleLabelClassification', labels: ['<bad>', 'go|od'] },
      ...{ maxLength: 128, truncation: 'longestFirst', temperature: 1.5, threshold: 0.5 },
    },
  ],
};
const assessment: Assessment = {
  ...{
    metric: 'accuracy',
    score: 0.875,
    interval: [0.79, 0.93],
    rows: 80,
    confusion: undefined,
    confusions: [],
  },
  baselines: [
    { kind: 'majority', score: 0.5, difference: 0.375, interval: [0.2, 0.5] },
    { kind: 'bagOfWords', score: 0.8, difference: 0.075, interval: [-0.01, 0.1] },
  ],
  classes: [{ label: 'go|od', precision: 0.9, recall: 0.8, f1: 0.85, support: 40, predicted: 36 }],
  findings: [{ kind: 'fewScoredRows', text: 'Few rows.', advice: 'Score more.' }],
};
const details: CardDetails = {
  ...{ languages: ['en', 'no'], license: 'mit', training: { seed: 3 } },
  assessments: { 'reviews: "mine"': assessment },
};
const card = (more: Partial<Parameters<typeof modelCard>[0]> = {}) =>
  modelCard({
    ...{ info, methodId: 'scalearn++', parameters: { method: 1234, head: 5 }, files: {}, ...details },
    ...more,
  });
const header = (text: string) => parse(/^---\n([\s\S]*?)\n---\n/.exec(text)![1]!);

test('the header is what the hub reads, whatever the names are', () => {
  expect(header(card())).toEqual({
    ...{ library_name: 'scalearn', pipeline_tag: 'text-classification', base_model: 'org/MiniLM-L6' },
    ...{ language: ['en', 'no'], license: 'mit', tags: ['scalearn', 'scalearn++'] },
    'model-index': [
      {
        name: 'reviews: "mine"',
        results: [
          {
            task: { type: 'text-classification' },
            dataset: { type: 'reviews: "mine"', name: 'reviews: "mine"' },
            metrics: [{ type: 'accuracy', value: 0.875 }],
          },
        ],
      },
    ],
  });
});

test('scores stand beside their baselines, with findings', () => {
  const text = card();
  expect(text).toContain('| **this model** | **0.88** (95 % interval 0.79 to 0.93) |');
  expect(text).toContain('| a linear model of the words | 0.80 |');
  expect(text).toContain('| go\\|od | 0.90 | 0.80 | 0.85 | 40 |');
  expect(text).toContain('* Few rows. Score more.');
  expect(text).toContain('\\<bad\\>, go\\|od; logits are divided by 1.5');
  expect(text).toContain('| seed | 3 |');
});

test('a path of this machine is neither a base model nor in the card', () => {
  const local = { ...info, encoder: { ...info.encoder, source: '/home/me/minilm' } };
  expect(header(card({ info: local }))).not.toHaveProperty('base_model');
  expect(card({ info: local })).not.toContain('/home/me');
  expect(card({ info: local })).toContain('encoder: "path or hub name of minilm"');
});

test.each([
  [{ 'adapter_config.json': '' }, /from adapters import AutoAdapterModel[\s\S]*"org\/MiniLM-L6"/],
  [{ 'adapter_config.json': '', 'adapter_mask.safetensors': '' }, /has no class for the method/],
  [{ 'config.json': '', 'model.safetensors': '' }, /from transformers import/],
  [{ 'scalearn_config.json': '' }, /scalearn merge/],
  [{}, /scalearn export/],
])('Python reads what it can: %j', (files, text) => {
  expect(card({ files })).toMatch(text);
});
