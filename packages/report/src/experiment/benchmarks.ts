import type { ReportData, ReportEncoder, ReportTask } from './data.ts';
import { type MethodRow, methodRows, reported } from './method-rows.ts';
import { publishedOrder } from './published.ts';

/** What one table shows: tasks of one benchmark with one encoder. */
export interface Benchmark {
  readonly encoder: ReportEncoder;
  /** In print: `GLUE`, `MiniGLUE`. */
  readonly name: string;
  /** In the order of published tables. */
  readonly tasks: readonly ReportTask[];
  /** That have a score of one of the tasks; probing left out. */
  readonly rows: readonly MethodRow[];
}

const names: Readonly<Record<string, string>> = {
  glue: 'GLUE',
  superglue: 'SuperGLUE',
  humset: 'HumSet',
  miniglue: 'MiniGLUE',
};

/** The benchmark of a task in print. Tasks of a user's own have no benchmark in their id. */
function benchmarkName(task: string): string {
  const [benchmark = '', rest] = task.split('/');
  return rest === undefined ? 'Tasks' : (names[benchmark] ?? benchmark);
}

/** The reported runs by encoder and benchmark. */
export function benchmarks(data: ReportData): Benchmark[] {
  const rows = methodRows(reported(data)).filter(({ kind }) => kind !== 'analysis');
  const ids = publishedOrder(Object.keys(data.tasks));
  const benchmarksOf = [...new Set(ids.map(benchmarkName))];
  return Object.entries(data.encoders).flatMap(([key, encoder]) =>
    benchmarksOf.flatMap((name): Benchmark[] => {
      const own = ids.filter((id) => benchmarkName(id) === name);
      const here = rows.filter((row) => row.encoder === key && own.some((id) => hasScore(row, id)));
      const tasks = own.filter((id) => here.some((row) => hasScore(row, id)));
      if (here.length === 0) return [];
      return [{ encoder, name, tasks: tasks.map((id) => data.tasks[id] as ReportTask), rows: here }];
    }),
  );
}

export function hasScore({ runs }: MethodRow, task: string): boolean {
  return runs.some(({ scores }) => scores.some((score) => score.task === task));
}

/** Rows in which nothing varies: those of the main tables. */
export const plainRows = ({ rows }: Benchmark): MethodRow[] =>
  rows.filter(({ axes }) => Object.keys(axes).length === 0);

/** A benchmark of some of its rows, and of the tasks that they have scores of. */
export function narrowed<T extends Benchmark>(benchmark: T, rows: readonly MethodRow[]): T {
  const tasks = benchmark.tasks.filter(({ id }) => rows.some((row) => hasScore(row, id)));
  return { ...benchmark, rows, tasks };
}

/** Says what a table is of where there are several. */
export const benchmarkTitle = ({ name, encoder }: Benchmark): string => `${name}, ${encoder.name}`;
