import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { recordedJson } from '../../../test/golden/recorded.ts';
import { readFile } from '../src/file.ts';
import {
  type Example,
  folderSource,
  loadTask,
  type SplitName,
  type Task,
  trainTestSplit,
} from '../src/index.ts';
import { jsonLines } from '../src/own/json-table.ts';
import { findTask } from '../src/registry.ts';
import { Fields } from '../src/tasks/fields.ts';
import { superglue } from '../src/tasks/superglue.ts';
import {
  hasGolden,
  hasSuperglue,
  indices,
  part,
  type RecordedSplit,
  type RecordedTask,
  recordedLists,
  superglueFolder,
} from './recorded.ts';

interface RecordedExample {
  split: 'train' | 'test';
  index: number;
  label: number;
  segments: { a: string; b: string }[];
  query?: number;
  entity?: string;
  answers?: string[];
}

/** The texts of each sequence that the encoder reads. */
const sequences = ({ segments: [a, b], choices }: Example): { a: string; b: string | undefined }[] =>
  choices ? choices.map((choice) => ({ a, b: choice })) : [{ a, b }];

const hashOf = (rows: Iterable<readonly unknown[]>): string => {
  const hash = createHash('sha256');
  for (const row of rows) hash.update(`${JSON.stringify(row)}\n`);
  return hash.digest('hex');
};

const recordedTasks = recordedJson<Record<string, RecordedTask>>('data/tasks.json');

test('SuperGLUE has eight tasks', () => {
  expect(superglue.map(({ info: { name } }) => name)).toEqual([
    'BoolQ',
    'CB',
    'COPA',
    'MultiRC',
    'ReCoRD',
    'RTE',
    'WiC',
    'WSC',
  ]);
});

test.each(superglue.map(({ info }) => [info.id, info] as const))('facts of %s', (id, info) => {
  const expected = recordedTasks[id]!;
  expect(info.labels).toEqual(expected.labels);
  expect(info.maxLength).toBe(expected.maxLength);
  expect(info.truncation).toBe(expected.truncation === 'longest_first' ? 'longestFirst' : 'onlyFirst');
  expect(info.metrics).toContain(info.primaryMetric);
});

describe.skipIf(!hasGolden || !hasSuperglue)('the real SuperGLUE (needs SCALEARN_SHARED)', () => {
  const source = folderSource(superglueFolder);
  const recordedSplits = hasGolden ? recordedJson<Record<string, RecordedSplit>>('data/splits.json') : {};
  const lists = hasGolden ? recordedLists() : new Map<string, Int32Array>();

  describe.each(superglue.map((task) => [task.info.id, task] as const))('%s', (id, definition) => {
    const { info } = definition;
    const name = id.replace('/', '-');
    const expected = recordedTasks[id]!;
    let task: Task;
    const rows = (split: 'train' | 'test'): readonly Example[] =>
      split === 'test' ? task.test : [...task.train, ...(info.files?.validation ? [] : task.validation)];
    const byIndex = (split: 'train' | 'test'): readonly Example[] =>
      [...rows(split)].sort((a, b) => a.index - b.index);
    beforeAll(async () => {
      task = await loadTask(id, { data: source });
    });

    test.each(['train', 'test'] as const)('rows of the %s file, byte for byte', async (split) => {
      const { rowsSha256, rows: count } = expected.files[split]!;
      const file = await readFile(source, info.files![split as SplitName]!);
      const found: unknown[][] = [];
      for (const row of jsonLines(file)) {
        const line = new Fields(row);
        for (const values of definition.rows?.(line) ?? [Object.fromEntries(row.values)]) {
          const fields = expected.columns.map((column) => values[column]);
          const last = info.ranksCandidates
            ? (values.idx as { query: number }).query
            : line.with(values).label('label', info.labels!);
          found.push([...fields, last]);
        }
      }
      expect(found.length).toBe(count);
      expect(hashOf(found)).toBe(rowsSha256);
      expect(task.rows[split]).toBe(count);
    });

    test.each(['train', 'test'] as const)('texts and labels of the %s file', (split) => {
      const examples = byIndex(split);
      const { labelCounts, expandedRows, expandedSha256 } = expected.files[split]!;
      for (const [label, count] of Object.entries(labelCounts!))
        expect(examples.filter((example) => example.label === Number(label)).length).toBe(count);
      if (expandedSha256) {
        expect(examples.length).toBe(expandedRows);
        const all = examples.map(({ segments, candidate, group, label }) => [
          ...[...segments, candidate?.text, group, label],
        ]);
        expect(hashOf(all)).toBe(expandedSha256);
      }
      const { examples: chosen } = recordedJson<{ examples: RecordedExample[] }>(`data/${name}.json`);
      const own = chosen.filter((example) => example.split === split);
      expect(own.length).toBeGreaterThan(5);
      for (const { index, label, segments, query, entity, answers } of own) {
        const example = examples[index]!;
        expect(example.index).toBe(index);
        expect(sequences(example)).toEqual(segments);
        expect(example.label).toBe(label);
        if (info.ranksCandidates) {
          expect(example.group).toBe(query);
          expect(example.candidate).toEqual({ text: entity, answers });
        }
      }
    });

    test.skipIf(info.files?.validation !== undefined)('division and nested subsets', () => {
      const { train, validation, seed, stratified, subsets, rows: count } = recordedSplits[name]!;
      expect(info.stratified).toBe(stratified);
      expect(indices(task.train)).toEqual(lists.get(`${name}.train`));
      expect(indices(task.validation)).toEqual(lists.get(`${name}.validation`));
      expect([task.train.length, task.validation.length]).toEqual([train.rows, validation.rows]);
      const labels = stratified ? byIndex('train').map(({ label }) => label as number) : undefined;
      for (const percent of count > 20_000 ? ['95', '50'] : Object.keys(subsets)) {
        const split = trainTestSplit(count, { seed, labels, maxTrainPct: Number(percent) });
        expect(subsets[percent]!.train).toEqual(expect.objectContaining(part(split.train)));
        expect(subsets[percent]!.validation).toEqual(expect.objectContaining(part(split.validation)));
      }
    });
  });

  test('all of ReCoRD trains, in its order, and its development file validates and tests', async () => {
    const few = await loadTask('superglue/record', { data: source, limit: 20, validationLimit: 7 });
    expect(few.train.map(({ index }) => index)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(new Set(few.train.map(({ group }) => group)).size).toBeLessThan(4);
    expect([few.validation.length, few.test.length]).toEqual([7, 1317]);
    expect(few.validation).toEqual(few.test.slice(0, 7));
    expect(few.rows).toEqual({ train: 64, validation: 123, test: 123 });
  });

  test('RTE is read from the files of GLUE where there are no others', async () => {
    const glue = folderSource(superglueFolder.replace(/superglue$/, 'glue'));
    const rte = superglue.find(({ info }) => info.id === 'superglue/rte')!;
    expect(await rte.read('test', glue)).toEqual(await findTask('glue/rte').read('test', glue));
  });
});
