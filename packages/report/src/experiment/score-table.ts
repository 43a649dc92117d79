import { majorityReport } from '@scalearn/evaluation';
import type { Benchmark } from './benchmarks.ts';
import { alpha, type ColumnTest, resamples } from './compare.ts';
import type { ReportRun, ReportTask, RunKind } from './data.ts';
import { groupBy } from './group-by.ts';
import { decodeList } from './lists.ts';
import { averages, type MethodRow, type Summary, seedScores, summarize } from './method-rows.ts';
import { groupTitles } from './methods.ts';
import { arePublishedTasks, type PublishedPlace, publishedAverage, publishedScore } from './published.ts';
import { type Cell, type NumberCell, pText, type ReportTable, type RowGroup } from './tables/model.ts';

export interface ScoreTableOptions {
  readonly title: string;
  readonly benchmark: Benchmark;
  readonly rows: readonly MethodRow[];
  /** A test for each column, as `columnTests` returns them. */
  readonly tests: readonly (ColumnTest | undefined)[];
  /** Whether the baseline without training has a row. */
  readonly withBaseline?: boolean;
  /** Whether a note explains the table; true by default. */
  readonly withNote?: boolean;
}

/** Makes a table of methods by tasks: the mean over seeds in percent, its deviation, and the published score. */
export function scoreTable(options: ScoreTableOptions): ReportTable {
  const { title, benchmark, rows, tests, withBaseline = true, withNote = true } = options;
  const { tasks } = benchmark;
  const hasAverage = tasks.length > 1;
  const line = (row: MethodRow): Cell[] => [
    row.label,
    ...tasks.map((task, i) => taskCell(benchmark, task, row, tests[i])),
    ...(hasAverage ? [averageCell(benchmark, row, tests[tasks.length])] : []),
    seedCount(tasks, row),
  ];
  const kinds = Object.keys(groupTitles) as RunKind[];
  const groups = kinds
    .map((kind): RowGroup => {
      return { title: groupTitles[kind], rows: rows.filter((row) => row.kind === kind).map(line) };
    })
    .filter((group) => group.rows.length > 0);
  const baseline = withBaseline ? baselineLine(tasks, hasAverage) : undefined;
  return {
    title,
    ...(withNote ? { note: scoreNote(options, groups) } : {}),
    columns: [
      { title: 'Method' },
      ...tasks.map(({ name }) => ({ title: name, numeric: true })),
      ...(hasAverage ? [{ title: 'Average', numeric: true }] : []),
      { title: 'Seeds', numeric: true },
    ],
    groups: baseline ? [...groups, { title: 'Without training', rows: [baseline] }] : groups,
  };
}

function taskCell(benchmark: Benchmark, task: ReportTask, row: MethodRow, test?: ColumnTest): Cell {
  const summary = summarize(seedScores(row, task).map(({ value }) => value));
  const place = publishedPlace(benchmark, row, [task]);
  return summaryCell(summary, place && publishedScore(place, task.id), test, row);
}

function averageCell(benchmark: Benchmark, row: MethodRow, test?: ColumnTest): Cell {
  const { tasks } = benchmark;
  const ids = tasks.map(({ id }) => id);
  const place = publishedPlace(benchmark, row, tasks);
  const summary = summarize([...averages(row, tasks).values()]);
  return summaryCell(summary, place && publishedAverage(place, ids), test, row);
}

/** Returns the place of the row's published scores, if they have the same settings, rows and sources. */
function publishedPlace(
  { name, encoder }: Benchmark,
  { method, axes, runs }: MethodRow,
  tasks: readonly ReportTask[],
): PublishedPlace | undefined {
  const place = { benchmark: name, encoder: encoder.name, method };
  const isPublished = (run: ReportRun): boolean =>
    ['limit', 'evalLimit', 'layers', 'fraction'].every((limit) => (run.settings[limit] ?? null) === null) &&
    (run.kind === 'single-task' || arePublishedTasks(place, learnedFrom(run)));
  const isWhole = Object.keys(axes).length === 0 && tasks.every(({ unofficial }) => unofficial.length === 0);
  return isWhole && runs.every(isPublished) ? place : undefined;
}

/** Returns the tasks of a joint run, or of the sources of a two-stage run. */
const learnedFrom = ({ kind, sources, scores }: ReportRun): string[] =>
  kind === 'joint' ? scores.map(({ task }) => task) : sources.map(({ name }) => name);

/** Converts a score, which is a fraction, to percent. */
export const percent = (fraction: number): number => 100 * fraction;

/** Makes a cell with the mean over seeds, the published score, and the result of the column's test. */
export function summaryCell(
  summary: Summary | undefined,
  published?: number,
  test?: ColumnTest,
  row?: MethodRow,
): Cell {
  if (!summary) return '–';
  const { mean, deviation, count, interval } = summary;
  if (!Number.isFinite(mean)) return { value: null };
  const hints = [
    `mean of ${count}`,
    ...(interval ? [`95 % interval ${interval.map((bound) => percent(bound).toFixed(2)).join(' to ')}`] : []),
    ...testHint(test, row),
  ];
  return {
    value: percent(mean),
    digits: 2,
    ...(deviation === undefined ? {} : { deviation: percent(deviation) }),
    ...(published === undefined ? {} : { published }),
    ...(test?.isSignificant && test.best === row ? { isSignificant: true } : {}),
    hint: hints.join('; '),
  };
}

