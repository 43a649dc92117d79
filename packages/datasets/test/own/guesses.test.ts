// What labels are taken for, where that is uncertain, and which option says otherwise.
import { describe, expect, test } from 'vitest';
import { type Doubt, memorySource, readTextFile } from '../../src/index.ts';
import { allRows, errorOf, fromMemory } from './support.ts';

const csv = (labels: readonly string[], count = 60, separator = ','): string =>
  `text${separator}label\n${Array.from({ length: count }, (_, i) => `t${i}${separator}${labels[i % labels.length]}`).join('\n')}\n`;
const jsonl = (labels: readonly unknown[], count = 20): string =>
  Array.from({ length: count }, (_, i) =>
    JSON.stringify({ text: `t${i}`, label: labels[i % labels.length] }),
  ).join('\n');
const doubted = (doubts: readonly Doubt[]): string[] =>
  doubts.map(({ option, value }) => `${option} ${value}`);

describe('numbers and names', () => {
  test('digits that begin with a zero are names', async () => {
    const codes = Array.from({ length: 25 }, (_, i) => String(i + 1).padStart(3, '0'));
    const task = await fromMemory({ 'r.csv': csv(codes, 100) });
    expect(task.info).toMatchObject({ problem: 'singleLabelClassification', labels: codes });
    expect(doubted(task.layout.doubts)).toEqual(['problem regression']);
    const scores = await fromMemory({ 'r.csv': csv(codes, 100) }, { problem: 'regression' });
    expect((await allRows(scores))[2]!.label).toBe(3);
  });

  test('one text among numbers is an error that names row and value', async () => {
    const rows = Array.from({ length: 120 }, (_, i) => `t${i},${i === 76 ? 'N/A' : i / 8}`).join('\n');
    const file = { 'r.csv': `text,score\n${rows}\n` };
    const error = await errorOf(file);
    expect([error.name, error.message]).toEqual([
      'MalformedRowError',
      `r.csv, line 78: row 77 has the label "N/A", and 119 of the 120 labels are numbers. Fill it in, or remove the row; to use all labels as names, give the option problem: 'singleLabelClassification'.`,
    ]);
  });

  test('commas before the fraction are read where all numbers have them', async () => {
    const task = await fromMemory({ 'r.csv': csv(['1,5', '2', '0,25', '-3,75'], 40, ';') });
    expect(task.info.problem).toBe('regression');
    expect((await allRows(task)).slice(0, 4).map(({ label }) => label)).toEqual([1.5, 2, 0.25, -3.75]);
    expect(doubted(task.layout.doubts)).toEqual(['problem singleLabelClassification', 'decimal point']);
    const asNames = await fromMemory({ 'r.csv': csv(['1,5', '2'], 40, ';') }, { decimal: 'point' });
    expect(asNames.info.labels).toEqual(['1,5', '2']);
  });

  test.each<[readonly string[], string]>([
    [['1,5', '2.5'], 'line 3: the label is "2.5", with a point before the fraction, and line 2 has "1,5"'],
    [
      ['3', '2.5', '1,5', '.5'],
      'line 4: the label is "1,5", with a comma before the fraction, and line 3 has "2.5"',
    ],
    [['1,5', '-2,25', '0.5', '7'], 'line 4: the label is "0.5", with a point before the fraction'],
  ])(
    'both marks before fractions, as in %j, are an error with the line of the other',
    async (labels, what) => {
      for (const options of [{}, { problem: 'regression' }, { decimal: 'comma' }] as const) {
        const error = await errorOf({ 'r.csv': csv(labels, 40, ';') }, options);
        expect(error.name).toBe('MalformedRowError');
        expect(error.message).toContain(what);
        expect(error.message).toContain('Write all numbers alike; to use all labels as names, ');
      }
      const asNames = { problem: 'singleLabelClassification' } as const;
      expect((await fromMemory({ 'r.csv': csv(labels, 40, ';') }, asNames)).info.labels).toHaveLength(
        labels.length,
      );
    },
  );

  test('scores are no doubt where all have a fraction', async () => {
    const doubts = async (labels: readonly string[]): Promise<readonly string[]> =>
      doubted((await fromMemory({ 'r.csv': csv(labels, 60) })).layout.doubts);
    expect(await doubts(['0.5', '1.25', '3.0'])).toEqual([]);
    expect(await doubts(['0.5', '1.25', '3'])).toEqual(['problem singleLabelClassification']);
  });

  test.each<[string, readonly string[], string, string]>([
    [
      'comma',
      ['"1,200"', '"12,500"', '900'],
      ',',
      "give the option decimal: 'comma'; if it is 1200, write it without the comma",
    ],
    [
      'comma',
      ['1,200', '12,500', '900'],
      ';',
      "give the option decimal: 'comma'; if it is 1200, write it without the comma",
    ],
    [
      'point',
      ['1.200', '12.500', '900'],
      ';',
      "give the option decimal: 'point'; if it is 1200, write it without the point",
    ],
  ])(
    'a %s that may separate thousands is an error that says what settles it: %j',
    async (sign, labels, separator, advice) => {
      const file = { 'r.csv': csv(labels, 60, separator) };
      for (const options of [{}, { problem: 'regression' }] as const) {
        const error = await errorOf(file, options);
        expect([error.name, error.line]).toEqual(['MalformedRowError', 2]);
        expect(error.message).toContain(`which may be 1.2 or 1200. If it is 1.2, ${advice}`);
      }
      const said = await fromMemory(file, { decimal: sign as 'comma' });
      expect((await allRows(said)).slice(0, 3).map(({ label }) => label)).toEqual([1.2, 12.5, 900]);
      const other = await errorOf(file, { decimal: sign === 'comma' ? 'point' : 'comma' });
      expect(other.message).toContain(`with a ${sign} between its digits, which is not read. Write 1200;`);
      const names = await fromMemory(file, { problem: 'singleLabelClassification' });
      expect(names.info.labels).toHaveLength(3);
    },
  );

  test.each<[readonly string[], string, string]>([
    [
      ['"1,200,000"', '"1,200"', '5'],
      ',',
      'line 2: the label is "1,200,000", with a comma between its digits',
    ],
    [['"1,200"', '2.5', '3'], ',', 'line 2: the label is "1,200", with a comma between its digits'],
    [['1.200', '2,5', '3'], ';', 'line 2: the label is "1.200", with a point between its digits'],
  ])('thousands in %j are refused', async (labels, separator, what) => {
    expect((await errorOf({ 'r.csv': csv(labels, 60, separator) })).message).toContain(what);
  });

  test.each<[readonly string[], string]>([
    [['1.200', '12.500', '0'], ','],
    [['0,125', '0,250', '1,500'], ';'],
    [['0.125', '1.250', '2'], ';'],
    [['1,25', '1,200', '2'], ';'],
  ])('fractions of three digits in %j are scores', async (labels, separator) => {
    expect((await fromMemory({ 'r.csv': csv(labels, 60, separator) })).info.problem).toBe('regression');
  });

  test.each([
    ['$0.5', '$1', '$2.25'],
    ['35%', '40 %', '7%'],
    ['1.000,50', '2.000,75', '3,5'],
    ['5 USD', '6 USD', '7'],
  ])('numbers with signs such as %s are classes, with a doubt', async (...labels) => {
    const { layout } = await fromMemory({ 'r.csv': csv(labels, 60, ';') });
    expect(layout.problem).toBe('singleLabelClassification');
    expect(layout.doubts).toEqual([
      {
        about: `labels such as "${labels[0]}" are numbers with signs and read as classes`,
        option: null,
        value: 'to have scores, write plain numbers such as 0.5 or 1000',
      },
    ]);
  });

  test('whole numbers beyond 2^53 are names or refused, never rounded', async () => {
    const large = ['9007199254740993', '9007199254740992'];
    expect((await fromMemory({ 'r.csv': csv(large) })).info.labels).toEqual(large.toReversed());
    const scored = await errorOf({ 'r.csv': csv(large) }, { problem: 'regression' });
    expect(scored.message).toContain('the label is "9007199254740993", expected a number');
    const json = await errorOf({
      'r.jsonl': '{"text":"a","label":9007199254740993}\n{"text":"b","label":1}',
    });
    expect(json.message).toMatch(
      /line 1: .*9007199254740992, a number beyond 2\^53 that may have lost digits/,
    );
  });

  test('negative numbers come first', async () => {
    expect((await fromMemory({ 'r.csv': csv(['0', '1', '-1']) })).info.labels).toEqual(['-1', '0', '1']);
  });

  test.each([['nan'], ['NaN'], ['null'], ['N/A'], ['<NA>']])(
    '%s is no label unless it is listed',
    async (mark) => {
      const error = await errorOf({ 'r.csv': csv(['yes', 'no', mark]) });
      expect(error.message).toContain(
        `r.csv, line 4: a label is "${mark}", which stands for a missing value`,
      );
      const task = await fromMemory({ 'r.csv': csv(['yes', 'no', mark]) }, { labels: [mark, 'no', 'yes'] });
      expect(task.info.labels).toEqual([mark, 'no', 'yes']);
    },
  );

  test('what may stand for a missing label is named', async () => {
    const { layout } = await fromMemory({ 'r.csv': csv(['yes', 'no', 'None']) });
    expect(layout.doubts).toEqual([
      { about: '"None" counts as a label like the others', option: 'labels', value: '…' },
    ]);
  });

  test.each<[string, readonly unknown[], number]>([
    ['a number among texts', ['a', 'b', 1], 3],
    ['truth among numbers', [1, 0, true], 3],
    ['a text among truth', [true, 'false'], 2],
  ])('%s is an error in JSON', async (_, labels, line) => {
    const error = await errorOf({ 'r.jsonl': jsonl(labels) });
    expect([error.name, error.line]).toEqual(['MalformedRowError', line]);
    const forced = await fromMemory({ 'r.jsonl': jsonl(labels) }, { problem: 'singleLabelClassification' });
    expect(forced.info.problem).toBe('singleLabelClassification');
  });

  test.each([[{ toString: 1 }], [{ toJSON: 1, length: 3 }], [{ constructor: null }]])(
    'an object such as %j is neither text nor label',
    async (object) => {
      for (const options of [
        {},
        { problem: 'regression' },
        { problem: 'multiLabelClassification' },
      ] as const) {
        const error = await errorOf({ 'r.jsonl': jsonl([object]) }, options);
        expect(error.name).toMatch(/^(MalformedRow|Label)Error$/);
        expect(error.message).toContain('r.jsonl, line 1: ');
      }
      const text = await errorOf({
        'r.jsonl': `${JSON.stringify({ text: object, label: 'a' })}\n${jsonl(['b'])}`,
      });
      expect(text.message).toContain('line 1: the column "text" holds {');
    },
  );

  test('values that are nested without end are shown briefly', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    for (const row of [`{"text":${deep},"label":"a"}`, `{"text":"a","label":{"a":${deep}}}`]) {
      const error = await errorOf({ 'r.jsonl': `${row}\n${jsonl(['b'])}` });
      expect(error.name).toBe('MalformedRowError');
      expect(error.message.length).toBeLessThan(300);
    }
    const bomb = await errorOf({ 'r.json': '['.repeat(2_000_000) });
    expect(bomb.message).toContain('it is nested too deeply');
  });
});

