// What files look like before their columns are looked at: compression, encodings, quotation marks, sizes.
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { loadTask, memorySource, readFileTask, readTextFile } from '../../src/index.ts';
import { glueFolder, hasGlue } from '../recorded.ts';
import { allRows, errorOf, fromMemory, reviews } from './support.ts';

const gz = (text: string | Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(gzipSync(text));
const joined = (...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(parts.flatMap((part) => [...part]));
const texts = async (
  content: string | Uint8Array<ArrayBuffer>,
  options = {},
  name = 'r.csv',
): Promise<string[]> =>
  (await allRows(await fromMemory({ [name]: content }, options))).map((row) => row.texts[0]!);

describe('gzip', () => {
  const [header, ...rows] = reviews(40).trimEnd().split('\n');
  const halves = [
    `${[header, ...rows.slice(0, 20)].join('\n')}\n`,
    `${rows.slice(20).join('\n')}\n`,
  ] as const;

  test('of several members is one file', async () => {
    const { fingerprint } = await loadTask(await fromMemory({ 'r.csv': reviews(40) }));
    const two = joined(gz(halves[0]), gz(halves[1]));
    const many = joined(
      ...reviews(40)
        .split(/(?<=\n)/)
        .map((line) => gz(line)),
      gz(''),
    );
    for (const content of [two, many])
      expect((await loadTask(await fromMemory({ 'r.csv.gz': content }))).fingerprint).toBe(fingerprint);
  });

  test('whose content looks like a member is read whole', async () => {
    const mark = String.fromCharCode(0x1f, 0x8b, 8, 0).repeat(3);
    const stored = Uint8Array.from(
      gzipSync(Buffer.from(`text,label\na,x\nb${mark},y\nc,x\nd,y\n`, 'latin1'), { level: 0 }),
    );
    const error = await errorOf({ 'r.csv.gz': joined(stored, gz('')) });
    // It is the text that is wrong then, not the compression.
    expect(error.name).toBe('MalformedRowError');
  });

  test.each<[string, Uint8Array<ArrayBuffer>]>([
    ['cut short', gz(reviews(40)).slice(0, -9)],
    ['cut short in its last member', joined(gz(halves[0]), gz(halves[1]).slice(0, -3))],
    ['followed by something else', joined(gz(reviews(40)), Uint8Array.of(1, 2, 3))],
    ['followed by zeros', joined(gz(reviews(40)), new Uint8Array(512))],
    ['followed by the begin of a member', joined(gz(reviews(40)), Uint8Array.of(0x1f, 0x8b, 8, 0))],
    ['of a wrong checksum', gz(reviews(40)).map((byte, i, all) => (i === all.length - 6 ? byte ^ 1 : byte))],
    ['of a header alone', Uint8Array.of(0x1f, 0x8b)],
  ])('%s is refused', async (_, content) => {
    const error = await errorOf({ 'r.csv.gz': content });
    expect([error.name, error.message]).toEqual([
      'UnreadableFileError',
      'Could not read r.csv.gz: its gzip data is damaged, cut short, or followed by something else; fetch the file again.',
    ]);
  });

  test('that becomes very large is refused before it does, and read when more is allowed', async () => {
    const bomb = gz(`${reviews(10)}${'\n'.repeat(20_000_000)}`);
    expect(bomb.length).toBeLessThan(30_000);
    const before = process.memoryUsage().arrayBuffers;
    const error = await errorOf({ 'r.csv.gz': bomb });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64e6);
    expect(error.message).toBe(
      'Could not read r.csv.gz: its content has more than 2097152 bytes; if that is right, allow more: give the option maxFileSize.',
    );
    const task = await fromMemory({ 'r.csv.gz': bomb }, { maxFileSize: 2 ** 25 });
    expect(task.layout.splits.train.rows).toBe(8);
    expect((await errorOf({ 'r.csv.gz': bomb }, { maxFileSize: 0.5 })).name).toBe('InvalidOptionError');
  });
});

describe('empty lines cost nothing', () => {
  test.each([
    ['r.csv', reviews(10)],
    ['r.jsonl', '{"text":"a","label":"x"}\n{"text":"b","label":"y"}\n'.repeat(5)],
  ])('in %s', async (name, content) => {
    const before = process.memoryUsage().heapUsed;
    const file = `${content}${'\n'.repeat(3_000_000)}${content.slice(content.indexOf('\n', name === 'r.csv' ? 0 : -1) + 1)}`;
    expect(await texts(file, {}, name)).not.toHaveLength(0);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100e6);
  });
});

