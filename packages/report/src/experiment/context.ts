import { type Benchmark, benchmarks, hasScore, plainRows } from './benchmarks.ts';
import { type ColumnTest, testColumn } from './compare.ts';
import type { ReportData } from './data.ts';
import type { MethodRow } from './method-rows.ts';

/** A benchmark with the tests of its main table. */
export interface TestedBenchmark extends Benchmark {
  readonly main: readonly MethodRow[];
  /** Tests of each task, and last of the average if there are several tasks. */
  readonly tests: readonly (ColumnTest | undefined)[];
}

/** The input of sections. */
export interface ReportContext {
  readonly data: ReportData;
  readonly benchmarks: readonly TestedBenchmark[];
  /** Number of a method's color, the same in all figures. */
  colorOf(row: Pick<MethodRow, 'entry'>): number;
}

export function reportContext(data: ReportData): ReportContext {
  const entries = [
    ...new Set(data.runs.filter(({ purpose }) => purpose === 'report').map(({ entry }) => entry)),
  ];
  return {
    data,
    colorOf: ({ entry }) => Math.max(0, entries.indexOf(entry)),
    benchmarks: benchmarks(data).map((benchmark) => {
      const main = plainRows(benchmark);
      return { ...benchmark, main, tests: columnTests(benchmark, main) };
    }),
  };
}

/** Tests every column of a table of scores. */
export function columnTests(
  { tasks }: Pick<Benchmark, 'tasks'>,
  rows: readonly MethodRow[],
): (ColumnTest | undefined)[] {
  const columns = [...tasks.map((task) => [task]), ...(tasks.length > 1 ? [tasks] : [])];
  return columns.map((column) =>
    testColumn(
      column,
      rows.filter((row) => column.every(({ id }) => hasScore(row, id))),
    ),
  );
}
