import type { ReportData, ReportEncoder, ReportTask } from './data.ts';
import { groupBy } from './group-by.ts';
import { type MethodRow, methodRows, reported } from './method-rows.ts';
import { publishedOrder, shortName } from './published.ts';

/** The content of one table: tasks of one benchmark with one encoder. */
export interface Benchmark {
  readonly encoder: ReportEncoder;
  /** Displayed name: `GLUE`, `MiniGLUE`. */
  readonly name: string;
  /** Tasks in the order of published tables. */
  readonly tasks: readonly ReportTask[];
  /** Rows with a score of at least one task, without probing. */
  readonly rows: readonly MethodRow[];
}

const names: Readonly<Record<string, string>> = {
  glue: 'GLUE',
  superglue: 'SuperGLUE',
  humset: 'HumSet',
  miniglue: 'MiniGLUE',
};

/** Tasks that a benchmark takes from another. The paper's SuperGLUE contains GLUE's RTE, which is the same data. */
const borrowed: Readonly<Record<string, readonly string[]>> = { SuperGLUE: ['glue/rte'] };

/** Returns the displayed name of a task's benchmark. The user's own tasks have no benchmark in their id. */
function benchmarkName(task: string): string {
  const [benchmark = '', rest] = task.split('/');
  return rest === undefined ? 'Tasks' : (names[benchmark] ?? benchmark);
}

/** Groups the reported runs by encoder and benchmark. */
export function benchmarks(data: ReportData): Benchmark[] {
  // Runs over several values of a factor have a section of their own; one with a fixed factor is a method like others.
  const rows = methodRows(reported(data)).filter(
    ({ kind, axes }) => kind !== 'analysis' || Object.keys(axes).length === 0,
  );
  return Object.entries(data.encoders).flatMap(([key, encoder]) => {
    const ofEncoder = rows.filter((row) => row.encoder === key);
    const scored = Object.keys(data.tasks).filter((id) => ofEncoder.some((row) => hasScore(row, id)));
    return [...tasksByBenchmark(scored)].map(([name, ids]): Benchmark => {
      const tasks = publishedOrder(ids, name).map((id) => data.tasks[id] as ReportTask);
      return { encoder, name, tasks, rows: ofEncoder.filter((row) => ids.some((id) => hasScore(row, id))) };
    });
  });
}

/** Groups tasks by benchmark. A benchmark whose tasks all belong to another one as well is left out. */
function tasksByBenchmark(ids: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const own = groupBy(publishedOrder(ids), benchmarkName);
  const lent = new Set<string>();
  const all = [...own].map(([name, tasks]): [string, string[]] => {
    const isThere = (id: string): boolean => tasks.some((task) => shortName(task) === shortName(id));
    const more = (borrowed[name] ?? []).filter((id) => ids.includes(id) && !isThere(id));
    for (const id of more) lent.add(id);
    return [name, [...tasks, ...more]];
  });
  return new Map(all.filter(([, tasks]) => !tasks.every((id) => lent.has(id))));
}

export function hasScore({ runs }: MethodRow, task: string): boolean {
  return runs.some(({ scores }) => scores.some((score) => score.task === task));
}

/** Returns the rows without varying settings: those of the main tables. */
export const plainRows = ({ rows }: Benchmark): MethodRow[] =>
  rows.filter(({ axes }) => Object.keys(axes).length === 0);

/** Returns a benchmark with some of its rows, and the tasks that they have scores of. */
export function narrowed<T extends Benchmark>(benchmark: T, rows: readonly MethodRow[]): T {
  const tasks = benchmark.tasks.filter(({ id }) => rows.some((row) => hasScore(row, id)));
  return { ...benchmark, rows, tasks };
}

/** Returns the title of a table, which names benchmark and encoder. */
export const benchmarkTitle = ({ name, encoder }: Benchmark): string => `${name}, ${encoder.name}`;
