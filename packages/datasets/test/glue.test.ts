import { describe, expect, test } from 'vitest';
import { recordedJson } from '../../../test/golden/recorded.ts';
import {
  fingerprintExamples,
  folderSource,
  loadTask,
  nestedSubset,
  type SplitName,
  type Task,
  taskIds,
  trainTestSplit,
} from '../src/index.ts';
import { findTask } from '../src/registry.ts';
import {
  glueFolder,
  hasGlue,
  hasGolden,
  indices,
  part,
  type RecordedSplit,
  type RecordedTask,
  recordedLists,
} from './recorded.ts';

interface RecordedExample {
  split: string;
  index: number;
  label: number;
  segments: { a: string; b?: string }[];
}
const splitNames: Record<string, SplitName> = {
  train: 'train',
  test: 'test',
  test_mismatched: 'testMismatched',
};

const recordedTasks = recordedJson<Record<string, RecordedTask>>('data/tasks.json');
const glueIds = taskIds.filter((id) => id.startsWith('glue/'));

test.each(glueIds)('facts of %s', (id) => {
  const { info } = findTask(id);
  const expected = recordedTasks[id]!;
  expect(info.columns).toEqual(expected.columns);
  expect(info.labels).toEqual(expected.labels);
  expect(info.maxLength).toBe(expected.maxLength);
  expect(info.truncation).toBe(expected.truncation === 'longest_first' ? 'longestFirst' : 'onlyFirst');
  expect(info.metrics).toContain(info.primaryMetric);
});

describe.skipIf(!hasGolden || !hasGlue)('the real GLUE (needs SCALEARN_SHARED)', () => {
  const recordedSplits = hasGolden ? recordedJson<Record<string, RecordedSplit>>('data/splits.json') : {};
  const lists = hasGolden ? recordedLists() : new Map<string, Int32Array>();
  const loaded = new Map<string, Promise<Task>>();
  const load = (id: string): Promise<Task> => {
    if (!loaded.has(id)) loaded.set(id, loadTask(id, { data: glueFolder }));
    return loaded.get(id)!;
  };

  describe.each(glueIds)('%s', (id) => {
    const name = id.replace('/', '-');

    test('rows of every file, byte for byte', async () => {
      const definition = findTask(id);
      const files = Object.entries(recordedTasks[id]!.files).filter(([split]) => split in splitNames);
      expect(files.map(([split]) => splitNames[split])).toEqual(Object.keys(definition.info.files ?? {}));
      for (const [split, expected] of files) {
        const rows = await definition.read(splitNames[split]!, folderSource(glueFolder));
        expect(rows.length).toBe(expected.rows);
        expect(await fingerprintExamples(rows)).toBe(expected.rowsSha256);
        for (const [label, count] of Object.entries(expected.labelCounts ?? {})) {
          expect(rows.filter((row) => row.label === Number(label)).length).toBe(count);
        }
      }
      const { examples } = recordedJson<{ examples: RecordedExample[] }>(`data/${name}.json`);
      for (const expected of examples.filter(({ split }) => split in splitNames)) {
        const rows = await definition.read(splitNames[expected.split]!, folderSource(glueFolder));
        const [{ a, b }] = expected.segments as [{ a: string; b?: string }];
        expect(rows[expected.index]).toEqual({
          index: expected.index,
          segments: b === undefined ? [a] : [a, b],
          label: expected.label,
        });
      }
    });

    test('division into training and validation part', async () => {
      const task = await load(id);
      const expected = recordedSplits[name]!;
      expect(task.stratified).toBe(expected.stratified);
      expect(task.rows.train).toBe(expected.rows);
      expect(indices(task.train)).toEqual(lists.get(`${name}.train`));
      expect(indices(task.validation)).toEqual(lists.get(`${name}.validation`));
    });

    test('nested subsets and their division', async () => {
      const { train, validation } = await load(id);
      const { seed, stratified, subsets } = recordedSplits[name]!;
      const byIndex = [...train, ...validation].sort((a, b) => a.index - b.index);
      const options = { seed, labels: stratified ? byIndex.map(({ label }) => label as number) : undefined };
      // A subset is drawn from the next larger one, so the smallest depends on all.
      const chosen = Object.entries(subsets).filter(
        ([p]) => train.length < 20_000 || ['5', '95'].includes(p),
      );
      expect(chosen.length).toBe(train.length < 20_000 ? 19 : 2);
      for (const [percent, expected] of chosen) {
        expect(part(nestedSubset(byIndex.length, Number(percent), options))).toEqual(
          expect.objectContaining({ rows: expected.rows, sha256: expected.sha256 }),
        );
        const split = trainTestSplit(byIndex.length, { ...options, maxTrainPct: Number(percent) });
        expect(expected.train).toEqual(expect.objectContaining(part(split.train)));
        expect(expected.validation).toEqual(expect.objectContaining(part(split.validation)));
      }
    });
  });

  test('limits keep the first rows, the fingerprint stays', async () => {
    const full = await load('glue/mnli');
    const few = await loadTask('glue/mnli', { data: glueFolder, limit: 7, evalLimit: 3 });
    expect(few.train).toEqual(full.train.slice(0, 7));
    expect(few.validation).toEqual(full.validation.slice(0, 3));
    expect(few.test).toEqual(full.test.slice(0, 3));
    expect(few.testMismatched).toEqual(full.testMismatched?.slice(0, 3));
    expect(few.rows).toEqual({ train: 16_189, test: 9815, testMismatched: 1000 });
    expect(few.fingerprint).toBe(full.fingerprint);
  });
});
