// What files may look like, and what is said where they are broken.
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parquetFile } from '../../../../test/support/parquet.ts';
import {
  DatasetError,
  LabelError,
  loadTask,
  MalformedRowError,
  MissingColumnError,
  MissingFileError,
} from '../../src/index.ts';
import { allRows, errorOf, fromMemory, reviews } from './support.ts';

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const padding = 'x,good\nx,bad\n'.repeat(5);
const texts = async (file: string, content: string | Uint8Array<ArrayBuffer>): Promise<unknown[]> =>
  (await allRows(await fromMemory({ [file]: content }))).map((row) => row.texts[0]);

describe('what is read', () => {
  test('quotation marks, doubled ones, separators and line ends in texts', async () => {
    const rows = ['"a, b",good', '"she said ""no"".",bad', '"two\nlines",good', ' plain ,bad', '"",bad'];
    const read = await texts('r.csv', `text,label\n${rows.slice(0, 4).join('\n')}\n${padding}`);
    expect(read.slice(0, 4)).toEqual(['a, b', 'she said "no".', 'two\nlines', ' plain ']);
    await expect(texts('r.csv', `text,label\n${rows.join('\n')}\n`)).rejects.toThrow(
      'r.csv, line 7: row 5 has no text in the column "text". Fill it in, or remove the row.',
    );
  });

  test('a byte order mark, CRLF, CR alone, empty lines and lines of separators alone make no difference', async () => {
    const plain = await loadTask(await fromMemory({ 'r.csv': reviews(20) }));
    for (const changed of [
      `\ufeff${reviews(20)}`,
      reviews(20).replaceAll('\n', '\r\n'),
      reviews(20).replaceAll('\n', '\r'),
      reviews(20).replaceAll('\n', '\n\n'),
      `\n${reviews(20)}\n\n,\n , \n`,
      reviews(20).trimEnd(),
    ]) {
      const task = await loadTask(await fromMemory({ 'r.csv': changed }));
      expect(task.fingerprint, JSON.stringify(changed.slice(0, 20))).toBe(plain.fingerprint);
    }
  });

  test('other separators, gzip, JSON lines, a JSON list and parquet give the same rows', async () => {
    const { fingerprint } = await loadTask(await fromMemory({ 'r.csv': reviews(20) }));
    const objects = reviews(20)
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
      .map(([text, label]) => ({ label, text }));
    const lines = objects.map((each) => JSON.stringify(each));
    const files: [string, string | Uint8Array<ArrayBuffer>][] = [
      ['r.csv', reviews(20).replaceAll(',', ';')],
      ['r.csv', reviews(20).replaceAll(',', '\t')],
      ['r.tsv', reviews(20).replaceAll(',', '\t')],
      ['r.CSV', reviews(20)],
      ['r.csv.gz', Uint8Array.from(gzipSync(reviews(20)))],
      ['r.jsonl', `${lines.join('\n\n')}\n`],
      ['r.jsonl', `\ufeff${lines.join('\r\n')}`],
      ['r.jsonl.gz', Uint8Array.from(gzipSync(lines.join('\n')))],
      ['r.json', JSON.stringify(objects, null, 2)],
      ['r.parquet', parquetFile({ label: 'STRING', text: 'STRING' }, objects)],
    ];
    for (const [name, content] of files)
      expect((await loadTask(await fromMemory({ [name]: content }))).fingerprint, name).toBe(fingerprint);
  });

  test('texts stay as they are, astral characters and decomposed accents too', async () => {
    const odd = ['漢字😀', 'cafe\u0301', '\u2028sep', '  blank  ', '__proto__'];
    const rows = odd.map((text, i) => `${text},${i % 2 ? 'good' : 'bad'}`);
    expect((await texts('r.csv', `text,label\n${rows.join('\n')}\n${padding}`)).slice(0, 5)).toEqual(odd);
    const lines = odd.map((text, i) => JSON.stringify({ text, label: i % 2 ? 'good' : 'bad', __proto__: 1 }));
    expect((await texts('r.jsonl', lines.concat(lines).join('\n'))).slice(0, 5)).toEqual(odd);
  });
});

