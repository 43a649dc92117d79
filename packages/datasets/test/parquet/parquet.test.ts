// Parquet files that other programs wrote, and damaged ones.
import { readFileSync } from 'node:fs';
import { type BasicType, type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { parquetFile } from '../../../../test/support/parquet.ts';
import { DatasetError, memorySource, readTextFile, UnreadableFileError } from '../../src/index.ts';
import { parquetRows } from '../../src/parquet/rows.ts';
import { ParquetError, readStruct } from '../../src/parquet/thrift.ts';
import { checkZstdFrame } from '../../src/parquet/zstd-frame.ts';
import { allRows, errorOf, fromMemory } from '../own/support.ts';
import { binaryOf, column, parquetOf } from './written.ts';

const recorded = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(new URL(`${name}.parquet`, import.meta.url)));
const oneColumn = (
  type: Parameters<typeof column>[1],
  ...values: readonly unknown[]
): Uint8Array<ArrayBuffer> =>
  parquetOf([
    column('text', { type: 'BYTE_ARRAY', converted: 0 }, ...values.map((_, i) => `t${i}`)),
    column('label', type, ...values),
  ]);

describe('what the columns mean', () => {
  test('class names in the notes of the Hugging Face libraries are the labels, in the order of their ids', async () => {
    const { info, layout } = await fromMemory({ 'r.parquet': recorded('classlabel') });
    expect(info.problem).toBe('singleLabelClassification');
    expect(info.labels).toEqual(Array.from({ length: 30 }, (_, i) => `intent ${i}`));
    expect(layout.doubts).toEqual([]);
    const rows = await allRows(await fromMemory({ 'r.parquet': recorded('classlabel') }));
    expect(rows[7]!.label).toBe(7);
  });

  test.each<[string, unknown]>([
    ['a list', { feature: { names: ['x', 'y', 'z'], _type: 'ClassLabel' }, _type: 'Sequence' }],
    [
      'a list as newer versions write it',
      { feature: { names: ['x', 'y', 'z'], _type: 'ClassLabel' }, _type: 'List' },
    ],
    ['a list as older versions write it', [{ names: ['x', 'y', 'z'], _type: 'ClassLabel' }]],
  ])('those of %s too', async (_, feature) => {
    const rows = [[2, 0], [], [1], [1, 2]].map((label, i) => ({ text: `t${i}`, label }));
    const file = parquetFile({ text: 'STRING', label: { list: 'INT64' } }, rows, 'SNAPPY', {
      huggingface: JSON.stringify({ info: { features: { label: feature } } }),
    });
    const task = await fromMemory({ 'r.parquet': file });
    expect(task.info).toMatchObject({ problem: 'multiLabelClassification', labels: ['x', 'y', 'z'] });
    expect((await allRows(task)).map(({ label }) => label)).toEqual([
      [1, 0, 1],
      [0, 0, 0],
      [0, 1, 0],
      [0, 1, 1],
    ]);
  });

  test('a class without a name is refused, as are names that are none', async () => {
    const file = (label: number, names: unknown): Uint8Array<ArrayBuffer> =>
      parquetFile(
        { text: 'STRING', label: 'INT64' },
        [0, 1, label].map((each, i) => ({ text: `t${i}`, label: each })),
        'SNAPPY',
        { huggingface: JSON.stringify({ info: { features: { label: { names, _type: 'ClassLabel' } } } }) },
      );
    const names = ['no', 'yes'];
    expect((await errorOf({ 'r.parquet': file(-1, names) })).message).toContain(
      'row 3: a label is -1, which stands for a missing label',
    );
    expect((await errorOf({ 'r.parquet': file(2, names) })).message).toContain(
      'row 3: a label is 2, which the file has no class name for',
    );
    expect((await errorOf({ 'r.parquet': file(1, ['a', { toString: 1 }]) })).message).toContain(
      'the class names of the column "label" cannot be right',
    );
  });

  test('unsigned numbers beyond 2^53 are kept exactly', async () => {
    const { info } = await fromMemory({ 'r.parquet': recorded('u64') });
    expect(info.labels).toEqual(['1152921504606846976', '1152921504606846977']);
    const error = await errorOf({ 'r.parquet': recorded('u64') }, { problem: 'regression' });
    expect(error.message).toContain('row 1: the label is "1152921504606846976", expected a number');
  });

  // By the numbers of the format: physical type, converted type, and fields of the logical one.
  test.each<[string, Parameters<typeof column>[1], unknown[], string[]]>([
    ['INT32', { type: 'INT32' }, [7, -1], ['-1', '7']],
    ['unsigned INT32', { type: 'INT32', converted: 13 }, [-1, 1], ['1', '4294967295']],
    [
      'unsigned INT64',
      { type: 'INT64', logical: { 10: { 1: 64, 2: false } } },
      [-1n, 1n],
      ['1', '18446744073709551615'],
    ],
    ['BOOLEAN', { type: 'BOOLEAN' }, [true, false], ['false', 'true']],
    ['ENUM', { type: 'BYTE_ARRAY', converted: 4 }, ['b', 'a'], ['a', 'b']],
    ['texts that are only called bytes', { type: 'BYTE_ARRAY' }, ['b', 'a'], ['a', 'b']],
    ['DECIMAL', { type: 'INT32', logical: { 5: { 1: 2, 2: 9 } } }, [150, -25], ['-0.25', '1.5']],
    [
      'UUID',
      { type: 'FIXED_LEN_BYTE_ARRAY', length: 16, logical: { 14: {} } },
      [binaryOf(1, 16), binaryOf(2, 16)],
      ['01010101-0101-0101-0101-010101010101', '02020202-0202-0202-0202-020202020202'],
    ],
    [
      'FLOAT16',
      { type: 'FIXED_LEN_BYTE_ARRAY', length: 2, logical: { 15: {} } },
      [binaryOf(0x3c, 2, 0), binaryOf(0x40, 2, 0)],
      ['1', '2'],
    ],
  ])('%s', async (_, type, values, labels) => {
    const task = await fromMemory(
      { 'r.parquet': oneColumn(type, ...values, ...values) },
      { problem: 'singleLabelClassification' },
    );
    expect(task.info.labels).toEqual(labels);
  });

  test.each<[string, Parameters<typeof column>[1], unknown]>([
    ['DATE', { type: 'INT32', converted: 6 }, 1],
    ['DATE', { type: 'INT32', logical: { 6: {} } }, 1],
    ['TIME', { type: 'INT32', converted: 7 }, 1],
    ['TIMESTAMP', { type: 'INT64', logical: { 8: { 1: true, 2: { 1: {} } } } }, 1n],
    ['DECIMAL of more than 15 digits', { type: 'INT64', logical: { 5: { 1: 2, 2: 18 } } }, 1n],
    ['BSON', { type: 'BYTE_ARRAY', converted: 20 }, 'x'],
    ['INTERVAL', { type: 'FIXED_LEN_BYTE_ARRAY', length: 12, converted: 21 }, binaryOf(1, 12)],
    ['VARIANT', { type: 'BYTE_ARRAY', logical: { 16: {} } }, 'x'],
    ['GEOMETRY', { type: 'BYTE_ARRAY', logical: { 17: {} } }, 'x'],
    ['the unknown type 40', { type: 'BYTE_ARRAY', logical: { 40: {} } }, 'x'],
    ['the unknown type 99', { type: 'INT32', converted: 99 }, 1],
    ['binary data', { type: 'FIXED_LEN_BYTE_ARRAY', length: 3 }, binaryOf(1, 3)],
    ['binary data', { type: 'BYTE_ARRAY' }, binaryOf(0xff, 3)],
    ['text that is not valid UTF-8', { type: 'BYTE_ARRAY', converted: 0 }, binaryOf(0xff, 3)],
  ])('%s is refused as a label, and does no harm beside others', async (name, type, value) => {
    const file = oneColumn(type, value, value);
    for (const problem of [undefined, 'regression', 'multiLabelClassification'] as const) {
      const error = await errorOf({ 'r.parquet': file }, { problem });
      expect(error.message).toMatch(/^r\.parquet, row 1: /);
      expect(error.message).toContain(name);
    }
    const texts = await readTextFile({ data: memorySource({ 'r.parquet': file }), file: 'r.parquet' });
    expect(texts.texts).toEqual([['t0'], ['t1']]);
  });
});

