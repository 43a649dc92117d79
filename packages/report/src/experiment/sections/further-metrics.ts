import { benchmarkTitle } from '../benchmarks.ts';
import type { ReportContext, TestedBenchmark } from '../context.ts';
import type { ReportTask } from '../data.ts';
import type { ReportSection } from '../document.ts';
import { seedScores, summarize } from '../method-rows.ts';
import { metricWords, summaryCell } from '../score-table.ts';
import type { ReportTable } from '../tables/model.ts';

/** Scores that main tables leave out: they show one metric of a task. */
export function furtherMetricsSection({ benchmarks }: ReportContext): ReportSection | undefined {
  const parts = benchmarks.flatMap((benchmark) => {
    const columns = furtherMetrics(benchmark);
    return columns.length > 0 && benchmark.main.length > 0
      ? [{ table: metricsTable(benchmark, columns) }]
      : [];
  });
  return parts.length > 0 ? { heading: 'Further metrics', parts } : undefined;
}

/** The tasks once for every metric that is not the one of the main table. */
function furtherMetrics({ tasks, main }: TestedBenchmark): ReportTask[] {
  return tasks.flatMap((task) => {
    const scores = main.flatMap(({ runs }) => runs.flatMap((run) => run.scores));
    const own = scores
      .filter((score) => score.task === task.id)
      .flatMap(({ metrics }) => Object.keys(metrics));
    // The mean of two others, which tables of GLUE have, tells nothing that they do not.
    const others = [...new Set(own)].filter((metric) => metric !== task.metric && metric !== 'combinedScore');
    return others.map((metric) => ({ ...task, metric }));
  });
}

function metricsTable(benchmark: TestedBenchmark, columns: readonly ReportTask[]): ReportTable {
  return {
    title: `Further metrics: ${benchmarkTitle(benchmark)}`,
    note: 'In percent, as above; not tested.',
    columns: [
      { title: 'Method' },
      ...columns.map(({ name, metric }) => ({ title: `${name}, ${metricWords(metric)}`, numeric: true })),
    ],
    groups: [
      {
        rows: benchmark.main.map((row) => [
          row.label,
          ...columns.map((column) =>
            summaryCell(summarize(seedScores(row, column).map(({ value }) => value))),
          ),
        ]),
      },
    ],
  };
}