describe('what is broken is named', () => {
  test.each<[string, string, string | Uint8Array<ArrayBuffer>, string, string]>([
    [
      'a missing label',
      'r.csv',
      'text,label\na,x\n"b\nc",y\n\nd,\n',
      'MalformedRowError',
      'r.csv, line 6: row 3 has no label in the column "label"',
    ],
    [
      'a missing label in JSON',
      'r.jsonl',
      '{"text":"a","label":"x"}\n{"text":"b"}\n',
      'MalformedRowError',
      'r.jsonl, line 2: row 2 has no label',
    ],
    [
      'a null label in a list',
      'r.json',
      '[{"text":"a","label":"x"},{"text":"b","label":null}]',
      'MalformedRowError',
      'r.json, item 2: row 2 has no label',
    ],
    [
      'a text that is a list',
      'r.jsonl',
      '{"text":["a"],"label":"x"}\n{"text":"b","label":"y"}',
      'MalformedRowError',
      'the column "text" holds ["a"], not a text',
    ],
    [
      'a label that is an object',
      'r.jsonl',
      '{"text":"a","label":{"a":1}}\n',
      'MalformedRowError',
      'a label is {"a":1}',
    ],
    [
      'too few columns',
      'r.csv',
      'text,label\n"a\nb",x\nb\n',
      'MalformedRowError',
      'r.csv, line 4: the row has 1 column, expected 2. Add what is missing, or remove the row.',
    ],
    [
      'too many columns',
      'r.csv',
      'text,label\na, b,x\n',
      'MalformedRowError',
      'r.csv, line 2: the row has 3 columns, expected 2',
    ],
    [
      'a quotation mark without its end',
      'r.csv',
      'text,label\na,x\n"b,y\nc,x\n',
      'MalformedRowError',
      'r.csv, line 3: a text that begins with a quotation mark',
    ],
    [
      'a quotation mark inside quotation',
      'r.csv',
      'text,label\n"a" b,x\n',
      'MalformedRowError',
      'r.csv, line 2: a text that begins with a quotation mark',
    ],
    [
      'a column twice',
      'r.csv',
      'text,label,text\na,x,b\n',
      'ColumnError',
      'r.csv: two columns have the name "text"',
    ],
    [
      'a broken line of JSON',
      'r.jsonl',
      '{"text":"a","label":"x"}\n\n{"text":"b",\n',
      'MalformedRowError',
      'r.jsonl, line 3: not JSON',
    ],
    [
      'a line that is no object',
      'r.jsonl',
      '["a","x"]\n',
      'MalformedRowError',
      'r.jsonl, line 1: not an object with a value for each column',
    ],
    ['JSON that is no list', 'r.json', '{"rows":[]}', 'UnreadableFileError', 'it must be a list of objects'],
    [
      'a broken list',
      'r.json',
      '[{"text":"a"}',
      'UnreadableFileError',
      'Could not read r.json: it is not JSON',
    ],
    [
      'an item that is no object',
      'r.json',
      '[{"text":"a","label":"x"},3]',
      'MalformedRowError',
      'r.json, item 2: not an object with a value for each column',
    ],
    ['an empty file', 'r.csv', '', 'EmptyFileError', 'r.csv has no rows. Add rows to it'],
    [
      'a header alone',
      'r.csv',
      'text,label\n\n',
      'EmptyFileError',
      'r.csv has a header but no rows. Add rows to it',
    ],
    ['an empty file of lines', 'r.jsonl', '\n', 'EmptyFileError', 'r.jsonl has no rows. Add rows to it'],
    ['an empty list', 'r.json', '[]', 'EmptyFileError', 'r.json has no rows'],
    ['an empty JSON file', 'r.json', '', 'EmptyFileError', 'r.json has no rows'],
    [
      'one label only',
      'r.csv',
      'text,label\na,x\nb,x\n',
      'ColumnError',
      'the column "label" has one label only, "x"; a classifier needs at least two',
    ],
    [
      'another kind of file',
      'r.xlsx',
      'PK',
      'DatasetError',
      'must end in one of .csv, .tsv, .jsonl, .json, .parquet',
    ],
    [
      'damaged parquet',
      'r.parquet',
      'PAR1',
      'UnreadableFileError',
      'it is not a parquet file, or it is damaged',
    ],
    [
      'damaged gzip',
      'r.csv.gz',
      Uint8Array.from(gzipSync(reviews(20))).slice(0, -9),
      'UnreadableFileError',
      'gzip',
    ],
  ])('%s', async (_, name, content, kind, message) => {
    const error = await errorOf({ [name]: content });
    expect([error instanceof DatasetError, error.name]).toEqual([true, kind]);
    expect(error.message).toContain(message);
  });

  test.each(['r.csv', 'r.jsonl'])('text that is not UTF-8 in %s', async (name) => {
    const file = bytes(name === 'r.csv' ? 'text,label\na,x\nbé,y\n' : '{"text":"a"}\n\n{"text":"é"}\n');
    const latin1 = file.filter((byte) => byte !== 0xc3);
    const error = await errorOf({ [name]: latin1 });
    expect(error).toBeInstanceOf(MalformedRowError);
    expect(error.message).toBe(`${name}, line 3: the text is not valid UTF-8. Save the file as UTF-8.`);
  });

  test('a label that validation or test rows have alone', async () => {
    const files = { 'train.csv': reviews(20), 'test.csv': 'text,label\na,good\nb,so-so\n' };
    const error = await errorOf(files);
    expect(error).toBeInstanceOf(LabelError);
    expect(error.message).toBe(
      'test.csv, line 3: the label is "so-so", expected one of bad, good. Repair the row, or remove it; if the label belongs to the task, list it with the others: give the option labels.',
    );
  });

  test('a long list of labels is cut', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => `t,name ${i}`).join('\n');
    const error = await errorOf({ 'train.csv': `text,label\n${rows}`, 'test.csv': 'text,label\na,b\n' });
    expect(error.message).toContain('name 16, name 17, … (30 in all)');
  });

  test('a score that is no number', async () => {
    const file = `text,score\n${'a,1.5\n'.repeat(12)}b,good\n`;
    const error = await errorOf({ 'r.csv': file }, { problem: 'regression' });
    expect(error.message).toBe(
      `r.csv, line 14: the label is "good", expected a number in the column "score". If the scores are in another column, name it with the option label; to use the labels as names, give the option problem: 'singleLabelClassification'.`,
    );
  });

  test('a column that is not there, with the one that was meant', async () => {
    const error = await errorOf({ 'r.csv': reviews(20) }, { label: 'lable' });
    expect(error).toBeInstanceOf(MissingColumnError);
    expect(error.message).toBe(
      'r.csv has no column "lable". Did you mean "label"? Its columns are "text", "label"; name one of them with the option label.',
    );
    const other = await errorOf({ 'train.csv': reviews(20), 'dev.csv': 'txt,label\na,good\n' });
    expect(other.message).toContain('dev.csv has no column "text". Did you mean "txt"?');
  });

  test.each([
    [{ quote: 'none' } as const, 'text,label\n"a, b",good\n', "quote: 'none'"],
    [{ delimiter: 'semicolon' } as const, 'text,label\n"a, b",good\n', "delimiter: 'semicolon'"],
    [{ delimiter: 'semicolon', text: 'text' } as const, 'text,label\na,good\n', "delimiter: 'semicolon'"],
  ])('a file that does not fit %j', async (options, content, given) => {
    const error = await errorOf({ 'r.csv': content }, options);
    expect(error.message).toContain(` The file was read with ${given}, which may be the cause`);
  });

  test('no training file, and two of them', async () => {
    const none = await errorOf({ 'test.csv': reviews(20), 'dev.csv': reviews(20) });
    expect(none).toBeInstanceOf(MissingFileError);
    expect(none.message).toContain(
      'Found no file for the train split in the files in memory. It is called train or training with one of .csv,',
    );
    const two = await errorOf({ 'train.csv': reviews(20), 'dev.csv': reviews(20), 'val.csv': reviews(2) });
    expect(two.message).toContain(
      'val.csv and dev.csv in the files in memory could both be the validation split',
    );
  });
});
