import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunFile } from '@scalearn/experiments';
import { beforeAll, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { colors, sentence, writeRows } from './support/own-files.ts';
import { events, must, run, start } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

const folder = scratchFolder();
const world = tinyWorld(folder);
const at = (name: string): string => join(folder, name);
const file = colors(folder);
const train = (task: string, out: string, ...more: string[]): string[] => [
  ...['train', '--encoder', world.encoder, '--task', task, '--out', at(out), '--device', 'onnx'],
  ...['--batch-size', '8', '--epochs', '4', '--learning-rate', '0.01', ...more],
];
const runFile = (name: string): RunFile =>
  JSON.parse(readFileSync(join(at(name), 'run.json'), 'utf8')) as RunFile;
const score = async (model: string, ...more: string[]): Promise<Record<string, unknown>> =>
  events(await must('evaluate', '--model', at(model), '--json', '--device', 'onnx', ...more))[0] ?? {};

let said = '';
beforeAll(async () => {
  said = (await must(...train(file, 'colors'))).err;
});

describe('a file', () => {
  test('is read, divided, and what was found is confirmed', () => {
    expect(said).toContain(
      "colors.csv: texts from column 'text', labels from 'color': blue (30), red (30)\n",
    );
    expect(said).toContain('classification, 2 classes\n');
    expect(said).toContain(
      'colors.csv is divided into 48 train, 6 validation, 6 test rows, at random, each label in proportion',
    );
    const { task, settings, data, results, history } = runFile('colors');
    expect(said).toContain(`loading ${file} and `);
    expect(said).toMatch(/^task +.*colors\.csv, 48 rows to train on/m);
    expect(said).not.toContain('own/colors');
    expect(task).toBe('own/colors');
    expect(settings).toMatchObject({
      data: file,
      own: { text: 'text', textPair: null, label: 'color', labels: ['blue', 'red'] },
      maxLength: 128,
    });
    expect(data.rows).toEqual({ train: 48, validation: 6, test: 6 });
    expect(Object.keys(results.test?.metrics ?? {})).toEqual(['accuracy', 'f1']);
    expect(Object.keys(history[0]?.validationMetrics ?? {})).toEqual(['accuracy', 'f1']);
    const head = JSON.parse(readFileSync(join(at('colors'), 'head_config.json'), 'utf8')) as object;
    expect(head).toMatchObject({ config: { label2id: { blue: 0, red: 1 } }, name: 'colors' });
  });

  test('is found again by evaluate, also where it has moved', async () => {
    const { results } = runFile('colors');
    const expected = {
      task: 'own/colors',
      rows: 6,
      metrics: results.test?.metrics,
      loss: results.test?.loss,
    };
    expect(await score('colors')).toMatchObject(expected);
    mkdirSync(at('moved'));
    const moved = colors(at('moved'));
    expect(await score('colors', '--data', moved)).toMatchObject(expected);
  });

  test('is called by its path in the scores', async () => {
    const { out } = await must('evaluate', '--model', at('colors'), '--device', 'onnx');
    expect(out).toContain(`${at('colors')}: ${file} with bottleneck`);
  });

  test('of other rows is scored whole, with the labels of the model', async () => {
    const more = colors(folder, 'more.csv', 14);
    expect(await score('colors', '--task', more)).toMatchObject({ task: 'own/more', rows: 14 });
    const lines = (i: number): string => JSON.stringify({ t: sentence(i), l: i % 2 ? 'blue' : 'red' });
    const renamed = writeRows(folder, 'renamed.jsonl', lines(0), 13, (i) => lines(i + 1));
    const columns = ['--text', 't', '--label', 'l'];
    const { metrics } = await score('colors', '--task', more);
    expect((await score('colors', '--task', renamed, ...columns)).metrics).toEqual(metrics);
    const strange = writeRows(folder, 'strange.csv', 'text,color', 4, (i) => `a,${i ? 'red' : 'green'}`);
    expect(await run('evaluate', '--model', at('colors'), '--task', strange)).toMatchObject({
      code: 1,
      err: expect.stringContaining('strange.csv, line 2: the label is "green", expected one of blue, red'),
    });
  });

  test('that has changed is noticed', async () => {
    mkdirSync(at('changed'));
    const changed = colors(at('changed'), 'colors.csv', 61);
    const outcome = await must('evaluate', '--model', at('colors'), '--data', changed, '--device', 'onnx');
    expect(outcome.err).toContain(`the data in ${changed} has changed since`);
  });

  test('is a source and a target of stage 2, and merges', async () => {
    await must(...train(file, 'stage2', '--sources', at('colors')));
    const { sources, results } = runFile('stage2');
    expect(sources.map(({ name }) => name)).toEqual(['colors']);
    await must('merge', '--model', at('stage2'), '--out', at('merged'));
    const merged = await score('merged');
    expect(merged.metrics).toEqual(results.test?.metrics);
    expect(merged.loss).toBeCloseTo(results.test?.loss as number, 5);
  });

  test('resumes after an interruption, and only with the same columns', async () => {
    const long = [...train(file, 'killed').slice(0, -4), '--epochs', '30', '--patience', '30', '--json'];
    const running = start(long);
    await running.printed('"epoch":2');
    running.process.kill('SIGINT');
    expect(await running.ended).toMatchObject({
      code: 130,
      err: expect.stringContaining('--resume --out'),
    });
    const resumed = await must(...long, '--resume');
    expect(events(resumed)[0]).toMatchObject({ event: 'start', task: 'own/colors', steps: 180 });
    expect(events(resumed)[0]?.step).toBeGreaterThan(5);
    const again = await run(...train(file, 'colors'), '--resume', '--json');
    expect(events(again)).toMatchObject([{ event: 'done', task: 'own/colors' }]);
    const swapped = await run(...train(file, 'colors'), '--resume', '--text', 'color', '--label', 'text');
    expect(swapped).toMatchObject({ code: 2, err: expect.stringContaining('own was {"text":"text"') });
  });
});

test('an interruption while texts are tokenized leaves nothing', async () => {
  // Enough for some seconds: progress is told once in each, and not at all of what is over sooner.
  const large = colors(folder, 'large.csv', 400_000);
  const running = start(train(large, 'early', '--json'));
  await running.printed('"phase":"tokenize"');
  running.process.kill('SIGINT');
  expect(await running.ended).toMatchObject({
    code: 130,
    err: expect.stringMatching(/^Interrupted before the first step; there is nothing to save\.$/m),
  });
  expect(existsSync(at('early'))).toBe(false);
});

describe('other kinds', () => {
  test('pairs in a folder of splits, as numbers', async () => {
    const row = (i: number): string => `${sentence(i)}\t${sentence(i + 3)}\t${(i % 7) / 2}`;
    for (const [name, rows] of Object.entries({ train: 40, dev: 8, test: 9 }))
      writeRows(at('pairs'), `${name}.tsv`, 'sentence1\tsentence2\tscore', rows, row);
    const { err } = await must(...train(at('pairs'), 'pairs-model'));
    expect(err).toContain("train.tsv: texts from columns 'sentence1' and 'sentence2', labels from 'score'");
    expect(err).toContain('numbers from 0 to 3\nregression, for the labels are numbers');
    expect(err).not.toContain('is divided');
    const { data, results } = runFile('pairs-model');
    expect(data.rows).toEqual({ train: 40, validation: 8, test: 9 });
    expect(Object.keys(results.test?.metrics ?? {})).toEqual(['pearson', 'spearman']);
    expect(await score('pairs-model')).toMatchObject({ metrics: results.test?.metrics });
  });

  test('several labels a row', async () => {
    const row = (i: number): string => JSON.stringify({ text: sentence(i), tags: i % 3 ? ['a', 'b'] : [] });
    const path = writeRows(folder, 'tags.jsonl', row(0), 59, (i) => row(i + 1));
    const { err } = await must(...train(path, 'tags', '--label', 'tags'));
    expect(err).toContain(
      "labels from 'tags': a (40), b (40)\nmulti-label classification, 2 labels, label lists\n",
    );
    expect(err).toContain('train, 6 validation, 6 test rows, at random (seed 42)');
    const { results } = runFile('tags');
    expect(Object.keys(results.test?.metrics ?? {})).toEqual(['f1Micro', 'f1Macro']);
    expect(await score('tags')).toMatchObject({ metrics: results.test?.metrics });
  });
});

describe('files that need to be told how they are read', () => {
  test('a column for each label, which the model keeps', async () => {
    const row = (i: number): string => `${sentence(i)},${i % 2},${i % 3 === 0 ? 1 : 0},0`;
    const path = writeRows(folder, 'toxic.csv', 'text,toxic,insult,threat', 60, row);
    const refused = await run(...train(path, 'toxic-refused'));
    expect(refused.err).toContain('--label toxic insult threat\n');
    const { err } = await must(...train(path, 'toxic', '--label', 'toxic', 'insult', 'threat'));
    expect(err).toContain(
      "texts from column 'text', 3 labels from columns toxic, insult, threat: toxic (30), insult (20), threat (0)\nmulti-label classification, 3 labels, a column of 0 and 1 for each\n",
    );
    expect(runFile('toxic').settings.own).toEqual({
      ...{ text: 'text', textPair: null, label: ['toxic', 'insult', 'threat'] },
      ...{ problem: 'multiLabelClassification', labels: ['toxic', 'insult', 'threat'] },
    });
    const { results } = runFile('toxic');
    expect(await score('toxic')).toMatchObject({ metrics: results.test?.metrics });
    expect(await score('toxic', '--task', path)).toMatchObject({ rows: 60 });
  });

  test('lists of 0 and 1 with names for them', async () => {
    const row = (i: number): string => `${sentence(i)},"[${i % 2}, ${i % 3 === 0 ? 1 : 0}]"`;
    const path = writeRows(folder, 'vectors.csv', 'text,label', 60, row);
    const { err } = await must(...train(path, 'vectors', '--labels', 'toxic,insult'));
    expect(err).toContain(
      "labels from 'label': toxic (30), insult (20)\nmulti-label classification, 2 labels, lists in JSON form with 0 or 1 for each label\n",
    );
    expect(await score('vectors')).toMatchObject({ metrics: runFile('vectors').results.test?.metrics });
  });

  test('quotation marks that are characters, and no line of names, which the model keeps', async () => {
    const row = (i: number): string => `"${sentence(i)}\t${i % 2 ? 'blue' : 'red'}`;
    const path = writeRows(folder, 'plain.tsv', row(0), 59, (i) => row(i + 1));
    const said = ['--quote', 'none', '--header', 'none'];
    expect((await run(...train(path, 'plain-refused'))).err).toContain('or say --quote none if');
    await must(...train(path, 'plain', ...said, '--text', '1', '--label', '2'));
    expect(runFile('plain').settings.own).toMatchObject({ reading: { quote: 'none', header: 'none' } });
    expect(await score('plain')).toMatchObject({ metrics: runFile('plain').results.test?.metrics });
    const outcome = await must(
      ...[
        'predict',
        '--model',
        at('plain'),
        '--input',
        path,
        ...said,
        '--device',
        'onnx',
        '--format',
        'jsonl',
      ],
    );
    expect(events(outcome)).toHaveLength(60);
    expect(events(outcome)[0]).toMatchObject({ text: `"${sentence(0)}` });
  });

  test('where a guess may be wrong, the lines say so and name the option', async () => {
    const row = (i: number): string => `${sentence(i)};${(i % 7) - 3},5`;
    const path = writeRows(folder, 'commas.csv', 'text;score', 60, row);
    const { err } = await must('data', '--task', path, '--out', at('commas'));
    expect(err).toContain('numbers from -3.5 to 3.5\nregression, for the labels are numbers\n');
    expect(err).toMatch(
      /^unsure: commas in numbers such as "-?\d,5" stand .*; change this with --decimal point$/m,
    );
    const percent = writeRows(folder, 'percent.csv', 'text,score', 60, (i) => `${sentence(i)},${i % 7}%`);
    expect((await must('data', '--task', percent, '--out', at('percent'))).err).toContain(
      'unsure: labels such as "0%" are numbers with signs and read as classes; to have scores, write plain numbers such as 0.5 or 1000\n',
    );
    const numbered = writeRows(
      folder,
      'numbered.csv',
      'text,label',
      60,
      (i) => `${sentence(i)},${(i % 3) - 1}`,
    );
    const { out } = await must('data', '--task', numbered, '--out', at('numbered'));
    expect(out).toMatch(/^split +rows +-1 +0 +1$/m);
  });
});

describe('what does not go together is refused', () => {
  const refused: [string[], number, RegExp][] = [
    [[file, '--data', world.data], 2, /--data is for tasks that are named by an id/],
    [[file, '--text-pair', 'color'], 2, /--text must name the first/],
    [['glue/rte', '--data', world.data, '--label', 'label'], 2, /--label is for files of your own/],
    [['miniglue/rte', '--data', world.data], 2, /miniglue\/rte generates its rows; leave out --data/],
    [['glue/rte', '--data', world.data, '--quote', 'none'], 2, /--quote is for files of your own/],
    [[file, '--delimiter', ';'], 2, /comma, semicolon, tab, pipe/],
    [[file, '--labels', 'red', 'green'], 1, /line 3: the label is "blue", expected one of red, green/],
    [[file, '--problem', 'classify'], 2, /classification, regression, multi-label/],
    [[file, '--label', 'colr'], 1, /no column "colr"\. Did you mean "color"\?/],
    [['./nowhere.csv'], 1, /There is no file or folder \.\/nowhere\.csv/],
    [['nowhere.jsonl.gz'], 1, /There is no file or folder nowhere\.jsonl\.gz/],
    [['glue/color'], 2, /There is no task "glue\/color"/],
    [
      [world.encoder],
      1,
      /Found no file for the train split in the folder .*encoder\. It is called train or training with one of \.csv,/,
    ],
  ];
  test.each(refused)('%j', async ([task, ...more], code, message) => {
    const outcome = await run(...train(task as string, 'refused', ...more));
    expect(outcome.err).toMatch(message);
    expect(outcome.code).toBe(code);
  });
});

test('a task that writes its rows itself needs no data', async () => {
  await must(...train('miniglue/rte', 'mini', '--limit', '16', '--eval-limit', '8', '--max-steps', '2'));
  expect(runFile('mini').data.path).toBeNull();
  expect(await score('mini')).toMatchObject({ task: 'miniglue/rte', rows: 8 });
});
