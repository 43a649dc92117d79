// What is told from files: columns, problem, labels, splits.
import { describe, expect, test } from 'vitest';
import { type FileTask, loadTask, memorySource, readTextFile, toJsonLines } from '../../src/index.ts';
import { allRows, errorOf, fromMemory, reviews } from './support.ts';

const csv = (header: string, row: (i: number) => string, count = 20): string =>
  [header, ...Array.from({ length: count }, (_, i) => row(i))].join('\n');
const yesNo = (i: number): string => (i % 2 === 0 ? 'yes' : 'no');

describe('columns', () => {
  test.each<[string, string, string | null, string]>([
    ['text,label', 'text', null, 'label'],
    ['id,Label,Text,source', 'Text', null, 'Label'],
    ['sentence2,sentence1,gold_label', 'sentence1', 'sentence2', 'gold_label'],
    ['premise,hypothesis,label,genre', 'premise', 'hypothesis', 'label'],
    ['question,answer,label', 'question', 'answer', 'label'],
    // The label's usual names come first; what is left over is the label.
    ['question,passage,answer', 'question', 'passage', 'answer'],
    ['question,answer', 'question', null, 'answer'],
    ['review,mood', 'review', null, 'mood'],
    ['words,score', 'words', null, 'score'],
    ['text,text_pair,class', 'text', 'text_pair', 'class'],
    [',text,label', 'text', null, 'label'],
  ])('of %s', async (header, text, textPair, label) => {
    const count = header.split(',').length;
    const { layout, info } = await fromMemory({
      'r.csv': csv(header, (i) => Array(count).fill(yesNo(i)).join(',')),
    });
    expect(layout).toMatchObject({ text, textPair, label, guessed: ['text', 'label', 'problem'] });
    expect(info.columns).toEqual(textPair === null ? [text] : [text, textPair]);
  });

  test('that were given', async () => {
    const file = csv('a,b,c,label', (i) => `a${i},b${i},${yesNo(i)},x`);
    const task = await fromMemory({ 'r.csv': file }, { text: 'b', textPair: 'a', label: 'c' });
    expect(task.layout).toMatchObject({ text: 'b', textPair: 'a', label: 'c', guessed: ['problem'] });
    expect((await allRows(task))[3]).toEqual({ texts: ['b3', 'a3'], label: 0 });
  });

  test.each<[string, object, string]>([
    ['a,b,c', {}, 'no column has a name that is usual for the texts; name it with the option text'],
    ['text,a,b', {}, 'no column has a name that is usual for the labels'],
    ['a,b,text', { text: 'text' }, 'no column has a name that is usual for the labels'],
    [
      'text,label',
      { text: 'text', label: 'text' },
      'the option text and the option label name the column "text"; they must name different columns',
    ],
    [
      'text,label',
      { textPair: 'label' },
      'the option textPair names the second text, so the option text must name the first',
    ],
  ])('of %s that cannot be told with %j', async (header, options, message) => {
    const count = header.split(',').length;
    const error = await errorOf(
      { 'r.csv': csv(header, (i) => Array(count).fill(yesNo(i)).join(',')) },
      options,
    );
    expect([error.name, error.message]).toEqual(['ColumnError', expect.stringContaining(message)]);
  });
});

