import { learningCurves, type Series } from '../../figures/learning-curves.ts';
import { type Benchmark, benchmarkTitle, narrowed } from '../benchmarks.ts';
import { columnTests, type ReportContext } from '../context.ts';
import type { Part, ReportFigure, ReportSection } from '../document.ts';
import { smallFigure } from '../figure-size.ts';
import { groupBy } from '../group-by.ts';
import { averages, type MethodRow, seedScores } from '../method-rows.ts';
import { percent, scoreTable } from '../score-table.ts';

/** The axis of few-shot experiments. */
const axis = 'limit';

export const isFewShot = ({ axes }: MethodRow): boolean => typeof axes[axis] === 'number';

/** Scores by how many rows were learned from. */
export function fewShotSection({ benchmarks }: ReportContext): ReportSection | undefined {
  const parts = benchmarks.flatMap((whole): Part[] => {
    const benchmark = narrowed(whole, whole.rows.filter(isFewShot));
    const { rows } = benchmark;
    if (rows.length === 0) return [];
    const bySize = groupBy(rows, ({ axes }) => String(axes[axis]));
    const sizes = [...bySize.keys()].sort((a, b) => Number(a) - Number(b));
    const tables = sizes.map((size, i) => {
      const own = (bySize.get(size) ?? []).map(withoutSize);
      return {
        table: scoreTable({
          title: `${size} rows: ${benchmarkTitle(benchmark)}`,
          ...{ benchmark, rows: own, tests: columnTests(benchmark, own), withBaseline: false },
          // One note is for all.
          withNote: i === sizes.length - 1,
        }),
      };
    });
    return [...(sizes.length > 1 ? [{ figures: curves(benchmark) }] : []), ...tables];
  });
  return parts.length > 0 ? { heading: 'Few rows', parts } : undefined;
}

/** The heading of its table says how many rows it is of. */
function withoutSize(row: MethodRow): MethodRow {
  return { ...row, label: nameOf(row) };
}

const nameOf = ({ label, axes }: MethodRow): string => label.replace(`, rows ${axes[axis]}`, '');

/** The average, and each task by itself. */
function curves(benchmark: Benchmark): ReportFigure[] {
  const { tasks, rows } = benchmark;
  const figure = (heading: string, scoresOf: (row: MethodRow) => Map<number, number>): ReportFigure => ({
    heading,
    kind: 'curves',
    draw: () =>
      learningCurves({
        series: seriesOf(rows, scoresOf),
        ...{ xTitle: 'rows to learn from', yTitle: 'score, %', isLogarithmic: true, hasDots: true },
        ...smallFigure,
        label: `${heading}: score by the number of rows to learn from`,
      }),
  });
  const each = tasks.map((task) =>
    figure(task.name, (row) => new Map(seedScores(row, task).map(({ seed, value }) => [seed, value]))),
  );
  return tasks.length > 1
    ? [figure(`Average of ${benchmarkTitle(benchmark)}`, (row) => averages(row, tasks)), ...each]
    : each;
}

/** A line for each method, a run of it for each seed. */
function seriesOf(rows: readonly MethodRow[], scoresOf: (row: MethodRow) => Map<number, number>): Series[] {
  return [...groupBy(rows, nameOf)].map(([name, sizes]) => {
    const bySize = sizes.map((row) => ({ x: Number(row.axes[axis]), scores: scoresOf(row) }));
    const seeds = new Set(bySize.flatMap(({ scores }) => [...scores.keys()]));
    return {
      name,
      runs: [...seeds].map((seed) =>
        bySize
          .filter(({ scores }) => scores.has(seed))
          .map(({ x, scores }) => ({ x, y: percent(scores.get(seed) as number) }))
          .sort((a, b) => a.x - b.x),
      ),
    };
  });
}
