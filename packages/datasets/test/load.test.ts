import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  DatasetError,
  describeTask,
  EmptyFileError,
  type FileSource,
  fileListSource,
  folderSource,
  InvalidOptionError,
  LabelError,
  loadTask,
  MalformedRowError,
  MissingColumnError,
  MissingFileError,
  memorySource,
  SplitError,
  type TaskDefinition,
  taskIds,
  tsvTask,
  UnknownTaskError,
  UnreadableFileError,
  urlSource,
} from '../src/index.ts';

const labels = ['entailment', 'not_entailment'];
const rteRows = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${i}\tPremise ${i}.\tHypothesis ${i}.\t${labels[i % 2]}`);
const rteFile = (rows: string[]): string => `${['index\tsentence1\tsentence2\tlabel', ...rows].join('\n')}\n`;
const rte = { 'RTE/train.tsv': rteFile(rteRows(40)), 'RTE/dev.tsv': rteFile(rteRows(6)) };

/** The error of loading RTE with other files in place of some of the good ones. */
async function rteError(
  files: Record<string, string | Uint8Array<ArrayBuffer>>,
  id = 'glue/rte',
): Promise<unknown> {
  return loadTask(id, { data: memorySource({ ...rte, ...files }) }).then(
    () => expect.fail('nothing was thrown'),
    (error: unknown) => error,
  );
}

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

describe('tasks', () => {
  test('eight of GLUE', () => {
    const glue = taskIds.filter((id) => id.startsWith('glue/'));
    expect(glue.map((id) => describeTask(id).name)).toEqual([
      'CoLA',
      'SST-2',
      'MRPC',
      'QQP',
      'STS-B',
      'MNLI',
      'QNLI',
      'RTE',
    ]);
  });

  test.each([
    ['glue/rta', 'glue/rte'],
    ['rte', 'glue/rte'],
    ['glue/RTE', 'glue/rte'],
    ['GLUE/sst-2', 'glue/sst2'],
    ['mnl', 'glue/mnli'],
    ['record', 'superglue/record'],
    ['superglue/diagnostic', undefined],
    ['', undefined],
  ])('the unknown task %j: suggests %s', async (id, suggestion) => {
    expect(() => describeTask(id)).toThrow(UnknownTaskError);
    await expect(loadTask(id, { data: memorySource(rte) })).rejects.toMatchObject({
      name: 'UnknownTaskError',
      id,
      suggestion,
      known: taskIds,
      message: expect.stringContaining(suggestion ? `Did you mean ${suggestion}?` : 'Known tasks: glue/cola'),
    });
  });
});

describe('loading', () => {
  test('divides the training file and keeps the development file as test set', async () => {
    const task = await loadTask('glue/rte', { data: memorySource(rte) });
    expect(task.id).toBe('glue/rte');
    expect([task.train.length, task.validation.length, task.test.length]).toEqual([36, 4, 6]);
    expect(task.testMismatched).toBeUndefined();
    expect(task.test[1]).toEqual({ index: 1, segments: ['Premise 1.', 'Hypothesis 1.'], label: 1 });
    const rows = [...task.train, ...task.validation].map(({ index }) => index);
    expect(rows.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    expect(task.validation.filter(({ label }) => label === 0).length).toBe(2);
    expect(task.rows).toEqual({ train: 40, test: 6 });
  });

  test('another seed divides differently, the fingerprint is of the data alone', async () => {
    const a = await loadTask('glue/rte', { data: memorySource(rte) });
    const b = await loadTask('glue/rte', {
      data: memorySource(rte),
      splitSeed: 1,
      maxTrainPct: 50,
      limit: 3,
    });
    expect(b.train).not.toEqual(a.train.slice(0, 3));
    expect(b.fingerprint).toBe(a.fingerprint);
    const changed = { ...rte, 'RTE/dev.tsv': rte['RTE/dev.tsv'].replace('Premise 5', 'premise 5') };
    const c = await loadTask('glue/rte', { data: memorySource(changed) });
    expect(c.fingerprint).not.toBe(a.fingerprint);
  });

  test('limits', async () => {
    const full = await loadTask('glue/rte', { data: memorySource(rte), maxTrainPct: 50 });
    expect([full.train.length, full.validation.length]).toEqual([18, 2]);
    const few = await loadTask('glue/rte', {
      data: memorySource(rte),
      maxTrainPct: 50,
      limit: 5,
      evalLimit: 1,
    });
    expect(few.train).toEqual(full.train.slice(0, 5));
    expect([few.validation.length, few.test.length]).toEqual([1, 1]);
    const all = await loadTask('glue/rte', { data: memorySource(rte), limit: 1000 });
    expect(all.train.length).toBe(36);
  });

  test.each([
    [{ limit: 0 }, 'limit'],
    [{ limit: -1 }, 'limit'],
    [{ limit: 1.5 }, 'limit'],
    [{ limit: Number.NaN }, 'limit'],
    [{ evalLimit: 0 }, 'evalLimit'],
    [{ maxTrainPct: 42 }, 'maxTrainPct'],
    [{ splitSeed: -1 }, 'seed'],
  ])('refuses %o', async (options, option) => {
    const loading = loadTask('glue/rte', { data: memorySource(rte), ...options });
    await expect(loading).rejects.toBeInstanceOf(InvalidOptionError);
    await expect(loading).rejects.toMatchObject({ option });
  });

  test('a task of your own, with its own validation file', async () => {
    const file = (rows: number) => `text\tmood\n${'so so\tbad\nvery\tgood\n'.repeat(rows / 2)}`;
    const mood: TaskDefinition = tsvTask(
      {
        ...describeTask('glue/sst2'),
        id: 'my/mood',
        labels: ['bad', 'good'],
        files: { train: 'train.tsv', validation: 'validation.tsv', test: 'test.tsv' },
      },
      { segments: ['text'], label: { column: 'mood', values: ['bad', 'good'] } },
    );
    const data = memorySource({ 'train.tsv': file(40), 'validation.tsv': file(4), 'test.tsv': file(6) });
    const task = await loadTask(mood, { data });
    expect(task.train.map(({ index }) => index)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    expect([task.validation.length, task.test.length]).toEqual([4, 6]);
    expect((await loadTask(mood, { data, maxTrainPct: 10 })).train.length).toBe(4);
  });
});

describe('file layouts', () => {
  test('the official columns of MNLI', async () => {
    const header = (annotators: number) =>
      [
        'index promptID pairID genre sentence1_binary_parse sentence2_binary_parse sentence1_parse sentence2_parse',
        'sentence1 sentence2',
        ...Array.from({ length: annotators }, (_, i) => `label${i + 1}`),
        'gold_label',
      ]
        .join(' ')
        .replaceAll(' ', '\t');
    const row = (i: number, annotators: number) =>
      [i, 'p', 'q', 'fiction', '( a )', '( b )', '(ROOT)', '(ROOT)', `A ${i}`, `B ${i}`]
        .concat(Array(annotators).fill('neutral'), ['entailment', 'neutral', 'contradiction'][i % 3]!)
        .join('\t');
    const file = (rows: number, annotators: number) =>
      [header(annotators), ...Array.from({ length: rows }, (_, i) => row(i, annotators))].join('\n');
    const task = await loadTask('glue/mnli', {
      data: memorySource({
        'MNLI/train.tsv': file(60, 1),
        'MNLI/dev_matched.tsv': file(4, 5),
        'MNLI/dev_mismatched.tsv': file(5, 5),
      }),
    });
    expect(task.test[2]).toEqual({ index: 2, segments: ['A 2', 'B 2'], label: 2 });
    expect([task.train.length, task.validation.length]).toEqual([54, 6]);
    expect([task.test.length, task.testMismatched?.length]).toEqual([4, 5]);
  });

  test('the official columns of QQP, whose broken rows do not count', async () => {
    const rows = Array.from(
      { length: 40 },
      (_, i) => `${i}\t${2 * i}\t${2 * i + 1}\tWhy ${i}?\tHow ${i}?\t${i % 2}`,
    );
    const file = (list: string[]) =>
      ['id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate', ...list].join('\n');
    rows.splice(7, 0, '99\t5\t6\tbroken', '"\tin two\t0');
    const data = memorySource({ 'QQP/train.tsv': file(rows), 'QQP/dev.tsv': file(rows.slice(0, 4)) });
    const task = await loadTask('glue/qqp', { data });
    expect(task.rows.train).toBe(40);
    const ninth = [...task.train, ...task.validation].find(({ index }) => index === 8);
    expect(ninth?.segments).toEqual(['Why 8?', 'How 8?']);
    const long = memorySource({
      'QQP/train.tsv': file([...rows, `${rows[0]}\tmore`]),
      'QQP/dev.tsv': file(rows),
    });
    await expect(loadTask('glue/qqp', { data: long })).rejects.toBeInstanceOf(MalformedRowError);
  });

  test('text stays as it is: blanks, quotes, control characters, byte order marks, long rows', async () => {
    const long = 'word '.repeat(100_000);
    const sentences = [
      ' "quoted" ',
      '\ufeffmark',
      'a\u0008b\u0080\u2028c\u00a0',
      "it's\r odd",
      long,
      '漢字😀',
    ];
    const file = `\ufeffsentence\tlabel\n${sentences.map((text, i) => `${text}\t${i % 2}`).join('\n')}`;
    const train = `sentence\tlabel\n${'a\t0\nb\t1\n'.repeat(20)}`;
    const data = memorySource({ 'SST-2/train.tsv': train, 'SST-2/dev.tsv': file });
    const { test } = await loadTask('glue/sst2', { data });
    expect(test.map(({ segments }) => segments[0])).toEqual(sentences);
  });

  test('a file converted to CRLF gives the same rows', async () => {
    const crlf = Object.fromEntries(
      Object.entries(rte).map(([path, text]) => [path, text.replaceAll('\n', '\r\n')]),
    );
    const a = await loadTask('glue/rte', { data: memorySource(rte) });
    const b = await loadTask('glue/rte', { data: memorySource(crlf) });
    expect(b.fingerprint).toBe(a.fingerprint);
  });

  test('gzip, whatever the name says', async () => {
    const zipped = Uint8Array.from(gzipSync(rte['RTE/train.tsv']));
    const a = await loadTask('glue/rte', { data: memorySource(rte) });
    for (const files of [
      { 'RTE/train.tsv.gz': zipped },
      { 'RTE/train.tsv': zipped },
      { 'RTE/train.tsv.gz': rte['RTE/train.tsv'] },
    ]) {
      const b = await loadTask('glue/rte', {
        data: memorySource({ ...files, 'RTE/dev.tsv': rte['RTE/dev.tsv'] }),
      });
      expect(b.fingerprint).toBe(a.fingerprint);
    }
  });
});

describe('what is wrong is named', () => {
  test('missing files', async () => {
    const error = await loadTask('glue/mrpc', { data: memorySource(rte) }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(MissingFileError);
    expect(error).toBeInstanceOf(DatasetError);
    expect(error).toMatchObject({
      looked: ['MRPC/train.tsv', 'MRPC/train.tsv.gz', 'mrpc/train-*.parquet'],
      message:
        'Found none of MRPC/train.tsv, MRPC/train.tsv.gz, mrpc/train-*.parquet in the files in memory. The data must contain the folder MRPC/.',
    });
  });

  test.each(['', '\n', 'index\tsentence1\tsentence2\tlabel', 'index\tsentence1\tsentence2\tlabel\n'])(
    'an empty file %j',
    async (text) => {
      const error = await rteError({ 'RTE/dev.tsv': text });
      if (text === '\n') expect(error).toBeInstanceOf(MissingColumnError);
      else expect(error).toBeInstanceOf(EmptyFileError);
      expect(error).toMatchObject({ file: 'RTE/dev.tsv' });
    },
  );

  test('an empty file without header', async () => {
    const error = await rteError({ 'CoLA/train.tsv': '' }, 'glue/cola');
    expect(error).toBeInstanceOf(EmptyFileError);
  });

  test('a missing column', async () => {
    const error = await rteError({ 'RTE/dev.tsv': 'index\tsentence1\tlabel\n1\ta\tentailment\n' });
    expect(error).toBeInstanceOf(MissingColumnError);
    expect(error).toMatchObject({
      message: 'RTE/dev.tsv has no column "sentence2". Its columns are "index", "sentence1", "label".',
    });
  });

  test.each([
    ['too few columns', '3\tonly one sentence\tentailment', 'the row has 3 columns, expected 4'],
    ['too many columns', '3\ta\tb\tentailment\tmore', 'the row has 5 columns, expected 4'],
    ['an empty line', '', 'the row has 1 columns, expected 4'],
  ])('%s', async (_, row, what) => {
    const rows = rteRows(5);
    rows.splice(3, 0, row);
    const error = await rteError({ 'RTE/train.tsv': rteFile(rows) });
    expect(error).toBeInstanceOf(MalformedRowError);
    expect(error).toMatchObject({ file: 'RTE/train.tsv', line: 5 });
    expect((error as Error).message).toContain(`RTE/train.tsv, line 5: ${what}`);
  });

  test.each(['maybe', '', '0', 'Entailment', 'entailment '])('the unknown label %j', async (label) => {
    const error = await rteError({ 'RTE/dev.tsv': rteFile([...rteRows(2), `2\ta\tb\t${label}`]) });
    expect(error).toBeInstanceOf(LabelError);
    expect(error).toMatchObject({ file: 'RTE/dev.tsv', line: 4, label });
    expect((error as Error).message).toContain('expected one of entailment, not_entailment');
  });

  test.each(['5.001', '-0.2', 'nan', '', ' 3', '1e0', '0x3', 'Infinity'])('the score %j', async (score) => {
    const file = `sentence1\tsentence2\tscore\na\tb\t5.000\na\tb\t${score}\n`;
    const error = await rteError({ 'STS-B/train.tsv': file }, 'glue/stsb');
    expect(error).toBeInstanceOf(LabelError);
    expect(error).toMatchObject({ file: 'STS-B/train.tsv', line: 3, label: score });
  });

  test('text that is not UTF-8', async () => {
    const file = bytes(rte['RTE/dev.tsv']);
    file[file.length - 20] = 0xff;
    const error = await rteError({ 'RTE/dev.tsv': file });
    expect(error).toBeInstanceOf(MalformedRowError);
    expect(error).toMatchObject({ line: 7 });
  });

  test('damaged gzip data', async () => {
    const zipped = Uint8Array.from(gzipSync(rte['RTE/train.tsv']));
    const flipped = zipped.slice();
    flipped[zipped.length >> 1]! ^= 0xff;
    for (const damaged of [zipped.slice(0, -9), zipped.slice(0, 20), flipped]) {
      const error = await rteError({ 'RTE/dev.tsv': damaged });
      expect(error).toBeInstanceOf(UnreadableFileError);
      expect(error).toMatchObject({ file: 'RTE/dev.tsv' });
    }
  });

  test('too few rows to divide', async () => {
    expect(await rteError({ 'RTE/train.tsv': rteFile(rteRows(9)) })).toBeInstanceOf(SplitError);
  });
});

describe('sources', () => {
  let folder = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'scalearn data '));
    await mkdir(join(folder, 'RTE'));
    for (const [path, text] of Object.entries(rte)) await writeFile(join(folder, path), text);
    await mkdir(join(folder, 'MRPC/train.tsv'), { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const fingerprint = async (data: string | URL | FileSource) =>
    (await loadTask('glue/rte', { data })).fingerprint;

  test('a folder, by path and by address', async () => {
    const expected = await fingerprint(memorySource(rte));
    expect(await fingerprint(folder)).toBe(expected);
    expect(await fingerprint(`${folder}/`)).toBe(expected);
    expect(await fingerprint(folderSource(folder))).toBe(expected);
    expect(await fingerprint(pathToFileURL(folder))).toBe(expected);
  });

  test('a folder that lacks the file, or has another kind of thing there', async () => {
    await expect(loadTask('glue/cola', { data: folder })).rejects.toThrow(`in the folder ${folder}`);
    await expect(loadTask('glue/rte', { data: join(folder, 'RTE/dev.tsv') })).rejects.toBeInstanceOf(
      MissingFileError,
    );
    await expect(loadTask('glue/mrpc', { data: folder })).rejects.toBeInstanceOf(UnreadableFileError);
  });

  test('files a visitor has chosen', async () => {
    const files = Object.entries(rte).map(([path, text]) => {
      const file = new File([text], path.replace(/.*\//, ''));
      return Object.defineProperty(file, 'webkitRelativePath', { value: `my data/${path}` });
    });
    expect(await fingerprint(fileListSource(files))).toBe(await fingerprint(memorySource(rte)));
    await expect(loadTask('glue/cola', { data: fileListSource(files) })).rejects.toThrow(
      'the 2 chosen files',
    );
  });

  test('a web server', async () => {
    const server = createServer((request, response) => {
      const file = rte[request.url?.slice('/data/'.length) as keyof typeof rte];
      if (file) return response.end(file);
      if (request.url?.includes('SST-2'))
        return response.setHeader('content-type', 'text/html').end('<html>');
      response.writeHead(request.url?.includes('QNLI') ? 500 : 404).end();
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/data`;
    try {
      const expected = await fingerprint(memorySource(rte));
      expect(await fingerprint(base)).toBe(expected);
      expect(await fingerprint(new URL(base))).toBe(expected);
      expect(await fingerprint(urlSource(`${base}/`))).toBe(expected);
      await expect(loadTask('glue/cola', { data: base })).rejects.toBeInstanceOf(MissingFileError);
      await expect(loadTask('glue/sst2', { data: base })).rejects.toBeInstanceOf(MissingFileError);
      await expect(loadTask('glue/qnli', { data: base })).rejects.toThrow('the server answered 500');
    } finally {
      server.close();
    }
    await expect(loadTask('glue/rte', { data: base })).rejects.toBeInstanceOf(UnreadableFileError);
  });

  test('names that objects have anyway are no files', async () => {
    expect(await memorySource({}).read('constructor')).toBeUndefined();
  });
});

test('a folder that is one too deep is told from one without the files', async () => {
  const data = memorySource({ 'train.tsv': 'index', 'dev.tsv': 'index' });
  await expect(loadTask('glue/rte', { data })).rejects.toThrow(
    'Found no RTE/train.tsv in the files in memory, which has train.tsv itself. Give the folder above it, the one that holds RTE/.',
  );
});
