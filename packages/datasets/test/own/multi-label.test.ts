// The ways in which files hold several labels a row.
import { describe, expect, test } from 'vitest';
import { parquetFile } from '../../../../test/support/parquet.ts';
import type { FileTask } from '../../src/index.ts';
import { allRows, errorOf, fromMemory } from './support.ts';

const csv = (labels: readonly string[], count = 12): string =>
  `text,label\n${Array.from({ length: count }, (_, i) => `t${i},"${labels[i % labels.length]!.replaceAll('"', '""')}"`).join('\n')}\n`;
const jsonl = (labels: readonly unknown[], count = 12): string =>
  Array.from({ length: count }, (_, i) =>
    JSON.stringify({ text: `t${i}`, label: labels[i % labels.length] }),
  ).join('\n');
const read = async (task: FileTask, rows: number): Promise<unknown[]> => [
  task.info.labels,
  ...(await allRows(task)).slice(0, rows).map(({ label }) => label),
];

describe('0 and 1 for each label', () => {
  const expected = [
    ['0', '1', '2'],
    [1, 0, 1],
    [0, 0, 0],
    [0, 1, 0],
  ];

  test.each<[string, string, string]>([
    [
      'JSON',
      'r.jsonl',
      jsonl([
        [1, 0, 1],
        [0, 0, 0],
        [0, 1, 0],
      ]),
    ],
    [
      'fractions in JSON',
      'r.jsonl',
      jsonl([
        [1.0, 0.0, 1.0],
        [0, 0, 0],
        [false, true, false],
      ]),
    ],
    ['JSON in a cell', 'r.csv', csv(['[1, 0, 1]', '[0,0,0]', '[0, 1, 0]'])],
    ['Python in a cell', 'r.csv', csv(['[True, False, True]', '[0, 0, 0]', '[False, True, False]'])],
    ['NumPy in a cell', 'r.csv', csv(['[1 0 1]', '[0 0 0]', '[0 1 0]'])],
    [
      'texts in JSON',
      'r.jsonl',
      jsonl([
        ['1', '0', '1'],
        ['0', '0', '0'],
        ['0', '1', '0'],
      ]),
    ],
    ['texts in a cell', 'r.csv', csv(["['1', '0', '1']", "['0', '0', '0']", "['0', '1', '0']"])],
    ['arrays', 'r.csv', csv(['array([1, 0, 1])', 'array([0, 0, 0], dtype=int64)', 'np.array([0, 1, 0])'])],
    [
      'tensors',
      'r.csv',
      csv(['tensor([1., 0., 1.])', "tensor([0., 0., 0.], device='cuda:0')", 'torch.tensor([0, 1, 0])']),
    ],
    ['NumPy scalars', 'r.csv', csv(['[np.int64(1), np.int64(0), np.int64(1)]', '[0, 0, 0]', '[0, 1, 0]'])],
    ['NumPy with fractions', 'r.csv', csv(['[1. 0. 1.]', '[0. 0. 0.]', '[0. 1. 0.]'])],
  ])('in %s', async (_, name, content) => {
    const task = await fromMemory({ [name]: content });
    expect(task.info.problem).toBe('multiLabelClassification');
    expect(task.layout.form).toBe('vectors');
    expect(await read(task, 3)).toEqual(expected);
  });

  test('have the names that are given, as many as there are values', async () => {
    const file = {
      'r.jsonl': jsonl([
        [1, 0, 1],
        [0, 0, 0],
      ]),
    };
    const task = await fromMemory(file, { labels: ['toxic', 'insult', 'threat'] });
    expect(task.info.labels).toEqual(['toxic', 'insult', 'threat']);
    expect([...(task.layout.labelCounts ?? [])]).toEqual([
      ['toxic', 6],
      ['insult', 0],
      ['threat', 6],
    ]);
    expect((await errorOf(file, { labels: ['a', 'b'] })).message).toContain(
      'the option labels has 2 names for 3 values in each list',
    );
  });

  test('are of one length in all rows', async () => {
    const error = await errorOf({
      'r.jsonl': jsonl([
        [1, 0, 1],
        [0, 1, 0],
        [0, 1],
      ]),
    });
    expect([error.name, error.message]).toEqual([
      'MalformedRowError',
      'r.jsonl, line 3: the list of labels has 2 values, expected 3: one for each label.',
    ]);
    const files = {
      'train.jsonl': jsonl([
        [1, 0, 1],
        [0, 1, 1],
      ]),
      'test.jsonl': jsonl([[1, 1]]),
    };
    expect((await errorOf(files)).message).toContain(
      'test.jsonl, line 1: the label is [1,1], expected a list of 3 values that are 0 or 1.',
    );
  });
});