describe('doubts', () => {
  test.each<[string, object, string[]]>([
    [csv(['0', '1']), {}, ['problem regression']],
    [csv(['0', '1']), { problem: 'singleLabelClassification' }, []],
    [csv(['a', 'b']), {}, []],
    [csv(['a|b', 'b']), {}, ['problem multiLabelClassification']],
    [csv(['"a, b"', 'b', '"c,a"']), {}, ['problem multiLabelClassification']],
    [csv(['"1, 2"', '3', '"1,2,4"']), {}, ['problem regression', 'problem multiLabelClassification']],
    [csv(['"a, b"', 'b', '"c,a"']), { problem: 'multiLabelClassification' }, ['labels …']],
    [`text,label\nx,"a, b"\ny,a\nz,b\nw,a\n`, {}, []],
    [csv(['"it is good, and I would buy it again"', '"no, I would not do so ever again"']), {}, []],
    [csv(['1', '2', 'x']), {}, ['problem regression']],
    [csv(Array.from({ length: 60 }, (_, i) => `x${i}`)), {}, ['label …']],
    ['title,text,label\na,b,x\nc,d,y\ne,f,x\ng,h,y\n', {}, ['text title']],
    ['text,label,score\na,x,1\nb,y,2\nc,x,1\nd,y,2\n', {}, ['label score']],
    ['text;label,x\na;p\nb;q\nc;p\nd;q\n', {}, ['delimiter comma']],
    ['text;label,x\na;p\nb;q\nc;p\nd;q\n', { delimiter: 'semicolon' }, []],
    ['review,good\na,good\nb,bad\nc,good\nd,bad\n', {}, ['header none']],
    ['review,mood\na,good\nb,bad\nc,good\nd,bad\n', {}, []],
  ])('of %j with %j', async (content, options, expected) => {
    expect(doubted((await fromMemory({ 'r.csv': content }, options)).layout.doubts)).toEqual(expected);
  });

  test('a label of very many letters is looked at once', async () => {
    const began = performance.now();
    const task = await fromMemory({ 'r.csv': csv(['b', 'a'.repeat(60_000)], 4) });
    expect(doubted(task.layout.doubts)).toEqual([]);
    expect(performance.now() - began).toBeLessThan(5000);
  });

  test('of a file of texts whose first line may be one', async () => {
    const read = (options = {}): ReturnType<typeof readTextFile> =>
      readTextFile({
        data: memorySource({ 'r.csv': 'Great value.\nToo loud.\n' }),
        file: 'r.csv',
        ...options,
      });
    expect((await read()).doubts).toEqual([
      {
        about: "the first line is taken for names of columns ('Great value.')",
        option: 'header',
        value: 'none',
      },
    ]);
    expect((await read({ header: 'none' })).texts).toEqual([['Great value.'], ['Too loud.']]);
  });
});