describe('problem and labels', () => {
  const labeled = (labels: readonly unknown[]): string =>
    Array.from({ length: 40 }, (_, i) =>
      JSON.stringify({ text: `t${i}`, label: labels[i % labels.length] }),
    ).join('\n');
  const told = async (task: Promise<FileTask>): Promise<unknown[]> => {
    const { problem, labels } = (await task).info;
    return [problem, labels];
  };
  const numbers = Array.from({ length: 21 }, (_, i) => i);

  test.each<[string, readonly (string | number | boolean)[], string, readonly string[] | null]>([
    ['names', ['b', 'a'], 'singleLabelClassification', ['a', 'b']],
    ['whole numbers, by value', [10, 9, -1], 'singleLabelClassification', ['-1', '9', '10']],
    ['numbers and names, by code point', ['10', '9', 'a'], 'singleLabelClassification', ['10', '9', 'a']],
    ['fractions', [1, 2.5], 'regression', null],
    ['exponents', ['1e-3', '2'], 'regression', null],
    ['many whole numbers', numbers, 'regression', null],
    ['fewer whole numbers', numbers.slice(1), 'singleLabelClassification', numbers.slice(1).map(String)],
    ['truth', [true, false], 'singleLabelClassification', ['false', 'true']],
    // U+FB00 comes before U+1F600, though its UTF-16 code is larger than the first half of that.
    [
      'code points',
      ['\u{1f600}', '\ufb00', 'Z', 'a'],
      'singleLabelClassification',
      ['Z', 'a', '\ufb00', '\u{1f600}'],
    ],
    ['a prefix', ['ab', 'a', 'b'], 'singleLabelClassification', ['a', 'ab', 'b']],
  ])('%s', async (_, labels, problem, names) => {
    const file = csv('text,label', (i) => `t${i},${labels[i % labels.length]}`, 42);
    expect(await told(fromMemory({ 'r.csv': file }))).toEqual([problem, names]);
  });

  test('in JSON a text is no number', async () => {
    expect(await told(fromMemory({ 'r.jsonl': labeled(['1.5', '2.5']) }))).toEqual([
      'singleLabelClassification',
      ['1.5', '2.5'],
    ]);
    expect(await told(fromMemory({ 'r.jsonl': labeled([1.5, 2.5]) }))).toEqual(['regression', null]);
    expect(await told(fromMemory({ 'r.jsonl': labeled(['1.5', '2.5']) }, { problem: 'regression' }))).toEqual(
      ['regression', null],
    );
  });

  test('white space around labels and the encoding of accents make no difference', async () => {
    const file = csv('text,label', (i) => `t${i},${['caf\u00e9', ' cafe\u0301 ', 'tea'][i % 3]}`, 21);
    const { layout } = await fromMemory({ 'r.csv': file });
    expect([...(layout.labelCounts ?? [])]).toEqual([
      ['caf\u00e9', 14],
      ['tea', 7],
    ]);
  });

  test('several labels a row: lists, or texts with | or ;', async () => {
    const rows: (readonly string[])[] = [['b', 'a'], ['a'], [], ['c', 'b']];
    const expected = [
      [1, 1, 0],
      [1, 0, 0],
      [0, 0, 0],
      [0, 1, 1],
    ];
    const lists = await fromMemory({ 'r.jsonl': labeled(rows) });
    expect(lists.info).toMatchObject({ problem: 'multiLabelClassification', labels: ['a', 'b', 'c'] });
    expect(lists.info).toMatchObject({ metrics: ['f1Micro', 'f1Macro'], primaryMetric: 'f1Micro' });
    expect((await allRows(lists)).slice(0, 4).map(({ label }) => label)).toEqual(expected);
    expect([...(lists.layout.labelCounts ?? [])]).toEqual([
      ['a', 20],
      ['b', 20],
      ['c', 10],
    ]);
    for (const separator of ['|', ';'] as const) {
      const file = csv('text,label', (i) => `t${i},${rows[i % 4]?.join(` ${separator}`)}`, 40);
      const task = await fromMemory({ 'r.csv': file }, { problem: 'multiLabelClassification' });
      expect(task.layout.separator).toBe(separator);
      expect((await loadTask(task)).fingerprint).toBe((await loadTask(lists)).fingerprint);
    }
    const none = await errorOf({ 'r.csv': 'text,label\na,\nb,\n' }, { problem: 'multiLabelClassification' });
    expect(none.message).toContain('the column "label" has no labels');
  });

  test('those of a trained model stay in its order, and are all there are', async () => {
    const options = { labels: ['good', 'bad', 'ugly'] };
    const task = await fromMemory({ 'r.csv': reviews(20) }, options);
    expect((await allRows(task))[0]).toEqual({ texts: ['review 0'], label: 0 });
    const error = await errorOf({ 'r.csv': reviews(20) }, { labels: ['good', 'ugly'] });
    expect(error.message).toBe(
      'r.csv, line 3: the label is "bad", expected one of good, ugly. Repair the row, or remove it; if the label belongs to the task, list it with the others: give the option labels.',
    );
  });

  test('metrics follow the problem and the number of classes', async () => {
    const metrics = async (labels: readonly unknown[]): Promise<readonly string[]> =>
      (await fromMemory({ 'r.jsonl': labeled(labels) })).info.metrics;
    expect(await metrics(['a', 'b'])).toEqual(['accuracy', 'f1']);
    expect(await metrics(['a', 'b', 'c'])).toEqual(['accuracy', 'f1Macro']);
    expect(await metrics([0.5, 1])).toEqual(['pearson', 'spearman']);
  });
});