describe('lists of labels', () => {
  const expected = [
    ['a', "b's"],
    [1, 1],
    [0, 0],
    [1, 0],
  ];

  test.each<[string, string | null, string]>([
    ['JSON', 'JSON', csv([`["a", "b's"]`, '[]', '["a"]'])],
    ['Python', 'Python', csv([`['a', "b's"]`, '[]', "['a']"])],
    ['Python, tuples', 'Python', csv([`('a', "b's")`, '()', "('a',)"])],
    ['Python, sets', 'Python', csv([`{'a', "b's"}`, 'set()', "{'a'}"])],
    ['Python, frozen sets', 'Python', csv([`frozenset({'a', "b's"})`, 'frozenset()', "frozenset({'a'})"])],
    [
      'arrays',
      'Python',
      csv([`array(['a', "b's"], dtype=object)`, 'array([], dtype=object)', "array(['a'])"]),
    ],
    ['NumPy', 'NumPy', csv([`['a' "b's"]`, '[]', "['a']"])],
    ['JSON lines', 'typed', jsonl([['a', "b's"], [], ['a']])],
    ['JSON lines that hold Python', 'Python', jsonl([`['a', "b's"]`, '[]', "['a']"])],
  ])('as %s writes them', async (_, syntax, content) => {
    const name = content.startsWith('{') ? 'r.jsonl' : 'r.csv';
    const task = await fromMemory({ [name]: content });
    expect(task.layout).toMatchObject({ problem: 'multiLabelClassification', form: 'lists', syntax });
    expect(await read(task, 3)).toEqual(expected);
  });

  test('of numbers are labels where they are more than 0 and 1, or where no length fits', async () => {
    expect((await fromMemory({ 'r.jsonl': jsonl([[0, 2], [1], []]) })).info.labels).toEqual(['0', '1', '2']);
    expect((await fromMemory({ 'r.jsonl': jsonl([[0], [1], []]) })).info.labels).toEqual(['0', '1']);
    expect((await fromMemory({ 'r.csv': csv(['{0, 1}', '{1, 0}']) })).layout.form).toBe('lists');
  });

  test.each<[string, string, number]>([
    ['a name among lists', csv(["['a', 'b']", 'a', '[]']), 3],
    ['an empty cell among lists', csv(["['a', 'b']", '[]', '']), 4],
    ['NumPy among lists with commas', csv(["['a', 'b']", "['a' 'b']"]), 3],
    ['a list that does not end', csv(["['a', 'b']", "['a', 'b'"]), 3],
    ['a text among lists', jsonl([['a'], 'a']), 2],
    ['null among lists', jsonl([['a'], null]), 2],
  ])('%s is an error of that row', async (_, content, line) => {
    const error = await errorOf({ [content.startsWith('{') ? 'r.jsonl' : 'r.csv']: content });
    expect([error.name, error.line]).toEqual(['MalformedRowError', line]);
  });

  test.each<[string, string, number, string]>([
    ['negative numbers', jsonl([[1, -1, 1]]), 1, 'which has a number twice'],
    ['negative numbers once', jsonl([[1], [1, -1]]), 2, 'which holds a negative number'],
    ['probabilities', jsonl([[0.9, 0.1, 0.3]]), 1, 'which holds a fraction'],
    ['probabilities as texts', jsonl([['0.9', '0.1', '0.3']]), 1, 'which holds a fraction'],
    ['counts', jsonl([[0, 2, 0]]), 1, 'which has a number twice'],
    ['counts in NumPy', csv(['[0 2 0]']), 2, 'which has a number twice'],
    ['counts in an array', csv(['array([0, 2, 0])']), 2, 'which has a number twice'],
    [
      'a number among 0 and 1',
      jsonl([
        [1, 0, 1],
        [0, 1, 1],
        [1, 0, 3],
      ]),
      3,
      'line 1 has [1,0,1], 0 or 1 for each',
    ],
    ['a number beside names', jsonl([[1, 0], ['a']]), 2, 'line 1 has [1,0], 0 or 1 for each'],
    [
      'an empty label',
      jsonl([
        ['a', 'b'],
        ['a', ''],
      ]),
      2,
      'a label in the list is empty',
    ],
    ['a list in a list of texts', jsonl([['a'], ["['a', 'b']"]]), 2, 'a list itself'],
    ['a dictionary', csv(["{'a': 1, 'b': 0}"]), 2, 'a dictionary and no list'],
    ['a dictionary beside names', csv(['a', '{"a": 1}']), 3, 'a dictionary and no list'],
    ['a list quoted twice', csv([`"['a', 'b']"`, 'a']), 2, 'a list in quotation marks of its own'],
    ['a list quoted twice in JSON', jsonl(['"[\\"a\\"]"']), 1, 'a list in quotation marks of its own'],
    [
      'an array of arrays',
      csv(['array([[1, 0]])', 'a']),
      2,
      'an array or a set that cannot be read as one list',
    ],
    ['an array cut short', csv(['a', 'array([0, 1, ..., 1])']), 3, 'an array or a set that cannot be read'],
    ['a name among sets', csv(["{'a', 'b'}", 'a']), 3, 'written in another way'],
  ])('%s is refused', async (_, content, line, what) => {
    const error = await errorOf({ [content.startsWith('{') ? 'r.jsonl' : 'r.csv']: content });
    expect([error.name, error.line]).toEqual(['MalformedRowError', line]);
    expect(error.message).toContain(what);
  });

  test('of numbers are checked in every file', async () => {
    const files = { 'train.jsonl': jsonl([[0, 2], [1]]), 'test.jsonl': jsonl([[0, 2, 0]]) };
    expect((await errorOf(files)).message).toContain('test.jsonl, line 1: the label is the list [0,2,0]');
  });

  test('of names that look like versions, or of known numbers, are labels', async () => {
    const versions = await fromMemory({ 'r.jsonl': jsonl([['3.11', '3.12'], ['3.12'], []]) });
    expect(versions.info.labels).toEqual(['3.11', '3.12']);
    const known = await fromMemory({ 'r.jsonl': jsonl([[1, -1], [0]]) }, { labels: ['-1', '0', '1'] });
    expect(await read(known, 2)).toEqual([
      ['-1', '0', '1'],
      [1, 0, 1],
      [0, 1, 0],
    ]);
  });

  test('of 0 and 1 once each are 0 or 1 for each label, with a doubt', async () => {
    const { layout } = await fromMemory({
      'r.jsonl': jsonl([
        [0, 1],
        [1, 0],
      ]),
    });
    expect(layout.form).toBe('vectors');
    expect(layout.doubts).toEqual([
      {
        about: 'lists such as [0,1] are read as 0 or 1 for each of two labels',
        option: null,
        value: 'if they are numbers of labels, write names in their place',
      },
    ]);
    expect(
      (
        await fromMemory({
          'r.jsonl': jsonl([
            [0, 1],
            [1, 1],
          ]),
        })
      ).layout.doubts,
    ).toEqual([]);
  });

  test.each([[{ toString: 1 }], [null], [['a']]])('%j is no label in a list', async (item) => {
    const error = await errorOf({ 'r.jsonl': jsonl([['a'], ['b', item]]) });
    expect(error.message).toMatch(/^r\.jsonl, line 2: a label is .*, expected a text or a number\.$/);
  });

  test('a name in brackets is a name', async () => {
    const task = await fromMemory({ 'r.csv': csv(['[CLS]', '(none)', '{x}']) });
    expect(task.info).toMatchObject({
      problem: 'singleLabelClassification',
      labels: ['(none)', '[CLS]', '{x}'],
    });
  });
});

