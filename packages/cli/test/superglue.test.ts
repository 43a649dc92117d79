import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunFile } from '@scalearn/experiments';
import { beforeAll, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { events, must, run } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';
import { tinySuperglue } from './support/tiny-superglue.ts';

const folder = scratchFolder();
const { encoder } = tinyWorld(folder);
const data = tinySuperglue(join(folder, 'superglue'));
const at = (name: string): string => join(folder, name);
const runFile = (name: string): RunFile =>
  JSON.parse(readFileSync(join(at(name), 'run.json'), 'utf8')) as RunFile;
const common = ['--encoder', encoder, '--data', data, '--device', 'onnx', '--quiet', '--batch-size', '8'];
const train = (task: string, out: string, ...more: string[]): string[] => [
  ...['train', '--task', `superglue/${task}`, '--out', at(out), '--epochs', '2'],
  ...common,
  ...more,
];

async function metricsOf(model: string, ...more: string[]): Promise<Record<string, number>> {
  const outcome = await must('evaluate', '--model', at(model), '--device', 'onnx', '--json', ...more);
  return events<{ metrics: Record<string, number> }>(outcome)[0]?.metrics ?? {};
}

beforeAll(async () => {
  await must(...train('copa', 'copa'));
  await must(...train('wic', 'wic'));
});

describe('a choice between two texts', () => {
  test('is trained with a head of its own, and evaluated from its folder', async () => {
    const { results, parameters } = runFile('copa');
    // A score for each text: 36² + 36, and 36 + 1.
    expect(parameters.head).toBe(1369);
    expect(results.test).toMatchObject({ rows: 12, metrics: { accuracy: expect.any(Number) } });
    expect(await metricsOf('copa')).toEqual(results.test?.metrics);
    const head = JSON.parse(readFileSync(join(at('copa'), 'head_config.json'), 'utf8')) as unknown;
    expect(head).toMatchObject({ config: { head_type: 'multiple_choice', num_choices: 2, layers: 2 } });
  });

  test('reads the pooler in stage 2, and merges', async () => {
    await must(...train('copa', 'copa-scaled', '--method', 'scalearn++', '--sources', at('copa'), at('wic')));
    const { results, parameters, sources } = runFile('copa-scaled');
    expect(parameters.head).toBe(37);
    expect(sources.map(({ name }) => name)).toEqual(['wic', 'copa']);
    expect(await metricsOf('copa-scaled')).toEqual(results.test?.metrics);
    await must('merge', '--model', at('copa-scaled'), '--out', at('copa-merged'));
    expect(await metricsOf('copa-merged')).toEqual(results.test?.metrics);
  });

  test('is learned jointly with other tasks', async () => {
    const tasks = ['--tasks', 'superglue/copa', 'superglue/wic', '--method', 'adapter-m', '--max-steps', '4'];
    await must('train', ...tasks, '--out', at('joint'), ...common);
    const { tasks: runs } = runFile('joint');
    const scores = events(await must('evaluate', '--model', at('joint'), '--device', 'onnx', '--json'));
    expect(scores[0]).toMatchObject({
      tasks: runs!.map(({ task, results }) => ({ task, metrics: results.test?.metrics })),
    });
  });

  test('is no text to label', async () => {
    const outcome = await run('predict', '--model', at('copa'), '--text', 'a cat', '--device', 'onnx');
    expect([outcome.code, outcome.err]).toEqual([
      2,
      expect.stringContaining('the model chooses between texts (premise, choice1, choice2)'),
    ]);
  });

  test('is written with its choices', async () => {
    const { out } = await must('data', '--task', 'superglue/copa', '--data', data, '--out', at('rows'));
    expect(out).toContain('choice1');
    expect(out).not.toContain('to train on it');
    const [line] = readFileSync(join(at('rows'), 'test.jsonl'), 'utf8').split('\n');
    const row = JSON.parse(line!) as Record<string, string>;
    expect(Object.keys(row)).toEqual(['premise', 'choice1', 'choice2', 'label']);
    expect(row.premise).toMatch(/ (because|so)$/);
    expect(['choice1', 'choice2']).toContain(row.label);
  });
});

test('MultiRC is scored by answers and by questions', async () => {
  await must(...train('multirc', 'multirc'));
  const { results } = runFile('multirc');
  expect(results.test?.rows).toBe(18);
  expect(Object.keys(results.test!.metrics)).toEqual(['f1', 'exactMatch']);
  // Six questions.
  expect((results.test!.metrics.exactMatch! * 6) % 1).toBeCloseTo(0, 10);
  expect(await metricsOf('multirc')).toEqual(results.test?.metrics);
});

test('ReCoRD is scored by queries, and its development file validates and tests', async () => {
  await must(...train('record', 'record'));
  const { results, data: own, history } = runFile('record');
  expect(own.rows).toEqual({ train: 36, validation: 18, test: 18 });
  expect(own.files).toEqual({ train: 12, validation: 6, test: 6 });
  expect(results.test?.metrics.exactMatch).toBe(results.test?.metrics.f1);
  expect((results.test!.metrics.f1! * 6) % 1).toBeCloseTo(0, 10);
  expect(history[runFile('record').bestEpoch - 1]?.validationMetrics).toEqual(results.test?.metrics);
  expect(await metricsOf('record')).toEqual(results.test?.metrics);
});

test('in joint training ReCoRD is learned, and scored in the end alone', async () => {
  const tasks = ['--tasks', 'superglue/wic', 'superglue/record', '--method', 'adapter-m', '--max-steps', '4'];
  await must('train', ...tasks, '--out', at('with-record'), ...common);
  const { history, tasks: runs } = runFile('with-record');
  expect(history[0]?.tasks?.map(({ task }) => task)).toEqual(['superglue/wic']);
  const [, record] = runs!;
  expect(record?.data.rows).toEqual({ train: 36, validation: 0, test: 18 });
  expect(Object.keys(record!.results.test!.metrics)).toEqual(['f1', 'exactMatch']);
});

test('few rows to train and validate on leave the test set whole', async () => {
  await must(...train('copa', 'few', '--train-percent', '50', '--limit', '6', '--validation-limit', '1'));
  const { data: own, results, settings } = runFile('few');
  expect(own.rows).toEqual({ train: 6, validation: 1, test: 12 });
  expect(settings).toMatchObject({ trainPercent: 50, limit: 6, validationLimit: 1 });
  expect(await metricsOf('few')).toEqual(results.test?.metrics);
  await must('evaluate', '--model', at('few'), '--split', 'validation', '--device', 'onnx');
  await must(...train('copa', 'half', '--train-percent', '50'));
  expect(runFile('half').data.rows).toEqual({ train: 18, validation: 2, test: 12 });
});

test.each(['4', '7', '105', 'half'])('--train-percent %s is no size of a subset', async (percent) => {
  const { code, err } = await run(...train('copa', 'odd', '--train-percent', percent));
  expect([code, err]).toEqual([2, expect.stringContaining('--train-percent')]);
});
