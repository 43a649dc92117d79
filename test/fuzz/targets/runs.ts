import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { experimentReport, parseReportData, type ReportData } from '@scalearn/report';
import { collectReport } from '../../../packages/experiments/src/report/collect.ts';
import { encodePredictions } from '../../../packages/experiments/src/runs/predictions.ts';
import { encodeRunFile } from '../../../packages/experiments/src/runs/run-json.ts';
import type { RunFile } from '../../../packages/experiments/src/runs/run-schema.ts';
import { filesOf, mutatedFiles } from '../harness/mutate-files.ts';
import { type Files, type FuzzTarget, textOf, utf8 } from '../harness/target.ts';
import { scratch } from './experiments.ts';

const data = {
  path: null,
  fingerprint: 'f',
  rows: { train: 8, validation: 4, test: 4 },
  files: { train: 8 },
  unofficial: [],
};
const run: Omit<RunFile, 'formatVersion'> = {
  ...{ version: '0.0.0', command: 'train', task: 'glue/rte', method: 'bottleneck', seed: 0 },
  settings: {
    ...{ task: 'glue/rte', method: 'bottleneck', encoder: 'mini', data: null, sources: [], layers: null },
    ...{ epochs: 1, maxSteps: null, batchSize: 4, evalBatchSize: 4, learningRate: 0.001, weightDecay: 0 },
    ...{ warmupSteps: null, patience: 5, maxLength: 16, limit: null, evalLimit: null, seed: 0 },
    methodSettings: { reductionFactor: 16, nonLinearity: 'relu', nested: { list: [1, 2] } },
  },
  encoder: {
    ...{ source: 'mini', path: null, name: 'mini', fingerprint: 'e'.repeat(64) },
    shape: {
      ...{ modelType: 'bert', prefix: 'bert', layers: 2, hiddenSize: 8, intermediateSize: 12 },
      ...{ classifierDropout: 0.1, attentionDropout: 0.1, initializerRange: 0.02 },
    },
  },
  data,
  sources: [],
  history: [
    { epoch: 1, step: 2, trainLoss: 0.5, validationLoss: null, validationMetrics: { accuracy: 0.5 } },
  ],
  ...{ bestEpoch: 1, steps: 2, parameters: { method: 10, head: 4 } },
  results: { test: { rows: 4, metrics: { accuracy: 0.5 }, loss: 0.7 } },
  device: { kind: 'reference', description: 'reference', memory: { bytes: { encoder: 10 }, total: 10 } },
  ...{ seconds: 1.5, tokensPerSecond: 10, files: ['adapter_config.json'] },
};

const answers = {
  logits: Float32Array.of(1, 0, 0, 1, 1, 0, 0, 1),
  labels: [0, 1, 1, 0],
  rows: 4,
  columns: 2,
  loss: 0.5,
};
const folder: Files = filesOf({
  'run.json': await encodeRunFile(run, tmpdir()),
  'predictions.safetensors': encodePredictions(
    [{ task: 'glue/rte', splits: { test: answers } as never }],
    false,
  ),
});

/** Reports as tables, in every format without figures. Drawing figures takes longer than the limit. */
async function write(report: ReportData, text: string): Promise<void> {
  experimentReport(report, 'markdown');
  if (text.length % 7 === 0)
    for (const format of ['csv', 'latex', 'json'] as const) experimentReport(report, format);
}

function onDisk(files: Files, path: string): void {
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(join(path, name, '..'), { recursive: true });
    writeFileSync(join(path, name), bytes);
  }
}

const created = '2026-01-01T00:00:00Z';

/** A folder written by `train`, for a report. */
const trained = (name: string) => (): FuzzTarget => {
  const path = scratch();
  return {
    valid: [folder],
    generate: mutatedFiles(folder, [name]),
    async parse(files) {
      onDisk(files, path);
      await write(await collectReport([path], { created }), textOf(files, 'run.json'));
    },
  };
};

/** A folder written by `run`. */
const index = (): FuzzTarget => {
  const path = scratch();
  const common = {
    entry: 'adapter',
    label: 'Adapter',
    encoder: 'mini',
    task: 'glue/rte',
    method: 'bottleneck',
  };
  const json = {
    ...{ formatVersion: 1, version: '0.0.0', name: 'tiny', title: 'Tiny' },
    runs: [
      {
        id: 'a',
        folder: 'a',
        ...common,
        seed: 0,
        axes: { limit: 16 },
        sources: [],
        purpose: 'report',
        state: 'done',
      },
      {
        id: 'b',
        folder: 'b',
        ...common,
        seed: 1,
        axes: {},
        sources: ['a'],
        purpose: 'source',
        state: 'failed',
        error: 'x',
      },
    ],
  };
  onDisk(folder, join(path, 'a'));
  const good = { 'experiment.json': utf8(JSON.stringify(json)) };
  return {
    valid: [good],
    generate: mutatedFiles(good),
    async parse(files) {
      onDisk(files, path);
      await write(await collectReport([path], { created }), textOf(files, 'experiment.json'));
    },
  };
};

/** The JSON of a report: two methods, a task, coefficients. */
const report = async (): Promise<FuzzTarget> => {
  const path = scratch();
  onDisk(folder, path);
  const base = await collectReport([path], { created });
  const [first] = base.runs;
  const coefficients = {
    sources: ['mnli', 'rte'],
    values: [
      [0.5, 1],
      [0.4, 1.1],
    ],
    start: 1,
  };
  const more = {
    ...first,
    ...{ id: 'c', entry: 'scalearn', label: 'ScaLearn', method: 'scalearn', kind: 'two-stage', coefficients },
    sources: [
      { name: 'mnli', run: null },
      { name: 'rte', run: 'a' },
    ],
  };
  const json = {
    ...base,
    runs: [...base.runs, more, { ...more, id: 'd', seed: 1 }],
    missing: [{ what: 'x', reason: 'y' }],
  };
  const good = { 'report.json': utf8(JSON.stringify(json)) };
  return {
    valid: [good],
    generate: mutatedFiles(good),
    async parse(files) {
      const text = textOf(files, 'report.json');
      await write(parseReportData(text), text);
    },
  };
};

export const runs: Readonly<Record<string, () => FuzzTarget | Promise<FuzzTarget>>> = {
  'run-json': trained('run.json'),
  predictions: trained('predictions.safetensors'),
  'experiment-index': index,
  'report-json': report,
};
