import { describe, expect, test } from 'vitest';
import { type ColumnType, parquetFile } from '../../../../test/support/parquet.ts';
import {
  describeTask,
  LabelError,
  loadTask,
  MalformedRowError,
  MissingColumnError,
  MissingFileError,
  memorySource,
  taskIds,
} from '../../src/index.ts';

type Content = string | Uint8Array<ArrayBuffer>;
const names = ['sectors', 'pillars_1d', 'pillars_2d', 'subpillars_1d', 'subpillars_2d'] as const;
type Row = Readonly<Record<(typeof names)[number], readonly string[] | null> & { excerpt: string }>;

/** Rows with the columns of the data set. Labels are not in the order of the card. */
const row = (excerpt: string, sectors: readonly string[] | null): Row & Record<string, unknown> => ({
  ...{ entry_id: 1, lead_id: 2, project_id: 3, sectors },
  ...{ pillars_1d: ['Shock/Event', 'Context'], pillars_2d: [], subpillars_1d: ['Context->Politics'] },
  subpillars_2d: ['Impact->Impact On Systems, Services And Networks', 'At Risk->Risk And Vulnerabilities'],
  ...{ lang: 'en', n_tokens: 4, project_title: 'A', created_at: '2020', document: 'd', excerpt },
});
const rows = {
  train: [
    row('Clinics, "closed".', ['WASH', 'Health']),
    row('Nothing is known.', []),
    row('Semillas', ['Agriculture']),
  ],
  validation: [row("L'eau manque", ['WASH'])],
  test: [row('Shelters\nburned', ['Shelter', 'Cross', 'Food Security']), row('Roads', null)],
};
const splits = Object.entries(rows) as [keyof typeof rows, readonly Row[]][];
const ids = (list: readonly string[] | null, name: string): number[] =>
  (list ?? []).map((label) => describeTask(`humset/${name}`).labels!.indexOf(label));

/** A cell as pandas writes it: Python's representation of the list. */
const python = (list: readonly unknown[]): string =>
  `[${list.map((item) => (typeof item === 'string' ? `'${item}'` : item)).join(', ')}]`;
const cell = (value: unknown): string => `"${String(value).replaceAll('"', '""')}"`;
const csv = (list: readonly Row[], show: (labels: readonly string[], name: string) => string): string =>
  [
    Object.keys(list[0]!).join(','),
    ...list.map((each) =>
      Object.entries(each)
        .map(([name, value]) => (Array.isArray(value) ? cell(show(value, name)) : cell(value ?? '')))
        .join(','),
    ),
  ].join('\n');

const columns = (labels: ColumnType): Record<string, ColumnType> => ({
  ...{ entry_id: 'STRING', excerpt: 'STRING' },
  ...Object.fromEntries(names.map((name) => [name, { list: labels }])),
});
const withIds = (each: Row): Record<string, unknown> => ({
  ...each,
  ...Object.fromEntries(names.map((name) => [name, each[name] && ids(each[name], name)])),
});
const asText = (each: Row): Record<string, unknown> => ({ ...each, entry_id: '1' });

const layouts: Record<string, (list: readonly Row[], split: string) => readonly [string, Content]> = {
  'csv with names, as Python writes lists': (list, split) => [`HumSet/${split}.csv`, csv(list, python)],
  'csv with class ids': (list, split) => [
    `HumSet/${split}.csv`,
    csv(list, (labels, name) => python(ids(labels, name))),
  ],
  'csv with JSON lists': (list, split) => [
    `HumSet/${split}.csv`,
    csv(list, (labels) => JSON.stringify(labels)),
  ],
  'JSON lines': (list, split) => [
    `HumSet/${split}.jsonl`,
    list.map((each) => JSON.stringify(each)).join('\n'),
  ],
  'a parquet file with names': (list, split) => [
    `HumSet/${split}.parquet`,
    parquetFile(columns('STRING'), list.map(asText)),
  ],
  'a parquet file with class ids': (list, split) => [
    `HumSet/${split}.parquet`,
    parquetFile(
      columns('INT64'),
      list.map(withIds).map((each) => ({ ...each, entry_id: '1' })),
    ),
  ],
  "the hub's layout": (list, split) => [
    `1.0.0/${split}-00000-of-00001.parquet`,
    parquetFile(columns('STRING'), list.map(asText)),
  ],
  "the hub's layout of converted data sets": (list, split) => [
    `1.0.0/${split}/0000.parquet`,
    parquetFile(
      columns('INT64'),
      list.map(withIds).map((each) => ({ ...each, entry_id: '1' })),
    ),
  ],
};

