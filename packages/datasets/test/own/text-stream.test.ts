import { describe, expect, test } from 'vitest';
import { streamTexts, type TextStreamOptions } from '../../src/index.ts';

/** The bytes of a text in parts of a size, with a count of the parts that were taken. */
function parts(text: string, size: number): { source: AsyncIterable<Uint8Array>; taken: () => number } {
  const bytes = new TextEncoder().encode(text);
  let count = 0;
  async function* source(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) {
      count += 1;
      yield bytes.subarray(at, at + size);
    }
  }
  return { source: source(), taken: () => count };
}

const read = async (text: string, options: Partial<TextStreamOptions> = {}, size = 7) => {
  const { columns, rows } = await streamTexts(parts(text, size).source, {
    path: 'r',
    kind: 'csv',
    ...options,
  });
  const all: (readonly string[])[] = [];
  for await (const row of rows) all.push(row);
  return { columns, rows: all };
};
const failure = (text: string, options: Partial<TextStreamOptions> = {}, size = 7): Promise<string> =>
  read(text, options, size).then(
    () => '',
    (error: Error) => error.message,
  );

const many = (row: (i: number) => string, count = 30_000): string =>
  Array.from({ length: count }, (_, i) => row(i)).join('');

describe('texts are read as they are asked for', () => {
  test('from a file of which most is never read', async () => {
    const { source, taken } = parts(
      `id,text\n${many((i) => `${i},"some text, number ${i}"\n`, 100_000)}`,
      2 ** 16,
    );
    const { rows } = await streamTexts(source, { path: 'r', kind: 'csv' });
    const iterator = rows[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toEqual(['some text, number 0']);
    // Four parts are one block.
    expect(taken()).toBe(4);
    for (let i = 1; i < 20_000; i++) await iterator.next();
    expect((await iterator.next()).value).toEqual(['some text, number 20000']);
    expect(taken()).toBeLessThan(16);
    await iterator.return?.();
  });

  test.each<[string, Partial<TextStreamOptions>, (i: number) => string, string]>([
    ['csv', {}, (i) => `${i},"say ""${i}"",\nin lines"\r\n`, 'id,text\r\n'],
    ['tsv', { kind: 'tsv' }, (i) => `${i}\tsay ${i}\n`, 'id\ttext\n'],
    ['jsonl', { kind: 'jsonl' }, (i) => `{"text": "say ${i} é😀", "id": ${i}}\n`, ''],
    ['txt', { kind: 'txt' }, (i) => `say ${i}, and "more\n${i % 9 ? '' : '  \n'}`, ''],
  ])('%s: the same rows as from a whole file, across parts', async (_, options, row, header) => {
    const text = header + many(row);
    const { rows } = await read(text, { quote: options.kind ? undefined : 'double', ...options }, 60_007);
    const whole = await read(header + many(row, 3), options, 1 << 20);
    expect(rows).toHaveLength(30_000);
    expect(rows.slice(0, 3)).toEqual(whole.rows);
    expect(rows.every(([said], i) => said?.startsWith(`say `) && said.includes(String(i)))).toBe(true);
  });

  test('of multiple choice, by the columns that the model reads', async () => {
    const text = 'premise,choice1,choice2\na,b,c\n';
    expect((await read(text, { exactly: ['premise', 'choice1', 'choice2'] })).rows).toEqual([
      ['a', 'b', 'c'],
    ]);
    expect(await failure(text, { exactly: ['premise', 'choice3'] })).toMatch(/has no column "choice3"/);
  });
});

describe('a fault is named with its line', () => {
  const rows = many((i) => `${i},text\n`);
  const line = 30_002;
  test.each<[string, string | Uint8Array, RegExp]>([
    ['a row with another number of columns', `id,text\n${rows}1,2,3\n`, /3 columns, expected 2/],
    ['an open quotation mark', `id,text\n${rows}1,"open\n`, /does not end with one/],
    ['a text after a quotation mark', `id,text\n${rows}1,"a" b\n${rows}`, /does not end with one/],
    ['no text', `id,text\n${rows}1,\n${rows}`, /has no text in the column/],
    ['a NUL character', `id,text\n${rows}1,\0\n`, /NUL character/],
  ])('%s', async (_, text, message) => {
    const said = await failure(text as string, {}, 2 ** 16);
    expect(said).toMatch(message);
    expect(said).toContain(`line ${line}:`);
  });

  test('of JSON lines', async () => {
    const text = `${many(() => '{"text": "a"}\n')}{"text": 1\n`;
    expect(await failure(text, { kind: 'jsonl' }, 2 ** 16)).toContain('line 30001: not JSON');
  });

  test.each<[Partial<TextStreamOptions>, string, RegExp]>([
    [{}, '', /has no rows/],
    [{}, 'id,text\n', /has a header but no rows/],
    [{ kind: 'txt' }, '\n \n', /has no rows/],
    [{ kind: 'jsonl' }, '', /has no rows/],
    [{ kind: 'jsonl', header: 'none' }, '{}', /is for .csv and .tsv files/],
    [{ text: 'none' }, 'id,text\n1,a\n', /no column "none"/],
  ])('%j %j', async (options, text, message) => {
    expect(await failure(text, options)).toMatch(message);
  });
});

test('UTF-16 with a byte order mark is read', async () => {
  const text = '\ufefftext\nfirst\nsecond\n';
  const bytes = new Uint8Array(new Uint16Array([...text].map((c) => c.charCodeAt(0))).buffer);
  async function* source(): AsyncGenerator<Uint8Array> {
    for (const byte of bytes) yield Uint8Array.of(byte);
  }
  const { rows } = await streamTexts(source(), { path: 'r', kind: 'csv' });
  const found: unknown[] = [];
  for await (const row of rows) found.push(row);
  expect(found).toEqual([['first'], ['second']]);
});
