import { holm } from '@scalearn/evaluation';
import { type Benchmark, benchmarkTitle, hasScore, narrowed } from '../benchmarks.ts';
import { alpha, type PairTest, pairInterval, resamples, testPair } from '../compare.ts';
import type { ReportContext } from '../context.ts';
import type { ReportTask } from '../data.ts';
import type { Part, ReportSection } from '../document.ts';
import { groupBy } from '../group-by.ts';
import type { MethodRow } from '../method-rows.ts';
import { percent } from '../score-table.ts';
import type { Cell, ReportTable, RowGroup } from '../tables/model.ts';
import { isFewShot, nameWithoutSize } from './few-shot.ts';

/** Makes a table for each entry that others are compared with: the differences of all other rows from it. */
export function differencesSection({ data, benchmarks }: ReportContext): ReportSection | undefined {
  const parts = benchmarks.flatMap((whole) =>
    (data.references ?? []).flatMap((entry) => differenceParts(whole, entry)),
  );
  return parts.length > 0 ? { heading: 'Differences', parts } : undefined;
}

/** A row and the reference with the same settings. */
interface Compared {
  readonly row: MethodRow;
  readonly reference: MethodRow;
}

function differenceParts(whole: Benchmark, entry: string): Part[] {
  const references = whole.rows.filter((row) => row.entry === entry);
  const others = whole.rows.filter((row) => row.entry !== entry);
  const compared = references.flatMap((reference) => {
    const axes = JSON.stringify(reference.axes);
    return others
      .filter((row) => JSON.stringify(row.axes) === axes)
      .map((row): Compared => ({ row, reference }));
  });
  const rows = compared.flatMap(({ row, reference }) => [row, reference]);
  if (rows.length === 0) return [];
  return [{ table: differenceTable(narrowed(whole, rows), compared) }];
}

/** The columns: each task, and the tasks that both rows have. */
type Column = (pair: Compared) => readonly ReportTask[];

function differenceTable(benchmark: Benchmark, compared: readonly Compared[]): ReportTable {
  const { tasks } = benchmark;
  const shared: Column = ({ row, reference }) =>
    tasks.filter(({ id }) => hasScore(row, id) && hasScore(reference, id));
  const columns: Column[] = [
    ...tasks.map(
      (task): Column =>
        (pair) =>
          shared(pair).filter(({ id }) => id === task.id),
    ),
    ...(tasks.length > 1 ? [shared] : []),
  ];
  const lines = compared.map((pair) => ({
    pair,
    tests: columns.map((column) => tested(pair, column(pair))),
  }));
  // All tests of the table are one family.
  const corrected = holm(lines.flatMap(({ tests }) => tests.map((test) => test?.p ?? Number.NaN)));
  const name = nameWithoutSize(compared[0]!.reference);
  const line = ({ pair, tests }: (typeof lines)[number], i: number): Cell[] => [
    nameWithoutSize(pair.row),
    ...tests.map((test, j) => cell(test, corrected[i * columns.length + j])),
  ];
  const cells = lines.map((each, i) => ({ row: each.pair.row, cells: line(each, i) }));
  const groups = groupBy(cells, ({ row }) => (isFewShot(row) ? `${row.axes.limit} rows` : ''));
  return {
    title: `Against ${name}: ${benchmarkTitle(benchmark)}`,
    note: noteOf(
      lines.flatMap(({ tests }) => tests.flatMap((test) => test ?? [])),
      tasks.length > 1,
    ),
    columns: [
      { title: 'Method' },
      ...tasks.map((task) => ({ title: task.name, numeric: true })),
      ...(tasks.length > 1 ? [{ title: 'Average', numeric: true }] : []),
    ],
    groups: [...groups].map(
      ([title, own]): RowGroup => ({
        ...(title === '' ? {} : { title }),
        rows: own.map((each) => each.cells),
      }),
    ),
  };
}

interface Tested extends PairTest {
  readonly interval: readonly [low: number, high: number] | undefined;
}

function tested({ row, reference }: Compared, tasks: readonly ReportTask[]): Tested | undefined {
  if (tasks.length === 0) return undefined;
  const test = testPair(tasks, row, reference);
  return test.seeds === 0 ? undefined : { ...test, interval: pairInterval(tasks, row, reference) };
}

function cell(test: Tested | undefined, corrected: number | undefined): Cell {
  if (!test) return '–';
  const { difference, p, interval, seeds, over } = test;
  if (Number.isNaN(difference)) return { value: null };
  return {
    value: percent(difference),
    digits: 1,
    test: { p, ...(interval && { interval: [percent(interval[0]), percent(interval[1])] }) },
    ...(corrected !== undefined && corrected <= alpha ? { isSignificant: true } : {}),
    hint: `${seeds} shared ${seeds === 1 ? 'seed' : 'seeds'}, test over ${over}`,
  };
}

function noteOf(tests: readonly Tested[], hasAverage: boolean): string {
  const over = new Set(tests.map((test) => test.over));
  return [
    'Differences in percentage points, over the seeds that both have.',
    ...(over.has('rows')
      ? [
          `Below: the 95 % interval over test rows (paired bootstrap) and the two-sided p of a test that exchanges the predictions of both for test rows, ${resamples.toLocaleString('en-US')} times.`,
        ]
      : []),
    ...(over.has('seeds') ? ['If predictions were not kept for both, p is of a test over seeds.'] : []),
    `Bold: significant at α = ${alpha} after Holm’s correction over the whole table.`,
    ...(hasAverage ? ['Average: over the tasks that both have.'] : []),
  ].join(' ');
}
