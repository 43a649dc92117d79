import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { type ExportCardInput, exportCard } from '../src/export-card.ts';
import type { TaskInfo } from '../src/model-info.ts';

const task: TaskInfo = {
  ...{ id: 'glue/sst2', problem: 'singleLabelClassification', labels: ['bad', 'good'] },
  ...{ maxLength: 128, truncation: 'longestFirst', temperature: 1, threshold: 0.5 },
};
const measured = { metric: 'accuracy', rows: 872, data: 'glue/sst2' };
const model = { name: 'glue/sst2', task, methodId: 'scalearn++', measured };
const f32 = { dtype: 'f32', transformersDtype: 'fp32', bytes: 2 ** 26 };
const input: ExportCardInput = {
  encoder: { name: 'minilm', fingerprint: 'abc', layers: 6, source: 'org/MiniLM-L6' },
  models: [model],
  files: [
    {
      ...{ file: 'onnx/model_quantized.onnx', dtype: 'q8', transformersDtype: 'q8', bytes: 2 ** 24 },
      ...{ scores: { 'glue/sst2': 0.8658 }, rowsPerSecond: 123.4 },
    },
    { ...f32, file: null, scores: { 'glue/sst2': 0.8727 }, rowsPerSecond: 50 },
  ],
};

test('the header is what the hub reads', () => {
  const [, header = ''] = /^---\n([\s\S]*?)\n---\n/.exec(exportCard(input)) ?? [];
  expect(parse(header)).toEqual({
    ...{ library_name: 'transformers.js', pipeline_tag: 'text-classification', base_model: 'org/MiniLM-L6' },
    tags: ['onnx', 'scalearn', 'scalearn++'],
  });
});

test('each file has its size, its score beside that of f32, and its speed', () => {
  const card = exportCard(input);
  expect(card).toContain('* accuracy on 872 test rows of glue/sst2');
  expect(card).toContain('| file | type | MiB | accuracy | rows per second |');
  expect(card).toContain('| `onnx/model_quantized.onnx` | q8 | 16.0 | 0.866 (−0.007) | 123 |');
  expect(card).toContain('| not exported | f32 | 64.0 | 0.873 | 50 |');
  expect(card).toContain("{ dtype: 'q8' }");
  expect(card).toContain('* glue/sst2: bad, good');
});

test('what was not measured is said, and no score is shown', () => {
  const card = exportCard({
    ...input,
    models: [{ ...model, measured: undefined }],
    files: [{ ...f32, file: 'onnx/model.onnx', scores: {} }],
    reason: 'the rows are gone',
  });
  expect(card).toContain('The loss of accuracy was not measured: the rows are gone.');
  expect(card).toContain('| file | type | MiB |\n');
  expect(card).toContain('| `onnx/model.onnx` | f32 | 64.0 |\n');
});

test('a temperature is in the file already, and a threshold is for the reader', () => {
  const calibrated: TaskInfo = {
    ...task,
    ...{ problem: 'multiLabelClassification', temperature: 1.75, threshold: 0.3 },
  };
  const card = exportCard({ ...input, models: [{ ...model, task: calibrated }] });
  expect(card).toContain('labels above a probability of 0.3 are predicted');
  expect(card).toContain('logits are already divided by the temperature 1.75');
  expect(card).not.toContain('before they become probabilities');
});

test('scores of several models have a column each', () => {
  const other: TaskInfo = { ...task, id: 'glue/stsb', problem: 'regression', labels: null };
  const card = exportCard({
    ...input,
    models: [model, { ...model, name: 'stsb', task: other, measured: { ...measured, metric: 'pearson' } }],
    files: [{ ...f32, file: 'onnx/model.onnx', scores: { 'glue/sst2': 0.9, stsb: 0.8 }, rowsPerSecond: 5 }],
  });
  expect(card).toContain('| glue/sst2: accuracy | stsb: pearson |');
  expect(card).toContain('* stsb: pearson on 872 test rows of glue/sst2');
  expect(card).toContain('| f32 | 64.0 | 0.900 | 0.800 | 5 |');
  expect(card).toContain('* stsb: a score');
  expect(card).toContain('// 0: glue/sst2, 1: stsb');
  expect(card).toContain("model: new Tensor('int64', [0n], [1])");
});
