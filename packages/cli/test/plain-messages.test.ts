// What a newcomer mistypes: every message names the flag that helps in the command that was given.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { run, start } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

const folder = scratchFolder();
const world = tinyWorld(folder);
const at = (name: string): string => join(folder, name);
const file = (name: string, lines: readonly string[]): string => {
  writeFileSync(at(name), `${lines.join('\n')}\n`);
  return at(name);
};
const rows = (header: string, ...each: string[]): string[] => [
  header,
  ...Array.from({ length: 12 }, () => each).flat(),
];
const reviews = file('reviews.csv', rows('text,label', 'the cat,red', 'a dog,blue'));
const other = file('other.csv', rows('a,b,c', '1 x,2,3'));

const data = (task: string, ...more: string[]): string[] => [
  ...['data', '--task', task, '--out', at('data-out'), ...more],
];
const train = (task: string, ...more: string[]): string[] => [
  ...['train', '--encoder', world.encoder, '--task', task, '--out', at('train-out'), '--device', 'onnx'],
  ...more,
];
mkdirSync(at('model'));
const predict = (input: string, ...more: string[]): string[] => [
  ...['predict', '--model', at('model'), '--encoder', world.encoder, '--input', input, ...more],
];
const evaluate = (task: string, ...more: string[]): string[] => [
  ...['evaluate', '--model', at('model'), '--encoder', world.encoder, '--task', task, ...more],
];

mkdirSync(at('empty'));
mkdirSync(at('unfinished'));
writeFileSync(join(at('unfinished'), 'checkpoint.safetensors'), '');

describe('the words of the command', () => {
  test.each<[string, string[], number, string]>([
    ['no usual texts', predict(other), 1, 'usual for the texts; name it with --text-column. The columns are'],
    ['no such column', predict(other, '--text-column', 'd'), 1, 'name one of them with --text-column.'],
    [
      'one column twice',
      predict(other, '--text-column', 'a', '--text-pair-column', 'a'),
      1,
      '--text-column and --text-pair-column name the column "a"; they must name different columns.',
    ],
    ['no usual texts', data(other), 1, 'usual for the texts; name it with --text. The columns are'],
    ['no usual labels', evaluate(other, '--text', 'a'), 1, 'usual for the labels; name it with --label.'],
    ['no such column', train(reviews, '--label', 'nope'), 1, 'name one of them with --label.'],
    [
      'one column twice',
      train(reviews, '--text', 'label', '--label', 'label'),
      1,
      '--text and --label name the column "label"; they must name different columns.',
    ],
    [
      'scores of names',
      data(reviews, '--problem', 'regression'),
      1,
      'line 2: the label is "red", expected a number in the column "label". If the scores are in another column, name it with --label; to use the labels as names, say --problem classification.',
    ],
    [
      'names of labels that do not cover all',
      data(reviews, '--labels', 'red,green'),
      1,
      'expected one of red, green. Repair the row, or remove it; if the label belongs to the task, list it with the others: say --labels ….',
    ],
    [
      'a label twice',
      data(reviews, '--labels', 'red,red'),
      2,
      '--labels is ["red","red"], expected different',
    ],
    [
      'one class',
      data(file('one.csv', rows('text,label', 'a,red'))),
      1,
      'one label only, "red"; a classifier needs at least two. Add rows with other labels; if the labels are in another column, name it with --label.',
    ],
    [
      'a row with a missing value',
      data(file('short.csv', ['text,label', 'a,red', 'b'])),
      1,
      'line 3: the row has 1 column, expected 2. Add what is missing, or remove the row.\n',
    ],
    [
      'another delimiter',
      data(reviews, '--delimiter', 'semicolon'),
      1,
      'The columns are "text,label". The file was read with --delimiter semicolon, which may be the cause',
    ],
    [
      'quotation marks as characters',
      data(file('quoted.csv', ['text,label', '"a, b",red', '"c, d",blue']), '--quote', 'none'),
      1,
      'expected 2. Texts with a separator in them must be in quotation marks. The file was read with --quote none, which may be the cause',
    ],
    [
      'two marks before fractions',
      data(file('marks.csv', rows('text;score', 'a;1,5', 'b;2.5'))),
      1,
      'line 3: the label is "2.5", with a point before the fraction, and line 2 has "1,5", with a comma. Write all numbers alike; to use all labels as names, say --problem classification.',
    ],
    [
      'a folder without files',
      data(at('empty')),
      1,
      'It is called train or training with one of .csv, .tsv,',
    ],
    [
      'no gzip',
      data(file('plain.csv.gz', ['text,label', 'a,b'])),
      1,
      'ends in .gz, but it is not a gzip file',
    ],
  ])('%s: %j', async (_, args, code, message) => {
    const outcome = await run(...args);
    expect(outcome.err).toContain(message);
    expect(outcome.err).not.toContain('the option');
    expect(outcome.code).toBe(code);
  });
});

