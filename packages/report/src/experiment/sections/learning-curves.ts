import { learningCurves } from '../../figures/learning-curves.ts';
import { benchmarkTitle, hasScore } from '../benchmarks.ts';
import type { ReportContext, TestedBenchmark } from '../context.ts';
import type { ReportTask } from '../data.ts';
import type { ReportFigure, ReportSection } from '../document.ts';
import { smallFigure } from '../figure-size.ts';
import type { MethodRow } from '../method-rows.ts';

/** Makes the section of validation losses: a figure for each task, and one for joint models. */
export function learningCurvesSection({ benchmarks, colorOf }: ReportContext): ReportSection | undefined {
  const parts = benchmarks.flatMap((benchmark) => {
    const figures = [
      ...benchmark.tasks.flatMap((task) => taskFigures(benchmark, task, colorOf)),
      ...jointFigure(benchmark, colorOf),
    ];
    if (figures.length === 0) return [];
    return [
      {
        intro: `${benchmarkTitle(benchmark)}: validation loss after every evaluation, the mean over seeds in a band of one standard deviation, up to the step that every seed reached.`,
        figures,
      },
    ];
  });
  return parts.length > 0 ? { heading: 'Learning curves', parts } : undefined;
}

type ColorOf = ReportContext['colorOf'];

/**
 * Makes the figures of a task. Single-task and two-stage methods learn at different paces, so each kind has its own
 * figure.
 */
function taskFigures({ main }: TestedBenchmark, task: ReportTask, colorOf: ColorOf): ReportFigure[] {
  const rows = main.filter((row) => row.kind !== 'joint' && hasScore(row, task.id));
  const kinds = [
    ['single-task', 'single task'],
    ['two-stage', 'two stages'],
  ] as const;
  return kinds.flatMap(([kind, words]) => {
    const own = rows.filter((row) => row.kind === kind);
    return curvesOf(
      own,
      (row) => row.runs.filter(({ scores }) => scores[0]?.task === task.id),
      `${task.name}, ${words}`,
      colorOf,
    );
  });
}

function jointFigure({ main }: TestedBenchmark, colorOf: ColorOf): ReportFigure[] {
  return curvesOf(
    main.filter(({ kind }) => kind === 'joint'),
    ({ runs }) => runs,
    'All tasks, joint',
    colorOf,
  );
}

function curvesOf(
  rows: readonly MethodRow[],
  runsOf: (row: MethodRow) => MethodRow['runs'],
  heading: string,
  colorOf: ColorOf,
): ReportFigure[] {
  const series = rows
    .map((row) => ({
      ...{ name: row.label, color: colorOf(row) },
      runs: runsOf(row).map(({ history }) =>
        history.flatMap(({ step, validationLoss }) =>
          validationLoss === null ? [] : [{ x: step, y: validationLoss }],
        ),
      ),
    }))
    // A line needs two points.
    .filter(({ runs }) => runs.some(({ length }) => length > 1));
  if (series.length === 0) return [];
  return [
    {
      heading,
      kind: 'curves',
      draw: () =>
        learningCurves({
          ...{ series, xTitle: 'step', yTitle: 'validation loss' },
          ...smallFigure,
          label: `${heading}: validation loss over steps, a line for each method`,
        }),
    },
  ];
}
