import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DoneEvent, RunFile } from '@scalearn/experiments';
import { beforeAll, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import type { EvaluatedEvent } from '../src/output/events.ts';
import { colors, sentence, writeRows } from './support/own-files.ts';
import { events, must, run } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

const folder = scratchFolder();
const world = tinyWorld(folder);
const at = (name: string): string => join(folder, name);
const train = (task: string, out: string, ...more: string[]): string[] => [
  ...['train', '--encoder', world.encoder, '--task', task, '--out', at(out), '--device', 'onnx'],
  ...['--batch-size', '8', '--learning-rate', '0.01', ...more],
  ...(more.includes('--epochs') ? [] : ['--epochs', '1']),
];
const evaluate = (model: string, ...more: string[]): string[] => [
  ...['evaluate', '--model', at(model), '--device', 'onnx', ...more],
];
const evaluated = async (model: string, ...more: string[]): Promise<EvaluatedEvent> =>
  events<EvaluatedEvent>(await must(...evaluate(model, '--json', ...more)))[0]!;
const runFile = (name: string): RunFile => JSON.parse(readFileSync(join(at(name), 'run.json'), 'utf8'));

describe('a model of classes', () => {
  let said = '';
  beforeAll(async () => {
    said = (await must(...train(colors(folder), 'colors'))).out;
  });

  test('is scored beside its baselines when it has been trained', () => {
    const { assessment, results } = runFile('colors');
    expect(assessment).toMatchObject({
      ...{ metric: 'accuracy', rows: 6, score: results.test?.metrics.accuracy },
      baselines: [
        { kind: 'majority', score: 0.5 },
        { kind: 'bagOfWords', score: 1 },
      ],
    });
    expect(said).toContain('the same answer for every row');
    expect(said).toMatch(/^a linear model of the words +1\.00 /m);
    expect(said).toMatch(/^class +precision +recall +F1 +rows$/m);
    expect(said).toContain('note: The score is of 6 rows only');
    // Two digits are all that six rows support.
    expect(said).toMatch(/colors\.csv with bottleneck, seed 0: accuracy \d\.\d\d, f1 \d\.\d\d, loss/);
    expect(readFileSync(join(at('colors'), 'README.md'), 'utf8')).toContain(
      '| a linear model of the words | 1.00 |',
    );
  });

  test('has the same assessment whenever it is asked for', async () => {
    const { assessment } = runFile('colors');
    expect((await evaluated('colors')).assessment).toEqual(assessment);
    const again = events<DoneEvent>(await must(...train(at('colors.csv'), 'colors', '--resume', '--json')));
    expect(again.at(-1)?.assessment).toEqual(assessment);
    expect((await must(...evaluate('colors'))).out).toContain('a linear model of the words');
  });

  test('shows its wrong rows, surest first', async () => {
    // Half of the labels are turned round, so that a part of every model's predictions is wrong.
    const turned = writeRows(folder, 'turned.csv', 'text,color', 40, (i) => {
      return `"${sentence(i)}",${['red', 'blue'][(i + (i >> 1)) % 2]}`;
    });
    const { errors = [], metrics } = await evaluated('colors', '--task', turned, '--errors');
    const wrong = Math.round(40 * (1 - Number(metrics.accuracy)));
    expect(errors).toHaveLength(Math.min(20, wrong));
    for (const [i, { texts, index, label, predicted, certainty, probabilities }] of errors.entries()) {
      expect(texts).toEqual([sentence(index)]);
      expect(label).toBe(['red', 'blue'][(index + (index >> 1)) % 2]);
      expect(predicted).not.toBe(label);
      expect(certainty).toBe(probabilities[predicted as string]);
      expect(certainty).toBeLessThanOrEqual(errors[i - 1]?.certainty ?? 1);
    }
    const { out } = await must(...evaluate('colors', '--task', turned, '--errors', '3'));
    const [, table = ''] = out.split(/^row +label +prediction +probability +text$/m);
    expect(table.trim().split('\n')).toHaveLength(3);
    expect(table).toContain(errors[0]!.texts[0]);
  });

  test('writes a page, and replaces one only if it is told to', async () => {
    const page = at('colors.html');
    expect((await must(...evaluate('colors', '--html', page))).out).toContain(`page: ${page}`);
    const text = readFileSync(page, 'utf8');
    for (const part of [
      '<h2>Score</h2>',
      'training loss',
      'as often right as probable',
      'a linear model of the words',
    ])
      expect(text).toContain(part);
    expect(await run(...evaluate('colors', '--html', page))).toMatchObject({ code: 2 });
    await must(...evaluate('colors', '--html', page, '--overwrite'));
  });

  test('is compared with the majority alone on the rows that it was trained on', async () => {
    const { assessment } = await evaluated('colors', '--split', 'train');
    expect(assessment?.baselines.map(({ kind }) => kind)).toEqual(['majority']);
  });
});

describe('a threshold', () => {
  const file = writeRows(folder, 'tags.csv', 'text,red,fast', 400, (i) => {
    return `"${sentence(i)}",${Number(i % 2 === 0)},${Number(i % 5 > 0)}`;
  });
  const tags = (out: string, ...more: string[]): string[] =>
    train(file, out, '--label', 'red', 'fast', '--problem', 'multi-label', ...more);
  const stored = (name: string): { temperature: number; threshold: number } =>
    JSON.parse(readFileSync(join(at(name), 'scalearn.json'), 'utf8')).tasks[0];

  test('of a multi-label model is fitted, stored, and used for its scores', async () => {
    await must(...tags('fitted', '--threshold', 'auto'));
    await must(...tags('plain'));
    expect(stored('plain')).toMatchObject({ threshold: 0.5 });
    expect(stored('fitted').threshold).not.toBe(0.5);
    expect(stored('fitted').temperature).toBe(stored('plain').temperature);
    const { results } = runFile('fitted');
    const own = await evaluated('fitted');
    expect(own.metrics).toEqual(results.test?.metrics);
    expect((await evaluated('fitted', '--threshold', '0.5')).metrics).toEqual(
      runFile('plain').results.test?.metrics,
    );
    const all = await evaluated('fitted', '--threshold', '0.0001');
    expect(all.assessment?.classes.map(({ recall }) => recall)).toEqual([1, 1]);
  });

  test('is refused where there is nothing that it could decide', async () => {
    const outcome = await run(...train(colors(folder), 'refused', '--threshold', '0.4'));
    expect(outcome).toMatchObject({
      code: 2,
      err: expect.stringContaining('--threshold is for multi-label tasks'),
    });
    expect(existsSync(at('refused'))).toBe(false);
    for (const value of ['0', '1', '1.5', 'best'])
      expect(await run(...tags('refused', '--threshold', value))).toMatchObject({
        code: 2,
        err: expect.stringContaining('auto, or a number between 0 and 1'),
      });
  });
});

describe('cross-validation', () => {
  test('scores every row by a model that was not trained on it, and trains on all of them', async () => {
    const file = colors(folder, 'small.csv', 40);
    const given = train(file, 'folds', '--folds', '4', '--epochs', '3', '--json');
    const outcome = await must(...given);
    const done = events<DoneEvent>(outcome).at(-1)!;
    const { data, folds, assessment, results, history } = runFile('folds');
    expect(data.rows).toMatchObject({ train: 40, test: 40 });
    expect(folds?.scores).toHaveLength(4);
    expect(history).toHaveLength(folds!.epochs);
    expect(folds!.epochs).toBeLessThanOrEqual(3);
    expect(done).toMatchObject({ folds, assessment, steps: 5 * folds!.epochs });
    // Folds of the same size: the score of all rows is the mean of theirs.
    const mean = folds!.scores.reduce<number>((sum, score) => sum + (score ?? 0), 0) / 4;
    expect(results.test?.metrics.accuracy).toBeCloseTo(mean, 10);
    expect(assessment).toMatchObject({ rows: 40, baselines: [{ kind: 'majority' }, { kind: 'bagOfWords' }] });
    const plain = await must(...train(file, 'folds-again', '--folds', '4', '--epochs', '3'));
    expect(plain.err).toMatch(/^fold 4 of 4: accuracy \d\.\d\d on 10 rows, best epoch \d$/m);
    expect(plain.out).toContain('in cross-validation with 4 folds');
    expect(plain.out).toMatch(
      /accuracy of the 4 folds: \d\.\d\d ± \d\.\d\d; the saved model is trained on all rows/,
    );
    expect(runFile('folds-again').assessment).toEqual(assessment);
  });

  test('has no rows left that a model could be evaluated on', async () => {
    expect(await run(...evaluate('folds'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('was trained on all rows'),
    });
    const { rows } = await evaluated('folds', '--task', colors(folder, 'others.csv', 20));
    expect(rows).toBe(20);
  });

  test('is refused where the test rows are a file of their own', async () => {
    colors(join(folder, 'split'), 'train.csv', 40);
    colors(join(folder, 'split'), 'test.csv', 20);
    expect(await run(...train(join(folder, 'split'), 'refused', '--folds', '4'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('leave --folds out'),
    });
  });
});