describe('options that overrule', () => {
  test('a file without a line of names', async () => {
    const file = {
      'r.tsv': 'gj04\t1\t\tShe "went.\nbc01\t0\t*\tHim go.\nks08\t1\t\tYes.\ncj99\t0\t*\tNo go.\n',
    };
    const task = await fromMemory(file, { header: 'none', quote: 'none', text: '4', label: '2' });
    expect((await allRows(task)).map(({ texts, label }) => [texts[0], label])).toEqual([
      ['She "went.', 1],
      ['Him go.', 0],
      ['Yes.', 1],
      ['No go.', 0],
    ]);
  });

  test('a separator', async () => {
    const task = await fromMemory({ 'r.csv': csv(['a,b', 'c,d'], 20, '|') }, { delimiter: 'pipe' });
    expect(task.info.labels).toEqual(['a,b', 'c,d']);
    for (const line of ['sep=;', '"sep=;"']) {
      const said = await fromMemory({ 'r.csv': `${line}\n${csv(['a,b', 'c,d'], 20, ';')}` });
      expect(said.info.labels).toEqual(['a,b', 'c,d']);
    }
  });

  test('are refused for other kinds of files', async () => {
    const error = await errorOf({ 'r.jsonl': jsonl(['a', 'b']) }, { quote: 'none' });
    expect(error.message).toBe(
      'the option quote is for .csv and .tsv files, and r.jsonl is not one; leave it out.',
    );
  });

  test('labels must differ, and are for classes', async () => {
    expect((await errorOf({ 'r.csv': csv(['a', 'b']) }, { labels: ['a', ' a'] })).name).toBe(
      'InvalidOptionError',
    );
    const error = await errorOf({ 'r.csv': csv(['1', '2']) }, { labels: ['1', '2'], problem: 'regression' });
    expect(error.message).toContain("the option labels is for classes, and problem: 'regression' for scores");
  });
});
