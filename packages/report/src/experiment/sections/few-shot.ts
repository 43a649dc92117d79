import { learningCurves, type Series } from '../../figures/learning-curves.ts';
import { type Benchmark, benchmarkTitle, narrowed } from '../benchmarks.ts';
import { columnTests, type ReportContext } from '../context.ts';
import type { Part, ReportFigure, ReportSection } from '../document.ts';
import { smallFigure } from '../figure-size.ts';
import { groupBy } from '../group-by.ts';
import { averages, type MethodRow, seedScores } from '../method-rows.ts';
import { percent, scoreTable } from '../score-table.ts';

/** The axis that few-shot experiments vary. */
const axis = 'limit';

export const isFewShot = ({ axes }: MethodRow): boolean => typeof axes[axis] === 'number';

/** Makes the section of scores by the number of training rows. */
export function fewShotSection({ benchmarks, colorOf }: ReportContext): ReportSection | undefined {
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
          // One note explains all tables.
          withNote: i === sizes.length - 1,
        }),
      };
    });
    return [...(sizes.length > 1 ? [{ figures: curves(benchmark, colorOf) }] : []), ...tables];
  });
  return parts.length > 0 ? { heading: 'Few rows', parts } : undefined;
}

/** Removes the number of rows from a row's label, because the table's heading has it. */
function withoutSize(row: MethodRow): MethodRow {
  return { ...row, label: nameWithoutSize(row) };
}

/** Returns a row's name without its number of rows. */
export const nameWithoutSize = ({ label, axes }: MethodRow): string =>
  label.replace(`, rows ${axes[axis]}`, '');

/** Makes the curves of the average and of each task. */
function curves(benchmark: Benchmark, colorOf: ReportContext['colorOf']): ReportFigure[] {
  const { tasks, rows } = benchmark;
  const figure = (heading: string, scoresOf: (row: MethodRow) => Map<number, number>): ReportFigure => ({
    heading,
    kind: 'curves',
    draw: () =>
      learningCurves({
        series: seriesOf(rows, scoresOf, colorOf),
        ...{ xTitle: 'rows to learn from', yTitle: 'score, %', isLogarithmic: true, hasDots: true },
        ...smallFigure,
        label: `${heading}: score by the number of training rows`,
      }),
  });
  const each = tasks.map((task) =>
    figure(task.name, (row) => new Map(seedScores(row, task).map(({ seed, value }) => [seed, value]))),
  );
  return tasks.length > 1
    ? [figure(`Average of ${benchmarkTitle(benchmark)}`, (row) => averages(row, tasks)), ...each]
    : each;
}

/** Makes a line for each method, with a run for each seed. */
function seriesOf(
  rows: readonly MethodRow[],
  scoresOf: (row: MethodRow) => Map<number, number>,
  colorOf: ReportContext['colorOf'],
): Series[] {
  return [...groupBy(rows, nameWithoutSize)].map(([name, sizes]) => {
    const bySize = sizes.map((row) => ({ x: Number(row.axes[axis]), scores: scoresOf(row) }));
    const seeds = new Set(bySize.flatMap(({ scores }) => [...scores.keys()]));
    return {
      ...{ name, color: colorOf(sizes[0]!) },
      runs: [...seeds].map((seed) =>
        bySize
          .filter(({ scores }) => scores.has(seed))
          .map(({ x, scores }) => ({ x, y: percent(scores.get(seed) as number) }))
          .sort((a, b) => a.x - b.x),
      ),
    };
  });
}
