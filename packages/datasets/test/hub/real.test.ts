// The official files and the hub's give the same tasks: the hub's are written here from the official rows.
import { describe, expect, test } from 'vitest';
import { type ColumnType, parquetFile } from '../../../../test/support/parquet.ts';
import { readFile } from '../../src/file.ts';
import { folderSource, loadTask, memorySource, type SplitName } from '../../src/index.ts';
import { jsonLines } from '../../src/own/json-table.ts';
import { findTask } from '../../src/registry.ts';
import { Fields } from '../../src/tasks/fields.ts';
import { superglue } from '../../src/tasks/superglue.ts';
import { glueFolder, hasGlue, hasSuperglue, superglueFolder } from '../recorded.ts';

const text = (...names: string[]): Record<string, ColumnType> =>
  Object.fromEntries(names.map((name) => [name, 'STRING']));
const classId = { label: 'INT64', idx: 'INT32' } as const;
const place = (...names: string[]): ColumnType => ({
  struct: Object.fromEntries(names.map((name) => [name, 'INT32'])),
});

const glueColumns: Record<string, Record<string, ColumnType>> = {
  cola: { ...text('sentence'), ...classId },
  sst2: { ...text('sentence'), ...classId },
  mrpc: { ...text('sentence1', 'sentence2'), ...classId },
  qqp: { ...text('question1', 'question2'), ...classId },
  stsb: { ...text('sentence1', 'sentence2'), label: 'FLOAT', idx: 'INT32' },
  mnli: { ...text('premise', 'hypothesis'), ...classId },
  qnli: { ...text('question', 'sentence'), ...classId },
  rte: { ...text('sentence1', 'sentence2'), ...classId },
};

const superglueColumns: Record<string, Record<string, ColumnType>> = {
  boolq: { ...text('question', 'passage'), ...classId },
  cb: { ...text('premise', 'hypothesis'), ...classId },
  copa: { ...text('premise', 'choice1', 'choice2', 'question'), ...classId },
  multirc: {
    ...text('paragraph', 'question', 'answer'),
    idx: place('paragraph', 'question', 'answer'),
    label: 'INT64',
  },
  record: {
    ...text('passage', 'query'),
    entities: { list: 'STRING' },
    answers: { list: 'STRING' },
    idx: place('passage', 'query'),
  },
  rte: { ...text('premise', 'hypothesis'), ...classId },
  wic: {
    ...text('word', 'sentence1', 'sentence2'),
    ...{ start1: 'INT32', start2: 'INT32', end1: 'INT32', end2: 'INT32', ...classId },
  },
  wsc: {
    ...text('text', 'span1_text', 'span2_text'),
    span1_index: 'INT32',
    span2_index: 'INT32',
    ...classId,
  },
};

type Row = Record<string, unknown>;

/** The rows of a task as a source with the hub's files, in two shards each. */
async function asHub(
  id: string,
  columns: Record<string, ColumnType>,
  rowsOf: (split: SplitName) => Promise<Row[]>,
): Promise<ReturnType<typeof memorySource>> {
  const { config, splits } = findTask(id).info.hub!;
  const files: Record<string, Uint8Array<ArrayBuffer>> = {};
  for (const [split, name] of Object.entries(splits) as [SplitName, string][]) {
    const rows = await rowsOf(split);
    const half = Math.ceil(rows.length / 2);
    for (const [i, part] of [rows.slice(0, half), rows.slice(half)].entries())
      files[`${config}/${name}-0000${i}-of-00002.parquet`] = parquetFile(columns, part);
  }
  return memorySource(files);
}

describe.skipIf(!hasGlue)('GLUE (needs SCALEARN_SHARED)', () => {
  test.for(Object.entries(glueColumns))('%s', async ([name, columns]) => {
    const id = `glue/${name}`;
    const official = folderSource(glueFolder);
    const { info, read } = findTask(id);
    const hub = await asHub(id, columns, async (split) =>
      (await read(split, official)).map(({ segments, label, index }) => ({
        ...Object.fromEntries(info.columns.map((column, i) => [column, segments[i]])),
        ...{ label, idx: index },
      })),
    );
    expect(await loadTask(id, { data: hub })).toEqual(await loadTask(id, { data: official }));
  });
});

describe.skipIf(!hasSuperglue)('SuperGLUE (needs SCALEARN_SHARED)', () => {
  test.for(Object.entries(superglueColumns))('%s', async ([name, columns]) => {
    const task = superglue.find(({ info }) => info.id === `superglue/${name}`)!;
    const { id, labels, files } = task.info;
    const official = folderSource(superglueFolder);
    const hub = await asHub(id, columns, async (split) => {
      const rows: Row[] = [];
      for (const line of jsonLines(await readFile(official, files![split]!))) {
        const flat = task.rows?.(new Fields(line)) ?? [Object.fromEntries(line.values)];
        for (const row of flat) {
          const label =
            name === 'record' ? {} : { label: new Fields(line).with(row).label('label', labels!) };
          rows.push({ ...row, ...label });
        }
      }
      // What official rows lack and the hub has is not read.
      return rows.map((row) =>
        name === 'record' ? { ...row, idx: { passage: 0, ...(row.idx as Row) } } : row,
      );
    });
    expect(await loadTask(id, { data: hub })).toEqual(await loadTask(id, { data: official }));
  });
});
