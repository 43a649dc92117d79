import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadModel } from '@scalearn/models';
import { requestOnnxDevice } from '@scalearn/onnx';
import { beforeAll, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { predictionTable } from '../src/output/predictions.ts';
import { colors, sentence, writeRows } from './support/own-files.ts';
import { bin, events, must, type Outcome, run } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';
import { tinySuperglue } from './support/tiny-superglue.ts';

const folder = scratchFolder();
const world = tinyWorld(folder);
const at = (name: string): string => join(folder, name);
const train = (out: string, ...more: string[]): Promise<Outcome> =>
  must(
    ...['train', '--encoder', world.encoder, '--out', at(out), '--device', 'onnx', '--batch-size', '8'],
    ...(more.includes('--epochs') ? [] : ['--epochs', '3']),
    ...['--learning-rate', '0.01', '--quiet', ...more],
  );
const predict = (model: string, ...more: string[]): Promise<Outcome> =>
  run('predict', '--model', at(model), '--device', 'onnx', ...more);
const predicted = async (model: string, ...more: string[]): Promise<Record<string, unknown>[]> => {
  const outcome = await predict(model, '--format', 'jsonl', ...more);
  expect(outcome.code, outcome.err).toBe(0);
  return events(outcome);
};
const sum = (values: unknown): number =>
  Object.values(values as Record<string, number>).reduce((a, b) => a + b, 0);

const file = colors(folder);
beforeAll(async () => {
  await train('colors', '--task', file);
  await train('rte', '--task', 'glue/rte', '--data', world.data);
  await train('stsb', '--task', 'glue/stsb', '--data', world.data);
});

test('a program that loads the folder answers as the command does', async () => {
  const rows = await predicted('rte', '--text', 'One cat.', '--text-pair', 'Two cats.');
  const device = await requestOnnxDevice({ threads: 1 });
  const model = await loadModel(at('rte'), { device });
  const [answer] = await model.classify([['One cat.', 'Two cats.']]);
  expect(answer).toMatchObject({ label: rows[0]!.label, scores: rows[0]!.probabilities });
  const { settings } = JSON.parse(await readFile(join(at('rte'), 'run.json'), 'utf8'));
  expect(model.task()).toMatchObject({ id: 'glue/rte', maxLength: settings.maxLength });
  model.dispose();
  await device.dispose();
});

describe('a file of texts', () => {
  test('gets the labels whose share of right ones evaluate reports', async () => {
    const rows = await predicted('colors', '--input', file);
    expect(rows.map(({ row, text }) => [row, text])).toEqual(
      Array.from({ length: 60 }, (_, i) => [i + 1, sentence(i)]),
    );
    const right = rows.filter(({ label }, i) => label === ['red', 'blue'][i % 2]).length;
    const score = await must(
      ...['evaluate', '--model', at('colors'), '--task', file, '--json'],
      '--device',
      'onnx',
    );
    expect(events(score)[0]).toMatchObject({ rows: 60, metrics: { accuracy: right / 60 } });
    for (const { label, probabilities } of rows) {
      expect(Object.keys(probabilities as object)).toEqual(['blue', 'red']);
      expect(sum(probabilities)).toBeCloseTo(1, 12);
      expect((probabilities as Record<string, number>)[label as string]).toBeGreaterThanOrEqual(0.5);
    }
  });

  test('is read by the columns of the model, by those that are named, or by usual names', async () => {
    const texts = async (...more: string[]): Promise<unknown[]> =>
      (await predicted('colors', ...more)).map(({ text }) => text);
    const both = writeRows(folder, 'both.csv', 'words,text', 2, (i) => `the cat,${sentence(i)}`);
    expect(await texts('--input', both)).toEqual([sentence(0), sentence(1)]);
    expect(await texts('--input', both, '--text-column', 'words')).toEqual(['the cat', 'the cat']);
    const usual = writeRows(folder, 'usual.csv', 'id,sentence', 2, (i) => `${i},${sentence(i)}`);
    const { err, out } = await predict('colors', '--input', usual);
    expect(err).toContain("usual.csv from 'sentence'\n");
    expect(err).toMatch(/^2 rows in \d+\.\d s, [\d.,]+ rows a second$/m);
    expect(out).toMatch(
      /^text +label +blue +red\nthe red cat sat not fast +(blue|red) +0\.\d{4} +0\.\d{4}\n/,
    );
    const pairs = writeRows(folder, 'pairs.jsonl', '', 3, (i) =>
      JSON.stringify({ sentence1: sentence(i), sentence2: sentence(i + 1) }),
    );
    expect((await predicted('rte', '--input', pairs))[2]).toMatchObject({
      ...{ row: 3, text: sentence(2), textPair: sentence(3) },
      label: expect.stringMatching(/^(not_)?entailment$/),
    });
    expect(await predict('rte', '--input', both)).toMatchObject({
      code: 2,
      err: expect.stringContaining('trained on pairs of texts (sentence1, sentence2); give the second with'),
    });
    expect(await predict('colors', '--input', both, '--text-column', 'word')).toMatchObject({
      code: 1,
      err: expect.stringContaining('Did you mean "words"?'),
    });
  });

  test('gives a file, which is not overwritten unasked', async () => {
    const out = at('predictions.jsonl');
    const { out: said } = await must(
      ...['predict', '--model', at('colors'), '--input', file, '--out', out, '--device', 'onnx'],
    );
    expect(said).toBe(`60 predictions saved in ${out}\n`);
    const lines = readFileSync(out, 'utf8');
    expect(events({ code: 0, err: '', out: lines })).toEqual(await predicted('colors', '--input', file));
    expect(await predict('colors', '--text', 'a', '--out', out)).toMatchObject({
      code: 2,
      err: expect.stringContaining('exists already; choose another --out, or replace it with --overwrite'),
    });
    expect(readFileSync(out, 'utf8')).toBe(lines);
    expect((await predict('colors', '--text', 'a', '--out', out, '--overwrite')).code).toBe(0);
    expect(readFileSync(out, 'utf8').split('\n')).toHaveLength(2);
    expect((await predict('colors', '--text', 'a', '--out', join(file, 'x'))).code).toBe(1);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test.runIf(process.platform !== 'win32')('goes through a pipe, and to where a link leads', async () => {
    const pipe = at('pipe');
    execFileSync('mkfifo', [pipe]);
    const [received, outcome] = await Promise.all([
      readFile(pipe, 'utf8'),
      must('predict', '--model', at('colors'), '--text', 'a', '--out', pipe, '--device', 'onnx'),
    ]);
    expect(received.split('\n')).toHaveLength(2);
    // What is said does not get among the predictions.
    expect([outcome.out, outcome.err.split('\n').at(-2)]).toEqual(['', `1 prediction saved in ${pipe}`]);
    expect(lstatSync(pipe).isFIFO()).toBe(true);

    writeFileSync(at('kept.jsonl'), 'old');
    writeFileSync(at('link.jsonl.tmp'), 'mine');
    symlinkSync('kept.jsonl', at('link.jsonl'));
    expect((await predict('colors', '--text', 'a', '--out', at('link.jsonl'))).code).toBe(2);
    expect((await predict('colors', '--text', 'a', '--out', at('link.jsonl'), '--overwrite')).code).toBe(0);
    expect(readFileSync(at('kept.jsonl'), 'utf8')).toBe(received);
    expect(lstatSync(at('link.jsonl')).isSymbolicLink()).toBe(true);
    expect(readFileSync(at('link.jsonl.tmp'), 'utf8')).toBe('mine');
    expect(await predict('colors', '--text', 'a', '--out', folder)).toMatchObject({
      code: 2,
      err: expect.stringContaining('is a folder; name a file'),
    });
  });
});

describe('the form of predictions', () => {
  test.each(['csv', 'tsv', 'jsonl'])('follows the name of a .%s file', async (kind) => {
    const out = at(`predictions-of.${kind}`);
    await must(...['predict', '--model', at('colors'), '--input', file, '--out', out, '--device', 'onnx']);
    const lines = readFileSync(out, 'utf8').trimEnd().split('\n');
    const rows = await predicted('colors', '--input', file);
    const read = lines.slice(kind === 'jsonl' ? 0 : 1).map((line) => {
      if (kind === 'jsonl') return JSON.parse(line);
      const [row, text, label, blue, red] = line.split(kind === 'csv' ? ',' : '\t');
      return { row: Number(row), text, label, probabilities: { blue: Number(blue), red: Number(red) } };
    });
    if (kind === 'csv') expect(lines[0]).toBe('row,text,label,probability:blue,probability:red');
    expect(read).toEqual(rows);
  });

  test('with --json is an object for each row and one at the end', async () => {
    const outcome = await must(
      ...['predict', '--model', at('colors'), '--input', file, '--json', '--device', 'onnx'],
    );
    const all = events(outcome);
    const rows = await predicted('colors', '--input', file);
    expect(all.slice(0, -1)).toEqual(rows.map((row) => ({ event: 'prediction', ...row })));
    expect(all.at(-1)).toMatchObject({
      event: 'done',
      rows: 60,
      model: at('colors'),
      out: null,
      device: 'onnx',
    });
    expect(all.at(-1)!.rowsPerSecond).toBeGreaterThan(0);
    const both = await predict('colors', '--text', 'a', '--json', '--format', 'csv');
    expect(both).toMatchObject({ code: 2, err: expect.stringContaining('--json decides the format') });
  });
});

test('one text a line from a .txt file, and from standard input in every format', async () => {
  const lines = writeRows(folder, 'lines.txt', sentence(0), 2, (i) => sentence(i + 1));
  const rows = await predicted('colors', '--input', lines);
  expect(rows.map(({ text }) => text)).toEqual([sentence(0), sentence(1), sentence(2)]);
  const piped = (text: string, ...more: string[]): unknown[] => {
    const args = ['predict', '--model', at('colors'), '--input', '-', '--format', 'jsonl', ...more];
    const out = execFileSync(
      process.execPath,
      ['--conditions=@scalearn/source', bin, ...args, '--device', 'onnx'],
      { input: text, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] },
    );
    return events({ code: 0, err: '', out });
  };
  expect(piped(readFileSync(lines, 'utf8'))).toEqual(rows);
  expect(piped(readFileSync(file, 'utf8'), '--input-format', 'csv')).toEqual(
    await predicted('colors', '--input', file),
  );
});

test('a fault in a later row names its line, and leaves the file as it was', async () => {
  const bad = writeRows(folder, 'bad.csv', 'text', 900, (i) => (i === 700 ? 'a,b' : sentence(i)));
  const out = at('kept.csv');
  writeFileSync(out, 'kept');
  const outcome = await predict('colors', '--input', bad, '--out', out, '--overwrite');
  expect(outcome).toMatchObject({
    code: 1,
    err: expect.stringContaining('bad.csv, line 702: the row has 2'),
  });
  expect(readFileSync(out, 'utf8')).toBe('kept');
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('multiple choice takes the columns of the task, and names the right choice', async () => {
  const data = tinySuperglue(at('superglue'));
  await train('copa', '--task', 'superglue/copa', '--data', data, '--epochs', '1', '--limit', '16');
  const row = (i: number): string => `the cat sat so,the cat ran ${i},the dog flew`;
  const choices = writeRows(folder, 'choices.csv', 'premise,choice1,choice2', 3, row);
  const rows = await predicted('copa', '--input', choices);
  expect(rows).toHaveLength(3);
  expect(rows[2]).toMatchObject({ row: 3, premise: 'the cat sat so', choice1: 'the cat ran 2' });
  for (const { label, probabilities } of rows) {
    expect(['choice1', 'choice2']).toContain(label);
    expect(sum(probabilities)).toBeCloseTo(1, 12);
  }
  expect(await predict('copa', '--text', 'a')).toMatchObject({
    code: 2,
    err: expect.stringContaining('chooses between texts (premise, choice1, choice2)'),
  });
  expect((await predict('copa', '--input', file)).err).toContain('has no column "premise"');
});

describe('a text', () => {
  test('for a classifier, its merged adapter, and a model without run.json', async () => {
    await train('stage2', '--task', file, '--sources', at('colors'));
    await must('merge', '--model', at('stage2'), '--out', at('merged'));
    const [one] = await predicted('stage2', '--text', sentence(4));
    const [other] = await predicted('merged', '--text', sentence(4));
    expect(one).toMatchObject({ row: 1, text: sentence(4), label: other?.label });
    const red = (row: unknown): number => (row as { probabilities: { red: number } }).probabilities.red;
    expect(red(other)).toBeCloseTo(red(one), 5);
    for (const name of ['run.json', 'scalearn.json']) renameSync(join(at('merged'), name), at(name));
    expect(await predict('merged', '--text', sentence(4))).toMatchObject({
      code: 2,
      err: expect.stringContaining(
        'does not say where its encoder can be loaded from, so --encoder must be given',
      ),
    });
    expect(await predicted('merged', '--text', sentence(4), '--encoder', world.encoder)).toEqual([other]);
  });

  test('for a pair gets a score where the task is regression', async () => {
    const [row] = await predicted('stsb', '--text', 'the cat', '--text-pair', 'the dog');
    expect(Object.keys(row ?? {})).toEqual(['row', 'text', 'textPair', 'score']);
    const { out } = await predict('stsb', '--text', 'the cat', '--text-pair', 'the dog');
    const score = Number(row?.score);
    expect(out).toMatch(/^text +score\nthe cat \| the dog +-?\d+\.\d{4}\n$/);
    expect(out).toContain(` ${score.toFixed(4)}\n`);
  });

  test('may have several labels, or none', async () => {
    const row = (i: number): string =>
      JSON.stringify({ text: sentence(i), tags: i % 4 ? ['a', 'b'] : ['c'] });
    const path = writeRows(folder, 'tags.jsonl', row(0), 59, (i) => row(i + 1));
    await train('tags', '--task', path, '--label', 'tags');
    for (const { labels, probabilities } of await predicted('tags', '--input', path)) {
      const likely = Object.entries(probabilities as Record<string, number>).filter(([, p]) => p > 0.5);
      expect(labels).toEqual(likely.map(([name]) => name));
    }
    // The stored threshold is used, and the option overrides it.
    const stored = join(at('tags'), 'scalearn.json');
    const info = JSON.parse(readFileSync(stored, 'utf8'));
    writeFileSync(stored, JSON.stringify({ ...info, tasks: [{ ...info.tasks[0], threshold: 0.999 }] }));
    const [none] = await predicted('tags', '--input', path);
    expect(none!.labels).toEqual([]);
    const [all] = await predicted('tags', '--input', path, '--threshold', '0.001');
    expect(all!.labels).toEqual(['a', 'b', 'c']);
  });

  test.each<[string, string[], RegExp]>([
    ['colors', [], /required option '--text <text>' \(or '--input <file>'\) not specified/],
    [
      'colors',
      ['--text', 'a', '--input', 'b.csv'],
      /'--text <text>' cannot be used with option '--input <file>'/,
    ],
    [
      'colors',
      ['--text', 'a', '--text-pair', 'b'],
      /trained on single texts \(text\); leave out --text-pair/,
    ],
    [
      'rte',
      ['--text', 'a'],
      /trained on pairs of texts \(sentence1, sentence2\); give the second with --text-pair/,
    ],
    ['colors', ['--text', 'a', '--text-column', 'b'], /name the file with --input/],
    ['colors', ['--text', ''], /must not be empty/],
    ['colors', ['--text', 'a', '--format', 'xml'], /table, csv, tsv, jsonl/],
    ['colors', ['--text', 'a', '--input-format', 'csv'], /name the file with --input/],
    ['colors', ['--text', 'a', '--threshold', '0.3'], /--threshold is for multi-label models/],
    ['colors', ['--text', 'a', '--threshold', '2'], /must be a number between 0 and 1/],
  ])('%s %j is refused', async (model, more, message) => {
    const outcome = await predict(model, ...more);
    expect(outcome.err).toMatch(message);
    expect([outcome.code, outcome.out]).toEqual([2, '']);
  });
});

test('the table fits the screen, and shows the labels that are predicted where there are many', () => {
  const label = (name: string, share: number): { label: string; probabilities: Record<string, number> } => ({
    label: name,
    probabilities: Object.fromEntries(
      ['a', 'b', 'c', 'd', 'e'].map((each) => [each, each === name ? share : 0]),
    ),
  });
  const text = predictionTable(
    [
      { texts: ['word '.repeat(50)], prediction: label('b', 0.75) },
      { texts: ['two\nlines', '😀😀'], prediction: label('e', 0.5) },
      { texts: ['none'], prediction: { labels: [], probabilities: label('a', 0.1).probabilities } },
    ],
    60,
    ['a', 'b', 'c', 'd', 'e'],
  );
  const lines = text.trimEnd().split('\n');
  expect(lines[0]).toMatch(/^text +label +probability$/);
  expect(lines[1]).toMatch(/^word word [word ]+… +b +0\.7500$/);
  expect(lines[2]).toMatch(/^two lines \| 😀😀 +e +0\.5000$/);
  expect(lines[3]).toMatch(/^none +- +-$/);
  for (const line of lines) expect(Array.from(line).length).toBeLessThanOrEqual(60);
});

test('the table shows numbered labels in the order of their ids', () => {
  const prediction = { label: '-1', probabilities: { '-1': 0.5, '0': 0.3, '1': 0.2 } };
  const text = predictionTable([{ texts: ['a'], prediction }], 80, ['-1', '0', '1']);
  expect(text).toMatch(/^text +label +-1 +0 +1\n/);
});