describe('every encoding', () => {
  const count = 3000;
  const numbers = Array.from({ length: count }, (_, i) => (i * 2_654_435_761) | 0);
  const texts = numbers.map((_, i) => `text ${(i * 7919) % count} of ${i % 13}`);
  const large = numbers.map((value, i) => BigInt(value) * 1_000_003n + BigInt(i));

  test.each<[NonNullable<ColumnSource['encoding']>, BasicType, readonly unknown[]]>([
    ['PLAIN', 'STRING', texts],
    ['RLE_DICTIONARY', 'STRING', texts.map((_, i) => `v${i % 5}`)],
    ['DELTA_LENGTH_BYTE_ARRAY', 'STRING', texts],
    ['DELTA_BYTE_ARRAY', 'STRING', texts],
    ['DELTA_BINARY_PACKED', 'INT32', numbers],
    ['DELTA_BINARY_PACKED', 'INT64', large],
    ['BYTE_STREAM_SPLIT', 'DOUBLE', numbers.map((value) => value / 7)],
    ['RLE', 'BOOLEAN', numbers.map((value) => value % 2 === 0)],
    ['PLAIN', 'BOOLEAN', numbers.map((value) => value % 2 === 0)],
  ])('%s of %s is read, with and without empty values', async (encoding, type, values) => {
    for (const nullable of [false, true]) {
      const data = nullable ? values.map((value, i) => (i % 3 === 0 ? null : value)) : [...values];
      const columnData = [
        { name: 'value', data, type, encoding, nullable },
        { name: 'text', data: texts, type: 'STRING' as const },
      ];
      const bytes = new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: [1000] }));
      const read: unknown[] = [];
      for await (const row of parquetRows({ path: 'r.parquet', bytes })) read.push(row.values.get('value'));
      const expected = data.map((value) => (typeof value === 'bigint' ? Number(value) : value));
      expect(read).toEqual(expected);
    }
  });
});

