import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OutputFile } from '@scalearn/experiments/runs';
import { afterAll, expect, test } from 'vitest';
import { predictionText } from '../src/output/predictions.ts';
import { byLength, inWindows } from '../src/predict/windows.ts';

test('rows are read a window at a time, after those before were taken', async () => {
  let read = 0;
  let taken = 0;
  let most = 0;
  async function* rows(): AsyncGenerator<number> {
    for (let i = 0; i < 100_000; i++) {
      read += 1;
      most = Math.max(most, read - taken);
      yield i;
    }
  }
  const answered = inWindows(rows(), 64, async (window) => window.map((i) => i + 1));
  for await (const window of answered) {
    expect(window[0]).toEqual([taken, taken + 1]);
    taken += window.length;
    if (taken >= 6400) break;
  }
  expect([read, taken, most]).toEqual([6400, 6400, 64]);
});

test('the last window has the rows that are left', async () => {
  async function* rows(): AsyncGenerator<string> {
    yield* ['a', 'b', 'c'];
  }
  const found: unknown[] = [];
  for await (const window of inWindows(rows(), 2, async (each) => each.map((text) => text + text)))
    found.push(window);
  expect(found).toEqual([
    [
      ['a', 'aa'],
      ['b', 'bb'],
    ],
    [['c', 'cc']],
  ]);
});

test('rows of similar length are answered together, and in the order of the rows', async () => {
  const asked: string[][] = [];
  const answers = await byLength(
    ['ccc', 'a', 'bb', 'd'],
    (text) => text.length,
    async (sorted) => {
      asked.push([...sorted]);
      return sorted.map((text) => text.toUpperCase());
    },
  );
  expect(asked).toEqual([['a', 'd', 'bb', 'ccc']]);
  expect(answers).toEqual(['CCC', 'A', 'BB', 'D']);
});

const folder = mkdtempSync(join(tmpdir(), 'scalearn-output-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a file that is written in parts appears when it is complete', async () => {
  const path = join(folder, 'out.csv');
  writeFileSync(path, 'old');
  {
    await using file = await OutputFile.open(path);
    await file.write('one\n');
    expect(readFileSync(path, 'utf8')).toBe('old');
  }
  expect([readFileSync(path, 'utf8'), readdirSync(folder)]).toEqual(['old', ['out.csv']]);
  {
    await using file = await OutputFile.open(path);
    await file.write('one\n');
    await file.write('two\n');
    expect(await file.finish()).toBe(true);
  }
  expect([readFileSync(path, 'utf8'), readdirSync(folder)]).toEqual(['one\ntwo\n', ['out.csv']]);
});

test('a folder is no file, and nothing is made for it', async () => {
  await expect(OutputFile.open(folder)).rejects.toThrow('is a folder; name a file');
  await expect(OutputFile.open(join(folder, 'out.csv', 'x'))).rejects.toThrow(/could not be written/);
  expect(existsSync(join(folder, 'out.csv', 'x'))).toBe(false);
});

test('separated values are quoted where they must be, and have one header', () => {
  const layout = { labels: ['a,b', 'c'], texts: ['text', 'textPair'], isMultiLabel: true, width: 80 };
  const texts = ['say "x"', 'two\nlines'];
  const probabilities = { 'a,b': 0.75, c: 0.5 };
  const csv = predictionText('csv', layout);
  const predicted = [{ texts, prediction: { labels: ['a,b'], probabilities } }];
  expect(csv(predicted, 1) + csv(predicted, 2)).toBe(
    [
      'row,text,textPair,labels,"probability:a,b",probability:c',
      '1,"say ""x""","two\nlines","[""a,b""]",0.75,0.5',
      '2,"say ""x""","two\nlines","[""a,b""]",0.75,0.5\n',
    ].join('\n'),
  );
  const scores = predictionText('tsv', { ...layout, labels: null });
  expect(scores([{ texts: ['a\tb', 'c,d'], prediction: { score: 1.5 } }], 1)).toBe(
    'row\ttext\ttextPair\tscore\n1\t"a\tb"\tc,d\t1.5\n',
  );
});