function testHint(test: ColumnTest | undefined, row: MethodRow | undefined): string[] {
  const against = test?.others.find((other) => other.row === row);
  if (!test || !against || Number.isNaN(against.corrected)) return [];
  return [
    `${percent(against.difference).toFixed(2)} below ${test.best.label}, corrected p ${pText(against.corrected)}`,
  ];
}

/** Returns the number of seeds of each task: one number if all are equal, otherwise a range. */
function seedCount(tasks: readonly ReportTask[], row: MethodRow): NumberCell | string {
  const counts = tasks.map((task) => seedScores(row, task).length).filter((count) => count > 0);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? { value: least } : `${least}–${most}`;
}

/** Makes the row of the baseline: the metrics of the most frequent answer in the test rows. */
function baselineLine(tasks: readonly ReportTask[], hasAverage: boolean): Cell[] | undefined {
  const cells = tasks.map(({ problem, metric, labels, columns = 1 }): Cell => {
    if (labels === undefined) return '–';
    const spec = { problem, metrics: [metric], primaryMetric: metric };
    const { value } = majorityReport(spec, decodeList(problem, labels), columns).primary;
    return Number.isFinite(value) ? { value: percent(value), digits: 2 } : { value: null };
  });
  if (cells.every((cell) => cell === '–')) return undefined;
  const values = cells.map((cell) => (typeof cell === 'object' ? cell.value : null));
  const isWhole = values.every((value) => value !== null);
  const total = values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  const average: Cell = isWhole ? { value: total / values.length, digits: 2 } : '–';
  return ['Commonest answer', ...cells, ...(hasAverage ? [average] : []), ''];
}

/** Explains how the table is read and what its marks mean. */
function scoreNote({ benchmark, rows, tests }: ScoreTableOptions, groups: readonly RowGroup[]): string {
  const { tasks } = benchmark;
  const hasPublished = groups.some((group) =>
    group.rows.some((row) => row.some((cell) => typeof cell === 'object' && cell.published !== undefined)),
  );
  return [
    `Test scores in percent (${metricList(tasks)}): mean ± sample standard deviation over seeds.`,
    ...(hasPublished ? ['Below: the published mean, and our difference from it.'] : []),
    ...testWords(tests),
    ...sharedSources(rows),
  ].join(' ');
}

/** Explains the marks of tests, and which columns cannot have one. */
function testWords(tests: readonly (ColumnTest | undefined)[]): string[] {
  const all = tests.flatMap((test) => test?.others ?? []);
  if (all.length === 0) return [];
  const over = new Set(all.map((test) => test.over));
  const smallest = Math.max(...all.filter((test) => test.over === 'seeds').map((test) => test.smallestP));
  return [
    `Bold: significantly better than every other method of the column, all tests together at α = ${alpha} (Holm).`,
    ...(over.has('rows')
      ? [
          `Tests exchange the predictions of two methods for test rows at random, ${resamples.toLocaleString('en-US')} times, for all shared seeds at once. They test whether a difference would hold for other test rows.`,
        ]
      : []),
    ...(over.has('seeds')
      ? [
          `If predictions were not kept for both, the test flips the signs of differences by seed; the smallest possible p is here ${pText(smallest)}${smallest > alpha ? ', so it cannot mark anything: more seeds are needed' : ''}.`,
        ]
      : []),
  ];
}

/** Explains whether seeds of two-stage methods share the same source adapters. */
function sharedSources(rows: readonly MethodRow[]): string[] {
  const shared = rows.some(({ kind, runs }) => {
    if (kind !== 'two-stage') return false;
    const byTask = groupBy(runs, ({ scores }) => scores.map(({ task }) => task).join());
    return [...byTask.values()].some((group) => {
      const sets = group.map(({ sources }) => JSON.stringify(sources.map((source) => source.run)));
      return sets.length > 1 && !sets[0]?.includes('null') && new Set(sets).size === 1;
    });
  });
  return shared
    ? [
        'Two-stage runs of different seeds share their source adapters: their deviation does not include that of stage 1.',
      ]
    : [];
}

/** Lists the metrics: `accuracy; STS-B: Pearson`. Most tasks have the first one. */
function metricList(tasks: readonly ReportTask[]): string {
  const byMetric = [...groupBy(tasks, ({ metric }) => metric)].sort(([, a], [, b]) => b.length - a.length);
  return byMetric
    .map(([metric, own], i) =>
      i === 0 ? metricWords(metric) : `${own.map(({ name }) => name).join(', ')}: ${metricWords(metric)}`,
    )
    .join('; ');
}

/** Converts a metric's name, such as `matthewsCorrelation`, to words. */
export const metricWords = (metric: string): string =>
  metric
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .replace(/^(f1|pearson|spearman|matthews)/, (name) => name.charAt(0).toUpperCase() + name.slice(1));