describe('damaged files', () => {
  test.each(['hang', 'crash'])('%s.parquet is refused at once', async (name) => {
    const start = performance.now();
    const error = await errorOf({ 'r.parquet': recorded(name) });
    expect(error).toBeInstanceOf(UnreadableFileError);
    expect(error.message).toContain('it is not a parquet file, or it is damaged (');
    expect(performance.now() - start).toBeLessThan(1000);
  });

  const rows = Array.from({ length: 12 }, (_, i) => ({
    ...{ text: `text ${i}`, label: i % 2 === 0 ? 'a' : 'b', n: i, z: i % 3 === 0 },
    tags: ['x', 'y'].slice(0, i % 3),
  }));
  const columns = {
    text: 'STRING',
    label: 'STRING',
    n: 'INT64',
    z: 'BOOLEAN',
    tags: { list: 'STRING' },
  } as const;

  test.each(['SNAPPY', 'GZIP', 'ZSTD'] as const)(
    'no byte of a file with %s that is changed makes reading long, large or anything but a named error',
    async (codec) => {
      const file = parquetFile(columns, rows, codec);
      let [slowest, refused] = [0, 0];
      for (let at = 0; at < file.length; at += 2)
        for (const value of at % 5 < 2 ? [0, 0x7f, 0xff] : [file[at]! ^ (1 << (at % 8))]) {
          const changed = file.slice();
          changed[at] = value;
          const start = process.cpuUsage();
          await readTextFile({ data: memorySource({ 'r.parquet': changed }), file: 'r.parquet' }).catch(
            (error: unknown) => {
              if (!(error instanceof DatasetError)) throw error;
              refused += 1;
            },
          );
          slowest = Math.max(slowest, process.cpuUsage(start).user);
        }
      expect(refused).toBeGreaterThan(file.length / 6);
      expect(slowest).toBeLessThan(1e6);
    },
  );

  test('few bytes that claim very many values are refused, unless more is allowed', async () => {
    const file = parquetFile(
      { text: 'STRING', label: 'STRING' },
      Array.from({ length: 6 }, (_, i) => ({ text: `t${i}`, label: i % 2 === 0 ? 'a' : 'b' })),
    );
    const error = await errorOf({ 'r.parquet': file }, { maxFileSize: 100 });
    expect(error.message).toMatch(/it holds more than 100 bytes; .*the option maxFileSize\.$/);
    expect((await fromMemory({ 'r.parquet': file }, { maxFileSize: 10_000 })).info.labels).toEqual([
      'a',
      'b',
    ]);
  });

  test('a structure is not believed what its bytes cannot hold', () => {
    const wrong: [string, number[]][] = [
      ['a list of 2^28 numbers', [0x19, 0xf5, 0xff, 0xff, 0xff, 0x7f]],
      ['a text of 2^31 bytes', [0x18, 0xff, 0xff, 0xff, 0xff, 0x07]],
      ['a number that does not end', [0x16, ...Array<number>(20).fill(0xff)]],
      ['structures without end', Array<number>(1000).fill(0x1c)],
      ['a field of no type', [0x1f]],
    ];
    for (const [name, bytes] of wrong)
      expect(() => readStruct(Uint8Array.from(bytes), 0), name).toThrow(ParquetError);
  });

  test('a Zstandard frame is not believed a window that its content does not need', () => {
    const magic = [0x28, 0xb5, 0x2f, 0xfd];
    // A window of 1 GiB; content of another size; a block that is too long; a block that does not end.
    for (const rest of [
      [0, 0xa0, 1, 0, 0],
      [0x20, 9, 1, 0, 0],
      [0x20, 1, 0xf3, 0xff, 0xff, 0],
      [0x20, 1, 0, 0, 0],
    ])
      expect(() => checkZstdFrame(Uint8Array.from([...magic, ...rest]), 1)).toThrow(ParquetError);
    checkZstdFrame(Uint8Array.from([...magic, 0x20, 1, 9, 0, 0, 42]), 1);
  });
});