describe('splits', () => {
  const source = memorySource({});
  const sizes = async ({ read }: FileTask): Promise<number[]> =>
    Promise.all(
      (['train', 'validation', 'test'] as const).map(async (split) => (await read(split, source)).length),
    );

  test('one file is divided 80 : 10 : 10, each row once, each class in proportion', async () => {
    const file = csv('text,label', (i) => `t${i},${i % 5 === 0 ? 'rare' : 'often'}`, 200);
    const task = await fromMemory({ 'r.csv': file });
    expect(await sizes(task)).toEqual([160, 20, 20]);
    expect((await allRows(task)).map(({ texts }) => texts[0])).toEqual(
      Array.from({ length: 200 }, (_, i) => `t${i}`),
    );
    for (const split of ['train', 'validation', 'test'] as const) {
      const rows = await task.read(split, source);
      expect(rows.filter(({ label }) => label === 1)).toHaveLength(rows.length / 5);
    }
    expect(task.layout.splits.test).toEqual({ file: 'r.csv', rows: 20, drawn: 'stratified' });
  });

  test('the seed decides the division', async () => {
    const test = async (splitSeed?: number): Promise<unknown> =>
      (await loadTask(await fromMemory({ 'r.csv': reviews(100) }, { splitSeed }))).test;
    expect(await test()).toEqual(await test(42));
    expect(await test()).not.toEqual(await test(1));
  });

  test('files of splits stay as they are, and what is missing is a tenth of the training file', async () => {
    const [train, dev, held] = [reviews(100), reviews(6), reviews(8)];
    const both = await fromMemory({ 'train.csv': train, 'dev.csv': dev, 'test.csv': held });
    expect(await sizes(both)).toEqual([100, 6, 8]);
    expect((await both.read('train', source))[7]).toMatchObject({ index: 7, segments: ['review 7'] });
    expect(both.layout.splits).toMatchObject({
      train: { file: 'train.csv', drawn: false },
      validation: { file: 'dev.csv', drawn: false },
    });
    const noTest = await fromMemory({ 'train.csv': train, 'valid.csv': dev });
    expect(await sizes(noTest)).toEqual([90, 6, 10]);
    const noValidation = await fromMemory({ 'training.csv': train, 'test.csv': held });
    expect(await sizes(noValidation)).toEqual([90, 10, 8]);
    expect(noValidation.layout.splits).toMatchObject({
      train: { drawn: 'stratified' },
      validation: { file: 'training.csv', rows: 10, drawn: 'stratified' },
      test: { drawn: false },
    });
    expect(await sizes(await fromMemory({ 'train.csv': train }))).toEqual([80, 10, 10]);
  });

  test('classes with too few rows are divided at random', async () => {
    const file = `${reviews(40)}x,unique\n`;
    const task = await fromMemory({ 'r.csv': file });
    expect(task.layout.splits.train).toEqual({ file: 'r.csv', rows: 31, drawn: 'at random' });
    expect(await allRows(task)).toHaveLength(41);
    expect(await sizes(await fromMemory({ 'r.csv': reviews(3) }))).toEqual([1, 1, 1]);
    const error = await errorOf({ 'r.csv': reviews(2) });
    expect([error.name, error.message]).toEqual([
      'SplitError',
      '2 rows are too few to make the missing splits (test, validation) of them. Use more data.',
    ]);
  });

  test('to score a model all rows of the file are the test split', async () => {
    const task = await loadTask(await fromMemory({ 'r.csv': reviews(20) }, { scoreOnly: true }));
    expect([task.train.length, task.validation.length, task.test.length]).toEqual([0, 0, 20]);
    expect(task.test[3]).toEqual({ index: 3, segments: ['review 3'], label: 0 });
  });
});

test.each([
  ['Reviews 2.csv.gz', 'own/Reviews-2'],
  ['a/b\\c.d.jsonl', 'own/c-d'],
  ['отзывы.csv', 'own/task'],
])('%s is the task %s', async (name, id) => {
  const task = await fromMemory({ 'r.csv': reviews(20) }, { name });
  expect(task.info.id).toBe(id);
});

test('rows written as JSON lines are read as the same rows', async () => {
  const tasks = [
    await fromMemory({ 'r.csv': csv('question,answer,grade', (i) => `"q ""${i}""\n",a${i},${yesNo(i)}`) }),
    await fromMemory({ 'r.csv': csv('text,score', (i) => `t${i},${i / 4}`) }),
    await fromMemory(
      { 'r.csv': csv('text,tags', (i) => `t${i},${['x|y', '', 'y'][i % 3]}`) },
      { problem: 'multiLabelClassification' },
    ),
  ];
  for (const definition of tasks) {
    const task = await loadTask(definition);
    const lines = (rows: typeof task.train): string =>
      toJsonLines(task, rows, String(definition.layout.label));
    const again = await fromMemory({
      'train.jsonl': lines(task.train),
      'validation.jsonl': lines(task.validation),
      'test.jsonl': lines(task.test),
    });
    expect(again.info).toMatchObject({ problem: task.problem, labels: task.labels });
    expect(again.layout).toMatchObject({ text: definition.layout.text, label: definition.layout.label });
    expect((await loadTask(again)).fingerprint).toBe(task.fingerprint);
  }
});

test('texts to predict for', async () => {
  const read = (content: string, options = {}): ReturnType<typeof readTextFile> =>
    readTextFile({ data: memorySource({ 'r.csv': content }), file: 'r.csv', ...options });
  const pairs = 'id,premise,hypothesis\n1,a,b\n2,c,d\n';
  expect(await read(pairs)).toEqual({
    doubts: [],
    columns: { text: 'premise', textPair: 'hypothesis' },
    texts: [
      ['a', 'b'],
      ['c', 'd'],
    ],
  });
  expect((await read(pairs, { text: 'hypothesis' })).texts).toEqual([['b'], ['d']]);
  expect((await read('anything\na\n\nb\n')).texts).toEqual([['a'], ['b']]);
  await expect(read(pairs, { text: 'premis' })).rejects.toThrow('Did you mean "premise"?');
});