describe('encodings', () => {
  const content = 'text,label\né😀,x\n漢字,y\na,x\nb,y\n';
  const utf16 = (littleEndian: boolean): Uint8Array<ArrayBuffer> => {
    const bytes = new Uint8Array(2 * (content.length + 1));
    const view = new DataView(bytes.buffer);
    [...`\ufeff${content}`.split('')].forEach((unit, i) => {
      view.setUint16(2 * i, unit.charCodeAt(0), littleEndian);
    });
    return bytes;
  };

  test.each([true, false])('UTF-16 with a byte order mark (little endian: %s)', async (littleEndian) => {
    expect(await texts(utf16(littleEndian))).toEqual(['é😀', '漢字', 'a', 'b']);
  });

  test.each<[string, Uint8Array<ArrayBuffer>, string]>([
    ['UTF-16 without a mark', utf16(true).slice(2), 'r.csv, line 1: there is a NUL character'],
    ['UTF-16 that is cut', utf16(true).slice(0, -1), 'not valid UTF-16'],
    ['UTF-32', Uint8Array.of(0xff, 0xfe, 0, 0, 0x61, 0, 0, 0), 'it is in UTF-32'],
    [
      'a NUL',
      new TextEncoder().encode('text,label\na,x\nb\0,y\n'),
      'r.csv, line 3: there is a NUL character',
    ],
    [
      'Latin-1 far down',
      joined(new TextEncoder().encode(reviews(20_000)), Uint8Array.of(0xe9, 10)),
      'r.csv, line 20002: the text is not valid UTF-8',
    ],
  ])('%s is refused', async (_, bytes, message) => {
    expect((await errorOf({ 'r.csv': bytes })).message).toContain(message);
  });

  test('lines of JSON may end at carriage returns', async () => {
    const lines = [
      '{"text":"a","label":"x"}',
      '{"text":"b","label":"y"}',
      '{"text":"c","label":"x"}',
      '{"text":"d","label":"y"}',
    ];
    expect(await texts(lines.join('\r'), {}, 'r.jsonl')).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('quotation marks', () => {
  const rows = (count: number, from = 0): string =>
    Array.from({ length: count }, (_, i) => `text ${i + from}\t${i % 2 ? 'good' : 'bad'}\n`).join('');
  const stray = `text\tlabel\n${rows(10)}"odd text\tgood\n${rows(5, 10)}the end"\tbad\n${rows(10, 15)}`;

  test('a single one that swallows rows is an error with its line, and with quote none a character', async () => {
    const error = await errorOf({ 'r.tsv': stray });
    expect([error.name, error.message]).toEqual([
      'MalformedRowError',
      `r.tsv, line 12: a text in quotation marks goes on over lines that look like rows. If quotation marks are characters like others, give the option quote: 'none'; if the text really is so long, give the option quote: 'double'.`,
    ]);
    const read = await texts(stray, { quote: 'none' }, 'r.tsv');
    expect([read.length, read[10], read[16]]).toEqual([27, '"odd text', 'the end"']);
    expect(await texts(stray, { quote: 'double' }, 'r.tsv')).toHaveLength(21);
  });

  test('two of them that make one row of two are an error', async () => {
    const file = `text\tlabel\n${rows(10)}"odd text\tgood\nthe end"\tbad\n`;
    expect((await errorOf({ 'r.tsv': file })).message).toContain(
      'r.tsv, line 12: a text in quotation marks goes on',
    );
  });

  test('with commas lines look like rows if their values do', async () => {
    const csv = (text: string): string => `text,label\n${rows(20).replaceAll('\t', ',')}${text},good\n`;
    const swallowed = csv(`"odd,good\n${rows(3).replaceAll('\t', ',')}the end"`);
    expect((await errorOf({ 'r.csv': swallowed })).message).toContain(
      'r.csv, line 22: a text in quotation marks',
    );
    const letter = '"Dear Sir,\nI like it, really.\nBye, and good"';
    expect((await texts(csv(letter)))[20]).toBe('Dear Sir,\nI like it, really.\nBye, and good');
    expect((await texts(csv('"Hello, you\nthere"')))[20]).toBe('Hello, you\nthere');
  });

  test('blanks after one are left out, other characters are an error', async () => {
    const file = (end: string): string => `text,label\n"a"${end},x\nb,y\nc,x\nd,y\n`;
    expect((await texts(file('  ')))[0]).toBe('a');
    expect((await errorOf({ 'r.csv': file('  z') })).message).toContain('r.csv, line 2: ');
  });
});

test('files with very many columns, quotation marks or characters take time in proportion to their size', async () => {
  const names = Array.from({ length: 100_000 }, (_, i) => ['text', 'label'][i] ?? `c${i}`);
  const row = (label: string): string => `a,${label}${','.repeat(names.length - 2)}\n`;
  const wide = `${names.join(',')}\n${row('x')}${row('y')}${row('x')}${row('y')}`;
  const large = 'x'.repeat(1_000_000);
  const files: [string, RegExp | number][] = [
    [wide, 4],
    [wide.replace('label', 'c99999'), /two columns have the name "c99999"/],
    [wide.replace('label', 'unusual'), /usual for the labels.* \(100000 in all\)/],
    [`text,label\n${large},x\n"${large}",y\nc,x\nd,y\n`, 4],
    [`text,label\n"${'""'.repeat(200_000)}",x\nb,y\nc,x\nd,y\n`, 4],
    [`text,label\n"${'x"y '.repeat(100_000)}${' '.repeat(100_000)},x\n`, /line 2: a text that begins/],
    [`text,label\n${'"a\n'.repeat(100_000)}`, /quotation mark/],
    [`text,label\n${'"a" '.repeat(100_000)}`, /quotation mark/],
  ];
  const start = process.cpuUsage();
  for (const [content, expected] of files) {
    const read = texts(content, { problem: 'singleLabelClassification' });
    if (typeof expected === 'number') expect(await read).toHaveLength(expected);
    else await expect(read).rejects.toThrow(expected);
  }
  expect(process.cpuUsage(start).user).toBeLessThan(6e6);
});

test('what predict reads is read alike', async () => {
  const read = (name: string, content: string | Uint8Array<ArrayBuffer>, options = {}): Promise<unknown> =>
    readTextFile({ data: memorySource({ [name]: content }), file: name, ...options }).then(
      ({ texts }) => texts,
    );
  expect(await read('r.tsv', 'text\n"a\nb\n', { quote: 'none' })).toEqual([['"a'], ['b']]);
  expect(await read('r.csv', '1;x\n2;y\n', { header: 'none', text: '2' })).toEqual([['x'], ['y']]);
  expect(await read('r.csv.gz', joined(gz('text\na\n'), gz('b\n')))).toEqual([['a'], ['b']]);
  await expect(read('r.csv.gz', gz('\n'.repeat(10_000)), { maxFileSize: 1000 })).rejects.toThrow(
    'the option maxFileSize',
  );
  await expect(read('r.jsonl', '{"text":{"toString":1}}')).rejects.toThrow(
    'line 1: the column "text" holds {',
  );
  await expect(read('r.jsonl', '{"text":1e300}')).rejects.toThrow('a number beyond 2^53');
});

describe.skipIf(!hasGlue)('files of GLUE as own files (needs SCALEARN_SHARED)', () => {
  test.each<[string, object, number, string]>([
    [
      'MRPC',
      { text: '#1 String', textPair: '#2 String', label: 'Quality' },
      3668,
      'singleLabelClassification',
    ],
    ['QNLI', {}, 13_140, 'singleLabelClassification'],
    ['STS-B', {}, 5749, 'regression'],
  ])('%s', async (name, options, rows, problem) => {
    const data = `${glueFolder}/${name}`;
    const task = await readFileTask({ data, file: 'train.tsv', quote: 'none', ...options });
    expect(task.info.problem).toBe(problem);
    expect(await allRows(task)).toHaveLength(rows);
    const folder = await readFileTask({ data, quote: 'none', ...options });
    expect(folder.layout.splits.validation.file).toMatch(/^dev\.tsv/);
  });
});
