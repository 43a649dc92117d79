import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadTask, readFileTask, type Task } from '@scalearn/datasets';
import { describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { colors, sentence, writeRows } from './support/own-files.ts';
import { events, must, type Outcome, run } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

const folder = scratchFolder();
const world = tinyWorld(folder);
const at = (name: string): string => join(folder, name);

/** Texts and the label in words of every row of every split. */
function rowsOf({ train, validation, test, labels }: Task): unknown[] {
  return [train, validation, test].map((rows) =>
    rows.map(({ segments, label }) => [
      segments,
      typeof label === 'number' ? (labels?.[label] ?? label) : label,
    ]),
  );
}

describe('what is written is read again as the same rows with the same labels', () => {
  test.each(['glue/rte', 'glue/stsb', 'glue/mnli', 'miniglue/mrpc', 'miniglue/qnli'])('%s', async (id) => {
    const out = at(id.replace('/', '-'));
    const data = id.startsWith('glue') ? ['--data', world.data] : [];
    const { out: said } = await must('data', '--task', id, ...data, '--out', out);
    const task = await loadTask(id, data[1] === undefined ? {} : { data: data[1] });
    const again = await loadTask(await readFileTask({ data: out }));
    expect(again.problem).toBe(task.problem);
    expect(rowsOf(again)).toEqual(rowsOf(task));
    expect(readdirSync(out)).toHaveLength(id.endsWith('mnli') && data.length > 0 ? 4 : 3);
    expect(said).toContain(`${id}, saved in ${out}\n`);
    expect(said).toMatch(new RegExp(`^train +${task.train.length.toLocaleString('en-US')} `, 'm'));
    expect(said).toMatch(/^to train on it: --task .* --label label/m);
  });

  test('a file of the user', async () => {
    const row = (i: number): string => `"${sentence(i)}",${['x|y', 'y', ''][i % 3]}`;
    const file = writeRows(folder, 'tags.csv', 'words,the tags', 40, row);
    const own = ['--task', file, '--text', 'words', '--label', 'the tags', '--problem', 'multi-label'];
    const { out: said, err } = await must('data', ...own, '--out', at('tags'));
    expect(err).toContain(
      "labels from 'the tags': x (14), y (27)\nmulti-label classification, 2 labels, separated",
    );
    expect(said).toMatch(/^split +rows +x +y$/m);
    expect(said).toMatch(/^ {2}(x, y|y|): the /m);
    expect(said).toContain('--text words --label "the tags"\n');
    const before = await readFileTask({
      ...{ data: folder, file: 'tags.csv', text: 'words', label: 'the tags' },
      problem: 'multiLabelClassification',
    });
    const again = await readFileTask({ data: at('tags'), text: 'words', label: 'the tags' });
    expect((await loadTask(again)).fingerprint).toBe((await loadTask(before)).fingerprint);
  });

  test('--json says what there is', async () => {
    const outcome = await must('data', '--task', colors(folder), '--out', at('json'), '--json');
    expect(events(outcome)).toEqual([
      {
        ...{ event: 'done', task: 'own/colors', problem: 'singleLabelClassification', out: at('json') },
        ...{ columns: ['text'], label: 'color', labels: ['blue', 'red'] },
        splits: {
          train: { rows: 48, labels: { blue: 24, red: 24 }, scores: null },
          validation: { rows: 6, labels: { blue: 3, red: 3 }, scores: null },
          test: { rows: 6, labels: { blue: 3, red: 3 }, scores: null },
        },
      },
    ]);
    expect(outcome.err).toBe('');
  });
});

describe('the output folder', () => {
  const data = (task: string, out: string, ...more: string[]): Promise<Outcome> =>
    run('data', '--task', task, '--data', world.data, '--out', out, ...more);

  test('is replaced only when asked, splits of an earlier task included; other files stay', async () => {
    const out = at('twice');
    expect((await data('glue/mnli', out)).code).toBe(0);
    writeFileSync(join(out, 'notes.txt'), 'mine');
    const before = readFileSync(join(out, 'train.jsonl'), 'utf8');
    expect(await data('glue/rte', out)).toMatchObject({
      code: 2,
      err: expect.stringContaining('is not empty; choose another --out, or replace the files in it with'),
    });
    expect(readFileSync(join(out, 'train.jsonl'), 'utf8')).toBe(before);
    expect((await data('glue/rte', out, '--overwrite')).code).toBe(0);
    expect(readdirSync(out).sort()).toEqual(['notes.txt', 'test.jsonl', 'train.jsonl', 'validation.jsonl']);
    expect(readFileSync(join(out, 'train.jsonl'), 'utf8')).toContain('entailment');
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('is never one of a run, nor the data itself', async () => {
    mkdirSync(at('run'));
    writeFileSync(join(at('run'), 'run.json'), '{}');
    expect(await data('glue/rte', at('run'), '--overwrite')).toMatchObject({
      code: 2,
      err: expect.stringContaining('holds a run of scalearn; choose another --out'),
    });
    expect((await run('data', '--task', at('json'), '--out', at('json'), '--overwrite')).err).toContain(
      '--out is the data itself, or lies in it',
    );
    expect((await data('glue/rte', join(world.data, 'RTE'), '--overwrite')).code).toBe(2);
  });
});
