import { permutationTest } from '@scalearn/evaluation';
import { expect, test } from 'vitest';
import { baselineMethods } from '../../../baselines/src/index.ts';
import { coreMethods } from '../../../core/src/methods.ts';
import type { ReportData } from '../../src/experiment/data.ts';
import { decodeList } from '../../src/experiment/lists.ts';
import { experimentReport, parseReportData } from '../../src/index.ts';
import { few, sample, small } from './sample.ts';

const methods = [...coreMethods, ...baselineMethods];

/** The cells of a table's lines in the CSV, below its heading. */
function linesOf(data: ReportData, title: string): string[][] {
  return experimentReport(data, 'csv', methods)
    .split('\r\n')
    .map((line) =>
      line
        .replace(/^"([^"]*)"/, '$1')
        .replace('GLUE, F', 'GLUE F')
        .split(','),
    )
    .filter(([table]) => table?.startsWith(title));
}

const referenced: ReportData = { ...small, references: ['bottleneck'] };

test('every other row is compared with a reference: difference, interval, p', () => {
  const lines = linesOf(referenced, 'Against Adapter');
  expect(lines.map(([, , row, column]) => [row, column])).toEqual(
    ['Full FT', 'AdapterFusion', 'ScaLearn'].map((row) => [row, 'RTE']),
  );
  const [, , , , difference, , , significant, low, high, p] = lines.at(-1) as string[];
  const scores = (entry: string): number[] =>
    small.runs
      .filter((run) => run.entry === entry)
      .map(({ scores: [score] }) => score?.metrics.accuracy as number);
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, each) => sum + each, 0) / values.length;
  const expected = 100 * (mean(scores('scalearn')) - mean(scores('bottleneck')));
  expect(Number(difference)).toBeCloseTo(expected, 8);
  expect(Number(low)).toBeLessThan(expected);
  expect(Number(low)).toBeGreaterThan(0);
  expect(Number(high)).toBeGreaterThan(expected);
  expect(significant).toBe('yes');
  expect(Number(p)).toBeLessThan(0.001);
  // The other methods are as good as the reference.
  expect(lines.slice(0, 2).map((cells) => cells[7])).toEqual(['', '']);
});

test('p is that of a permutation test over the rows of the test split', () => {
  const task = small.tasks['glue/rte']!;
  const predictions = (entry: string): Float64Array[] =>
    small.runs
      .filter((run) => run.entry === entry)
      .map(({ scores: [score] }) => decodeList(task.problem, score?.predictions as string));
  const { p } = permutationTest(
    {
      labels: decodeList(task.problem, task.labels as string),
      ...{ a: predictions('adapter-fusion'), b: predictions('bottleneck') },
      metric: (labels, predicted) =>
        Array.from(labels).filter((label, row) => label === predicted[row]).length / labels.length,
    },
    { resamples: 2000 },
  );
  const fusion = linesOf(referenced, 'Against Adapter').find(([, , row]) => row === 'AdapterFusion');
  expect(Number(fusion?.[10])).toBeCloseTo(p, 1);
});

test('a row with few rows is compared with the reference of as many rows', () => {
  const data = { ...small, runs: few.filter(({ kind }) => kind !== 'analysis'), references: ['bottleneck'] };
  const lines = linesOf(data, 'Against Adapter');
  expect(lines.map(([, group, row]) => [group, row])).toEqual(
    ['4 rows', '16 rows', '32 rows', '100 rows'].flatMap((group) =>
      ['AdapterFusion', 'ScaLearn'].map((row) => [group, row]),
    ),
  );
});

test('without predictions the test is over seeds, and there is no interval', () => {
  const runs = small.runs.map((run) => ({
    ...run,
    scores: run.scores.map(({ predictions: _, ...score }) => score),
  }));
  const line = linesOf({ ...referenced, runs }, 'Against Adapter').at(-1);
  expect(line?.slice(8)).toEqual(['', '', '0.25']);
  expect(experimentReport({ ...referenced, runs }, 'markdown', methods)).toMatch(
    /\| ScaLearn \| \+\d+\.\d<br>p 0\.250 \|/,
  );
});

test('references stay in the JSON; a report without them, or with unknown ones, has no such section', () => {
  expect(parseReportData(experimentReport(referenced, 'json'))).toEqual(referenced);
  for (const references of [[], ['nothing']])
    expect(experimentReport({ ...small, references }, 'html', methods)).not.toContain('>Differences<');
  expect(experimentReport(small, 'html', methods)).not.toContain('>Differences<');
});

test('a frozen source with a fixed factor is a method like others', () => {
  const frozen = sample.runs.filter(({ kind, axes }) => kind === 'analysis' && String(axes.omega) === '1');
  const runs = frozen.map((run) => ({ ...run, entry: `from-${run.label}`, axes: {} }));
  expect(runs.map(({ label }) => label)).toEqual(['mnli', 'mrpc']);
  const data = { ...referenced, runs: [...small.runs, ...runs] };
  expect(linesOf(data, 'Against Adapter').map(([, , row]) => row)).toEqual(
    expect.arrayContaining(['mnli', 'mrpc', 'ScaLearn']),
  );
  const page = experimentReport(data, 'markdown', methods);
  expect(page).toMatch(/\*\*Frozen sources, trained head\*\*.*\n\| mnli \|/);
  expect(page).not.toContain('## Probing');
});