describe('commas between labels', () => {
  const file = { 'r.csv': csv(['a, b', 'b', '']) };

  test('separate them where the problem is multi-label', async () => {
    const task = await fromMemory(file, { problem: 'multiLabelClassification' });
    expect(task.layout.separator).toBe(',');
    expect(await read(task, 3)).toEqual([
      ['a', 'b'],
      [1, 1],
      [0, 1],
      [0, 0],
    ]);
  });

  test('belong to the names that are given', async () => {
    const task = await fromMemory(file, { problem: 'multiLabelClassification', labels: ['a, b', 'b'] });
    expect(await read(task, 2)).toEqual([
      ['a, b', 'b'],
      [1, 0],
      [0, 1],
    ]);
    const one = { 'r.csv': 'text,label\nx,"a, b"\n' };
    const known = { problem: 'multiLabelClassification', labels: ['a', 'b'], scoreOnly: true } as const;
    expect((await fromMemory(one, known)).layout.separator).toBe(',');
  });
});

describe('a column for each label', () => {
  const file = {
    'r.csv': `id,text,toxic,insult,threat\n${Array.from({ length: 20 }, (_, i) => `${i + 100},t${i},${i % 2},${i % 3 === 0 ? '1.0' : '0'},False`).join('\n')}\n`,
  };

  test('is read when all are named', async () => {
    const task = await fromMemory(file, { label: ['toxic', 'insult', 'threat'] });
    expect(task.layout).toMatchObject({
      form: 'columns',
      label: ['toxic', 'insult', 'threat'],
      text: 'text',
    });
    expect(await read(task, 2)).toEqual([
      ['toxic', 'insult', 'threat'],
      [0, 1, 0],
      [1, 0, 0],
    ]);
    const renamed = await fromMemory(file, { label: ['insult', 'toxic'], labels: ['I', 'T'] });
    expect(await read(renamed, 1)).toEqual([
      ['I', 'T'],
      [1, 0],
    ]);
  });

  test('is suggested where nothing is named', async () => {
    const error = await errorOf(file);
    expect(error.name).toBe('ColumnError');
    expect(error.message).toMatch(/give the option label: \['toxic', 'insult', 'threat'\]$/);
    expect((await errorOf(file, { text: 'text' })).message).toMatch(
      /give the option label: \['toxic', 'insult', 'threat'\]$/,
    );
    const parquet = parquetFile(
      { text: 'STRING', 'is toxic': 'INT64', insult: 'BOOLEAN' },
      Array.from({ length: 4 }, (_, i) => ({ text: `t${i}`, 'is toxic': i % 2, insult: i === 3 })),
    );
    expect((await errorOf({ 'r.parquet': parquet })).message).toMatch(
      /give the option label: \['is toxic', 'insult'\]$/,
    );
  });

  test.each(['id', 'ID', 'index', 'idx', 'row', 'row_id', 'Unnamed: 0'])(
    'is not suggested of %s',
    async (name) => {
      const rows = { 'r.csv': `${name},text,a,b\n0,x,yes,true\n1,y,No,False\n` };
      expect((await errorOf(rows)).message).toMatch(
        /"a", "b" hold only 0 and 1, or yes and no\..*label: \['a', 'b'\]$/,
      );
      const task = await fromMemory(rows, { label: ['a', 'b'], scoreOnly: true });
      expect((await allRows(task)).map(({ label }) => label)).toEqual([
        [1, 1],
        [0, 0],
      ]);
    },
  );

  test.each<[string, object, string]>([
    [
      'text,a,b\nx,0,1\ny,2,0\n',
      { label: ['a', 'b'] },
      'r.csv, line 3: the column "a" holds "2", expected 0 or 1',
    ],
    ['text,a,b\nx,0,1\ny,,0\n', { label: ['a', 'b'] }, 'line 3: row 2 has no label in the column "a"'],
    ['text,a,b\nx,0,1\n', { label: ['a', 'c'] }, 'no column "c"'],
    ['text,a,b\nx,0,1\n', { label: ['a', 'a'] }, 'the option label names the column "a" twice'],
    ['text,a,b\nx,0,1\n', { label: [] }, 'the option label names no column'],
    ['text,a,b\nx,0,1\n', { label: ['a', 'b'], labels: ['x'] }, 'the option labels has 1 name for 2 columns'],
    [
      'text,a,b\nx,0,1\n',
      { label: ['a', 'b'], problem: 'regression' },
      'several columns of labels make a multi-label problem',
    ],
  ])('%j with %j is refused', async (content, options, message) => {
    expect((await errorOf({ 'r.csv': content }, options)).message).toContain(message);
  });
});
