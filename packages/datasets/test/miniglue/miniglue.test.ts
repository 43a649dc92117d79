import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  describeTask,
  InvalidOptionError,
  loadTask,
  miniglueTask,
  miniglueText,
  type Task,
} from '../../src/index.ts';
import { defaultRows, type MiniglueTask } from '../../src/miniglue/generators.ts';
import { fingerprints } from './fingerprints.ts';

const names = Object.keys(defaultRows) as MiniglueTask[];
const splits = ['train', 'validation', 'test'] as const;

// Each is made once: the large ones take seconds.
const tasks = new Map<MiniglueTask, Task>();
beforeAll(async () => {
  for (const name of names) tasks.set(name, await loadTask(`miniglue/${name}`));
});
const taskOf = (name: MiniglueTask): Task => tasks.get(name)!;

describe.each(names)('miniglue/%s', (name) => {
  let task: Task;
  beforeAll(() => {
    task = taskOf(name);
  });

  it('has the rows that its card tells, all different, and GLUE’s labels and metrics', () => {
    for (const split of splits) {
      const texts = task[split].map(({ segments }) => segments.join('\n'));
      expect(texts.length).toBe(defaultRows[name][split]);
      expect(new Set(texts).size).toBe(texts.length);
    }
    const { problem, labels, columns, metrics } = describeTask(`glue/${name}`);
    expect(task).toMatchObject({ problem, labels, columns, metrics });
  });

  it('is the same in every run and runtime', () => {
    expect(task.fingerprint).toBe(fingerprints[name]);
  });

  it('shares no text between its splits', () => {
    const train = new Set(task.train.map(({ segments }) => segments.join('\n')));
    const validation = new Set(task.validation.map(({ segments }) => segments.join('\n')));
    for (const { segments } of task.test) {
      expect(train.has(segments.join('\n'))).toBe(false);
      expect(validation.has(segments.join('\n'))).toBe(false);
    }
  });

  it('has labels as frequent as each other', () => {
    const { labels } = task;
    if (labels === null) {
      const scores = task.train.map(({ label }) => label as number);
      expect(Math.min(...scores)).toBeLessThan(1);
      expect(Math.max(...scores)).toBe(5);
      return;
    }
    for (const label of labels.keys()) {
      const share = task.train.filter((row) => row.label === label).length / task.train.length;
      expect(share * labels.length).toBeGreaterThan(0.88);
      expect(share * labels.length).toBeLessThan(1.12);
    }
  });

  it('gives its first rows when less is asked for, and other rows for another seed', async () => {
    const few = await loadTask(miniglueTask(name, { rows: { train: 20, validation: 5, test: 5 } }));
    expect(few.train).toEqual(task.train.slice(0, 20));
    expect(few.test).toEqual(task.test.slice(0, 5));
    const other = await loadTask(
      miniglueTask(name, { seed: 1, rows: { train: 20, validation: 5, test: 5 } }),
    );
    expect(other.train).not.toEqual(few.train);
  });
});

describe('MiniGLUE', () => {
  it('shows in its card what the data are', async () => {
    const card = await readFile(new URL('../../MINIGLUE.md', import.meta.url), 'utf8');
    const shown = [...card.matchAll(/^### (\w+)\n[\s\S]*?```jsonl\n([\s\S]*?)```/gm)];
    expect(shown.map(([, name]) => name)).toEqual(names);
    for (const [, name, lines] of shown) {
      const { test, columns, labels } = taskOf(name as MiniglueTask);
      const rows = test.slice(0, 3).map(({ segments, label }) => ({
        ...Object.fromEntries(columns.map((column, i) => [column, segments[i]])),
        label: labels ? labels[label as number] : label,
      }));
      expect(
        lines!
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      ).toEqual(rows);
    }
  });

  it('refuses seeds and sizes that are none', () => {
    expect(() => miniglueTask('rte', { seed: -1 })).toThrow(InvalidOptionError);
    expect(() => miniglueTask('rte', { rows: { test: 0 } })).toThrow('rows.test is 0');
  });

  it('tells in its texts of other facts than any task', () => {
    const texts = [...miniglueText({ documents: 2000 })].flat();
    expect(texts).toEqual([...miniglueText({ documents: 2000 })].flat());
    expect([...miniglueText({ documents: 50, seed: 1 })].flat()).not.toEqual(texts.slice(0, 50));
    const told = new Set(texts);
    for (const name of names) {
      const { train, test } = taskOf(name);
      const premises = [...train.slice(0, 5000), ...test].filter(({ segments }) =>
        name === 'qnli' ? told.has(segments[1]!) : told.has(segments[0]),
      );
      // Of a question alone one cannot tell which fact it is about.
      if (name !== 'qqp') expect(premises).toEqual([]);
    }
  });
});
