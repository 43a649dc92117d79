import { PassThrough } from 'node:stream';
import { bottleneck } from '@scalearn/core';
import type { Task } from '@scalearn/datasets';
import type { StepEvent } from '@scalearn/experiments';
import { afterEach, expect, test, vi } from 'vitest';
import type { Terminal } from '../src/output/terminal.ts';
import type { ModelPlan } from '../src/quickstart/models.ts';
import { Progress, textOutput } from '../src/quickstart/output.ts';
import { quickstartMethods } from '../src/quickstart/plan.ts';
import { baseline } from '../src/quickstart/results.ts';
import { nextCommands, openingText, planText } from '../src/quickstart/text.ts';

const model = (seed: number): ModelPlan =>
  ({
    entry: quickstartMethods(false)[0],
    seed,
    steps: 10,
    method: bottleneck(),
    path: '',
    sources: [],
  }) as never;
const rows = (labels: number[]) =>
  labels.map((label, index) => ({ index, segments: ['a first text', 'b'], label }));
const task = {
  ...{ id: 'miniglue/rte', labels: ['yes', 'no'], columns: ['premise', 'hypothesis'] },
  ...{ problem: 'singleLabelClassification', metrics: ['accuracy'], primaryMetric: 'accuracy' },
  ...{ train: rows([1, 1, 0]), validation: rows([0]), test: rows([1, 0, 0, 0]) },
} as unknown as Task;

test('time left is what was expected, then what the pace so far makes it', () => {
  const progress = new Progress(100, 60, 0);
  progress.step(2);
  expect(progress.secondsLeft(10_000)).toBe(50);
  progress.step(20);
  expect(progress.secondsLeft(10_000)).toBeCloseTo(40, 9);
  // A model that stops early leaves less to do.
  progress.modelDone(50);
  expect([progress.steps, progress.secondsLeft(10_000)]).toEqual([50, 10]);
});

test('the opening shows rows with their labels, cut to the width of the terminal', () => {
  const event = {
    ...{ task, machine: { description: 'A CPU', versions: { node: '24' } }, sources: ['mnli'] },
    ...{ device: { kind: 'onnx', description: 'ONNX' }, encoder: { name: 'e', layers: 1, hiddenSize: 8 } },
  };
  const text = openingText(event, 20);
  expect(text).toContain('no\n  premise     a fir…\n  hypothesis  b\n');
  expect(text).toContain('sources  1 trained adapter, frozen: mnli');
  expect(text).toContain('encoder  e, 1 layer of hidden size 8, frozen');
});

test('the plan counts what is there already', () => {
  const models = [model(0), model(1)];
  const text = planText({ models, missing: models.slice(1), seconds: 61 });
  expect(text).toContain('1 method, 2 seeds each: single adapter.');
  expect(text).toContain('Reused from an interrupted quickstart: 1 model.');
  expect(text).toContain('To train: 1 model, estimated at 1:01 or less.');
  expect(planText({ models, missing: [], seconds: 0 })).not.toContain('To train');
});

test('a terminal gets one bar over all models, and a line for each above it', () => {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 120 });
  for (const name of ['cursorTo', 'clearLine', 'moveCursor']) Object.assign(stream, { [name]: () => true });
  let [shown, err] = ['', ''];
  stream.on('data', (data: Buffer) => {
    shown += String(data);
  });
  const terminal: Terminal = {
    ...{ interactive: true, out: () => {} },
    err: (text) => {
      err += text;
    },
  };
  const output = textOutput(terminal, stream);
  const [first, second] = [model(0), model(1)];
  const step = (n: number): void => output.step({ event: 'step', step: n, loss: 0.5 } as StepEvent);
  output.planned({ models: [first, second], missing: [first, second], seconds: 100 });
  output.training(first);
  step(5);
  output.model({ model: first, metric: 'accuracy', score: 0.75, seconds: 2, reused: false });
  output.training(second);
  step(6);
  output.close();
  expect(shown).toMatch(/0% \| single adapter, seed 0 \| loss - /);
  expect(shown).toMatch(/50% \| single adapter, seed \d \| loss 0\.5000 \| \d+:\d\d left/);
  expect(err).toBe('single adapter, seed 0: accuracy 0.7500, 2.0 s (1 of 2)\n');
});

test('the baseline answers the commonest label of the training rows', () => {
  expect(baseline(task)).toEqual({ method: 'majority', metric: 'accuracy', score: 0.25 });
});

afterEach(() => vi.unstubAllEnvs());

test.each([
  ['start', '', 'npm start -- train'],
  ['', 'exec', 'npx scalearn train'],
  ['', '', 'scalearn train'],
])('called by npm as "%s%s", it names itself "%s"', (script, command, begin) => {
  vi.stubEnv('npm_lifecycle_event', script);
  vi.stubEnv('npm_command', command);
  for (const line of Object.values(nextCommands())) expect(line.startsWith(`${begin} `)).toBe(true);
});