describe('what is not there', () => {
  test.each<[string[], string]>([
    [predict(at('none.csv')), `There is no file ${at('none.csv')}; check the path of the texts (--input)`],
    [predict(at('empty')), `${at('empty')} is a folder; give one of its files with --input`],
    [
      ['train', '--encoder', reviews, '--task', reviews, '--out', at('train-out')],
      `${reviews} is a file, and an encoder is a folder, with config.json, tokenizer.json and weights`,
    ],
    [
      [...train('glue/rte', '--data', join(world.data, 'RTE'))],
      'which has train.tsv itself. Give the folder above it, the one that holds RTE/.',
    ],
  ])('%j', async (args, message) => {
    const outcome = await run(...args);
    expect(outcome.err).toContain(message);
    expect([outcome.code, outcome.out]).toEqual([1, '']);
  });

  test('sources and encoder are looked for before the data are read', async () => {
    const bad = file('bad.csv', ['text,label', 'a']);
    const sources = await run(...train(bad, '--sources', at('nowhere')));
    expect(sources.err).toContain(`There is no folder ${at('nowhere')}`);
    const encoder = await run('train', '--encoder', at('none'), '--task', bad, '--out', at('train-out'));
    expect(encoder.err).toContain(`There is no folder ${at('none')}; check the path of the encoder`);
  });
});

describe('an unfinished run', () => {
  const model = at('unfinished');
  test.each([
    ['evaluate', '--model', model],
    ['predict', '--model', model, '--text', 'a'],
    ['export', '--model', model, '--out', at('exported')],
    ['merge', '--model', model, '--out', at('merged')],
    train('glue/rte', '--data', world.data, '--sources', model),
  ])('%s', async (...args) => {
    const outcome = await run(...args);
    expect(outcome.err).toContain(
      `${model} holds an unfinished run, and no model yet; continue it with: scalearn train --resume --out ${model}`,
    );
    expect(outcome.code).toBe(1);
  });
});

describe('--resume', () => {
  const quick = ['train', '--encoder', world.encoder, '--data', world.data, '--task', 'glue/rte'];
  const base = [...quick, '--device', 'onnx', '--batch-size', '8', '--patience', '40'];

  test('where there is nothing says so, and training begins', async () => {
    const args = [...base, '--max-steps', '1', '--limit', '8', '--eval-limit', '4', '--out', at('new')];
    const outcome = await run(...args, '--resume');
    expect(outcome.code, outcome.err).toBe(0);
    expect(outcome.err).toContain(`there is nothing to resume in ${at('new')}; training begins\n`);
  });

  test('with other settings is wrong usage, and says what to do', async () => {
    const long = [...base, '--out', at('killed'), '--json'];
    const running = start([...long, '--epochs', '40']);
    await running.printed('"epoch":1');
    running.process.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    const outcome = await run(...long, '--epochs', '41', '--resume');
    expect(outcome.err).toMatch(
      /killed: the checkpoint .* other settings: epochs was 40, is 41; .*; give the original value to continue, or start again with --overwrite$/m,
    );
    expect([outcome.code, existsSync(join(at('killed'), 'checkpoint.safetensors'))]).toEqual([2, true]);
  });
});
