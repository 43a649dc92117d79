import { gzipSync } from 'node:zlib';
import { loadTask, memorySource, readFileTask, readTextFile } from '@scalearn/datasets';
import * as fc from 'fast-check';
import { parquetFile } from '../../support/parquet.ts';
import { mutatedBytes } from '../harness/mutate-bytes.ts';
import { mutatedJsonText } from '../harness/mutate-json.ts';
import { mutatedText } from '../harness/mutate-text.ts';
import { type Files, type FuzzTarget, fileOf, utf8 } from '../harness/target.ts';

interface Row {
  readonly text: string;
  readonly label: string | number | readonly string[];
  readonly other: string;
}

const rowsOf = (label: (i: number) => Row['label']): Row[] =>
  Array.from({ length: 12 }, (_, i) => ({
    text: i % 3 ? `text ${i}, with "quotes"` : `plain ${i}`,
    label: label(i),
    other: String(i),
  }));
const classes = rowsOf((i) => (i % 2 ? 'yes' : 'no'));
const scores = rowsOf((i) => i / 4);
const several = rowsOf((i) => (i % 2 ? ['a', 'b'] : ['a']));
const all = [classes, scores, several];

/** Reads a table as custom data, and as texts. */
const table = (
  name: string,
  valid: readonly Uint8Array[],
  generate: fc.Arbitrary<Uint8Array>,
): FuzzTarget => ({
  valid: valid.map((bytes): Files => ({ [name]: bytes })),
  generate: generate.map((bytes): Files => ({ [name]: bytes })),
  async parse(files) {
    const data = memorySource({ [name]: fileOf(files, name) as Uint8Array<ArrayBuffer> });
    const found = await readFileTask({ data, file: name });
    const { labels } = await loadTask(found, { data });
    JSON.stringify(labels);
    await readTextFile({ data, file: name });
  },
});

function separated(rows: readonly Row[], separator: string): string {
  const cell = (value: Row[keyof Row]): string => {
    const text = Array.isArray(value) ? value.join('|') : String(value);
    return /[",\n\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = rows.map(({ text, label, other }) => [text, label, other].map(cell).join(separator));
  return `${['text', 'label', 'other'].join(separator)}\n${lines.join('\n')}\n`;
}

const separatedText = (separator: string): fc.Arbitrary<Uint8Array> => {
  const base = fc.constantFrom(...all.map((rows) => separated(rows, separator)));
  return fc.oneof(
    { weight: 3, arbitrary: mutatedText(base).map(utf8) },
    { weight: 1, arbitrary: mutatedBytes(base.map(utf8)) },
  );
};

const lines = fc.oneof(
  ...all.map((rows) =>
    fc.tuple(fc.nat(rows.length - 1), mutatedJsonText(rows[0])).map(([at, line]) => {
      const texts = rows.map((row) => JSON.stringify(row));
      texts[at] = line;
      return texts.join('\n');
    }),
  ),
);

const parquetFiles = [
  parquetFile({ text: 'STRING', label: 'STRING', other: 'STRING' }, classes.slice(0, 6) as never),
  parquetFile({ text: 'STRING', label: 'FLOAT' }, scores.slice(0, 6) as never, 'GZIP'),
  parquetFile({ text: 'STRING', label: { list: 'STRING' } }, several.slice(0, 6) as never, 'ZSTD'),
  parquetFile(
    { text: 'STRING', label: 'INT64' },
    classes.slice(0, 6).map((row, i) => ({ text: row.text, label: BigInt(i % 2) })),
  ),
];

const separatedBytes = (separator: string): Uint8Array[] =>
  all.map((rows) => utf8(separated(rows, separator)));
const packed = (bytes: Uint8Array): Uint8Array => new Uint8Array(gzipSync(bytes));
/** A kilobyte that decompresses to a megabyte. */
const newlines = packed(utf8('\n'.repeat(1_000_000)));

export const tables: Readonly<Record<string, () => FuzzTarget>> = {
  csv: () => table('f.csv', separatedBytes(','), separatedText(',')),
  tsv: () => table('f.tsv', separatedBytes('\t'), separatedText('\t')),
  json: () =>
    table(
      'f.json',
      all.map((rows) => utf8(JSON.stringify(rows))),
      fc.oneof(...all.map((rows) => mutatedJsonText(rows))).map(utf8),
    ),
  jsonl: () =>
    table(
      'f.jsonl',
      all.map((rows) => utf8(rows.map((row) => JSON.stringify(row)).join('\n'))),
      fc.oneof(lines.map(utf8), mutatedText(lines).map(utf8)),
    ),
  parquet: () => table('f.parquet', parquetFiles, mutatedBytes(fc.constantFrom(...parquetFiles))),
  gz: () => {
    const whole = separatedText(',').map(packed);
    return table(
      'f.csv.gz',
      separatedBytes(',').map(packed),
      fc.oneof(
        { weight: 50, arbitrary: whole },
        { weight: 49, arbitrary: mutatedBytes(whole) },
        { weight: 1, arbitrary: fc.constant(newlines) },
      ),
    );
  },
};
