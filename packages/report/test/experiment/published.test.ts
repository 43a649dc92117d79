import { expect, test } from 'vitest';
import type { ReportData, ReportRun, ReportTask } from '../../src/experiment/data.ts';
import { experimentReport } from '../../src/index.ts';
import { small } from './sample.ts';

const superglue = ['record', 'multirc', 'boolq', 'wic', 'wsc', 'copa', 'cb', 'rte'];
const glue = ['mnli', 'qqp', 'qnli', 'sst2', 'stsb', 'mrpc', 'rte', 'cola'];
const rte = small.tasks['glue/rte'] as ReportTask;
const idOf = (name: string): string => (name === 'rte' ? 'glue/rte' : `superglue/${name}`);

/** ScaLearn on tasks, all with the same sources. */
function report(tasks: readonly string[], sources: readonly string[]): string {
  const { predictions: _, ...score } = small.runs[0]!.scores[0]!;
  const runs = tasks.map(
    (task): ReportRun => ({
      ...small.runs[0]!,
      ...{ id: task, entry: 'scalearn', label: 'ScaLearn', method: 'scalearn', kind: 'two-stage', seed: 0 },
      sources: sources.map((name) => ({ name, run: null })),
      scores: [{ ...score, task, metrics: { accuracy: 0.8 } }],
    }),
  );
  const about = tasks.map((id) => [id, { ...rte, id, name: id.split('/')[1] }]);
  const data: ReportData = { ...small, tasks: Object.fromEntries(about), runs };
  return experimentReport(data, 'csv');
}

/** Lines of the CSV: table, row, column, published. */
const published = (csv: string): string[] =>
  csv
    .split('\r\n')
    .map((line) => line.split(','))
    .filter((cells) => cells.at(-9) === 'ScaLearn' && cells.at(-5) !== '')
    .map((cells) => `${cells[0]}: ${cells.at(-8)} ${cells.at(-5)}`);

test("SuperGLUE has GLUE's RTE as its last task, with the score that is published there, and an average of all", async () => {
  const csv = await report(superglue.map(idOf), superglue);
  const lines = published(csv);
  expect(lines.map((line) => line.split(' ').slice(-2).join(' '))).toEqual([
    'record 79.52',
    'multirc 73.22',
    'boolq 77.27',
    'wic 66.35',
    'wsc 63.46',
    'copa 74.8',
    'cb 90.89',
    'rte 78.88',
    'Average 75.55',
  ]);
  expect(csv).not.toContain('"GLUE,');
});

test('RTE among tasks of GLUE is that of GLUE', async () => {
  expect(published(await report(['glue/rte', 'glue/mrpc'], glue)).join()).toContain('rte 82.06');
});

test('with other sources than the published ones nothing is published', async () => {
  const all = [...new Set([...glue, ...superglue])];
  expect(published(await report(superglue.map(idOf), all))).toEqual([]);
  expect(published(await report(['glue/rte', 'glue/mrpc'], ['rte', 'mrpc', 'cola']))).toEqual([]);
});

test('tasks of both benchmarks make both tables, with RTE in each', async () => {
  const csv = await report([...superglue.map(idOf), 'glue/mrpc'], superglue);
  const tables = csv.split('\r\n').filter((line) => line.includes(',ScaLearn,rte,'));
  expect(tables.map((line) => line.replace(/^"?(\w+),.*$/, '$1'))).toEqual(['GLUE', 'SuperGLUE']);
});
