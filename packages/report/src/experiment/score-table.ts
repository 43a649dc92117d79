import { majorityReport } from '@scalearn/evaluation';
import type { Benchmark } from './benchmarks.ts';
import { alpha, type ColumnTest, resamples } from './compare.ts';
import type { ReportRun, ReportTask, RunKind } from './data.ts';
import { groupBy } from './group-by.ts';
import { decodeList } from './lists.ts';
import { averages, type MethodRow, type Summary, seedScores, summarize } from './method-rows.ts';
import { groupTitles } from './methods.ts';
import { arePublishedTasks, type PublishedPlace, publishedAverage, publishedScore } from './published.ts';
import type { Cell, NumberCell, ReportTable, RowGroup } from './tables/model.ts';

export interface ScoreTableOptions {
  readonly title: string;
  readonly benchmark: Benchmark;
  readonly rows: readonly MethodRow[];
  /** Of each column, as `columnTests` gives them. */
  readonly tests: readonly (ColumnTest | undefined)[];
  /** Whether the answer that needs no training has a row. */
  readonly withBaseline?: boolean;
  /** Whether a note says how to read it; by default it does. */
  readonly withNote?: boolean;
}

/** Methods by tasks: the mean over seeds in percent, its deviation, and what is published. */
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

/** Where the row's published scores stand, if they are of the same settings, rows and sources. */
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

/** The tasks of a joint run, or of the sources of a two-stage one. */
const learnedFrom = ({ kind, sources, scores }: ReportRun): string[] =>
  kind === 'joint' ? scores.map(({ task }) => task) : sources.map(({ name }) => name);

/** Scores are fractions and shown in percent. */
export const percent = (fraction: number): number => 100 * fraction;

/** A mean over seeds, beside what is published, and as good as its column's test says. */
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
    ...(test?.isSignificant && test.best === row ? { isBest: true } : {}),
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

export const pText = (p: number): string => (p < 0.001 ? '< 0.001' : p.toFixed(3));

/** How many seeds each task has: one number where all have as many. */
function seedCount(tasks: readonly ReportTask[], row: MethodRow): NumberCell | string {
  const counts = tasks.map((task) => seedScores(row, task).length).filter((count) => count > 0);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? { value: least } : `${least}–${most}`;
}

/** The metrics of the commonest answer in the test rows. */
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

/** How the table is read, and what its marks are worth. */
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

/** What a mark stands for, and where none can be. */
function testWords(tests: readonly (ColumnTest | undefined)[]): string[] {
  const all = tests.flatMap((test) => test?.others ?? []);
  if (all.length === 0) return [];
  const over = new Set(all.map((test) => test.over));
  const smallest = Math.max(...all.filter((test) => test.over === 'seeds').map((test) => test.smallestP));
  return [
    `Bold is what is better than every other method of its column, all tests together at α = ${alpha} (Holm).`,
    ...(over.has('rows')
      ? [
          `Tests exchange the predictions of two methods for test rows at random, ${resamples.toLocaleString('en-US')} times, those of all shared seeds at once: they ask whether a difference would hold for other test rows.`,
        ]
      : []),
    ...(over.has('seeds')
      ? [
          `Where predictions were not kept for both, the test flips the signs of differences by seed; the least p it can give here is ${pText(smallest)}${smallest > alpha ? ', so it cannot mark anything: more seeds are needed' : ''}.`,
        ]
      : []),
  ];
}

/** Whether seeds of two-stage methods have the same adapters below. */
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
        'Two-stage runs of different seeds share their source adapters: their deviation leaves out that of stage 1.',
      ]
    : [];
}

/** `accuracy; STS-B: Pearson`: most tasks have the metric that stands first. */
function metricList(tasks: readonly ReportTask[]): string {
  const byMetric = [...groupBy(tasks, ({ metric }) => metric)].sort(([, a], [, b]) => b.length - a.length);
  return byMetric
    .map(([metric, own], i) =>
      i === 0 ? metricWords(metric) : `${own.map(({ name }) => name).join(', ')}: ${metricWords(metric)}`,
    )
    .join('; ');
}

/** `matthewsCorrelation` in words. */
export const metricWords = (metric: string): string =>
  metric
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .replace(/^(f1|pearson|spearman|matthews)/, (name) => name.charAt(0).toUpperCase() + name.slice(1));