test('there are five tasks, whose labels have the order of the card', () => {
  const tasks = taskIds.filter((id) => id.startsWith('humset/'));
  expect(tasks).toEqual(names.map((name) => `humset/${name}`));
  expect(tasks.map((id) => describeTask(id).labels!.length)).toEqual([11, 7, 6, 33, 18]);
  for (const id of tasks) {
    const labels = describeTask(id).labels!;
    // The card's order is alphabetical, by pillar first.
    const sorted = [...labels].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
    expect(labels).toEqual(sorted);
    expect(new Set(labels).size).toBe(labels.length);
  }
});

describe.each(Object.entries(layouts))('%s', (_, layout) => {
  const data = memorySource(Object.fromEntries(splits.map(([split, list]) => layout(list, split))));

  test.each(names)('gives the rows of %s, labels in the order of the card', async (name) => {
    const task = await loadTask(`humset/${name}`, { data });
    for (const [split, list] of splits) {
      expect(task[split].map(({ segments }) => segments)).toEqual(list.map(({ excerpt }) => [excerpt]));
      expect(task[split].map(({ label }) => label)).toEqual(
        list.map((each) => task.labels!.map((label) => (each[name]?.includes(label) ? 1 : 0))),
      );
    }
    expect(task.rows).toEqual({ train: 3, validation: 1, test: 2 });
  });

  test('has the same fingerprint as the others', async () => {
    const [first] = Object.values(layouts);
    const other = memorySource(Object.fromEntries(splits.map(([split, list]) => first!(list, split))));
    const fingerprints = [data, other].map(
      async (each) => (await loadTask('humset/sectors', { data: each })).fingerprint,
    );
    expect((await Promise.all(fingerprints))[0]).toBe(await fingerprints[1]);
  });
});

test('official splits stay as they are, the first rows where there is a limit', async () => {
  const jsonl = layouts['JSON lines']!;
  const data = memorySource(Object.fromEntries(splits.map(([split, list]) => jsonl(list, split))));
  const task = await loadTask('humset/sectors', { data, limit: 2 });
  expect(task.train.map(({ index }) => index)).toEqual([0, 1]);
  expect(task.train[1]!.label).toEqual(Array(11).fill(0));
});

describe('what is wrong is named', () => {
  const jsonl = layouts['JSON lines']!;
  const good = Object.fromEntries(splits.map(([split, list]) => jsonl(list, split)));
  const failure = (train: Record<string, Content | undefined>): Promise<unknown> =>
    loadTask('humset/sectors', { data: memorySource({ ...good, ...train }) }).catch(
      (error: unknown) => error,
    );
  const none = { 'HumSet/train.jsonl': undefined };

  test('a label that the task does not have, with file and row', async () => {
    const list = [row('a', ['Health']), row('b', ['Health', 'Helth'])];
    const lines = list.map((each) => JSON.stringify(each)).join('\n');
    const error = await failure({ 'HumSet/train.jsonl': lines });
    expect(error).toBeInstanceOf(LabelError);
    expect((error as Error).message).toMatch(
      /train\.jsonl, line 2: the label is "Helth", expected one of Agri/,
    );
    const parquet = parquetFile(
      columns('INT64'),
      [withIds(row('a', [])), { ...withIds(row('b', [])), sectors: [11] }].map((each) => ({
        ...each,
        entry_id: '1',
      })),
    );
    const other = await failure({ ...none, 'HumSet/train.parquet': parquet });
    expect((other as Error).message).toMatch(/train\.parquet, row 2: the label is "11"/);
  });

  test('a cell that is no list, a row without text or without the column', async () => {
    const error = await failure({ ...none, 'HumSet/train.csv': csv([row('a', ['Health'])], () => 'Health') });
    expect(error).toBeInstanceOf(MalformedRowError);
    expect((error as Error).message).toMatch(
      /train\.csv, line 2: sectors is "Health", expected a list of labels/,
    );
    const without = JSON.stringify({ ...row('a', []), excerpt: null });
    expect(String(await failure({ 'HumSet/train.jsonl': without }))).toMatch(
      /line 1: excerpt is null, expected a text/,
    );
    expect(String(await failure({ 'HumSet/train.jsonl': '{"excerpt":"a"}' }))).toMatch(/sectors is missing/);
    const { sectors: _, ...fewer } = columns('STRING');
    const parquet = parquetFile(fewer, [asText(row('a', []))]);
    expect(await failure({ '1.0.0/train/0000.parquet': parquet })).toBeInstanceOf(MissingColumnError);
  });

  test('a missing file, and two that could be meant', async () => {
    const error = await failure(none);
    expect(error).toBeInstanceOf(MissingFileError);
    expect((error as Error).message).toMatch(
      /HumSet\/train\.csv.*HumSet\/train\.parquet.*1\.0\.0\/train-\*\.parquet/,
    );
    const both = await failure({ 'HumSet/train.csv': csv(rows.train, python) });
    expect((both as Error).message).toMatch(/could both be the train split/);
  });
});
