import { benchmarkTitle } from '../benchmarks.ts';
import type { ReportContext, TestedBenchmark } from '../context.ts';
import type { ReportTask } from '../data.ts';
import type { ReportSection } from '../document.ts';
import { seedScores, summarize } from '../method-rows.ts';
import { metricWords, summaryCell } from '../score-table.ts';
import type { ReportTable } from '../tables/model.ts';

/** Makes the section of metrics that main tables leave out: these show one metric of a task. */
export function furtherMetricsSection({ benchmarks }: ReportContext): ReportSection | undefined {
  const parts = benchmarks.flatMap((benchmark) => {
    const columns = furtherMetrics(benchmark);
    return columns.length > 0 && benchmark.main.length > 0
      ? [{ table: metricsTable(benchmark, columns) }]
      : [];
  });
  return parts.length > 0 ? { heading: 'Further metrics', parts } : undefined;
}

/** Returns the tasks once for every metric that is not in the main table. */
function furtherMetrics({ tasks, main }: TestedBenchmark): ReportTask[] {
  return tasks.flatMap((task) => {
    const scores = main.flatMap(({ runs }) => runs.flatMap((run) => run.scores));
    const own = scores
      .filter((score) => score.task === task.id)
      .flatMap(({ metrics }) => Object.keys(metrics));
    // GLUE's tables also have the mean of two other metrics, which adds no information.
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
