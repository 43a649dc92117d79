import { benchmarkTitle } from '../benchmarks.ts';
import { alpha } from '../compare.ts';
import type { ReportContext, TestedBenchmark } from '../context.ts';
import type { ReportSection } from '../document.ts';
import { percent } from '../score-table.ts';
import { type Cell, pText, type ReportTable } from '../tables/model.ts';

/**
 * Makes the section of tests: for every column the best method against the second best, and the number of methods that
 * are not significantly worse.
 */
export function comparisonsSection({ benchmarks }: ReportContext): ReportSection | undefined {
  const parts = benchmarks.flatMap((benchmark) => {
    const table = comparisonTable(benchmark);
    return table.groups[0]?.rows.length ? [{ table }] : [];
  });
  return parts.length > 0 ? { heading: 'Significance', parts } : undefined;
}

function comparisonTable(benchmark: TestedBenchmark): ReportTable {
  const names = [...benchmark.tasks.map(({ name }) => name), 'Average'];
  const rows = benchmark.tests.flatMap((test, i): Cell[][] => {
    const [next] = test?.others ?? [];
    if (!test || !next) return [];
    const close = test.others.filter(({ corrected }) => !(corrected <= alpha));
    return [
      [
        names[i] as string,
        test.best.label,
        next.row.label,
        { value: Number.isNaN(next.difference) ? null : percent(next.difference), digits: 2 },
        Number.isNaN(next.p) ? 'no shared seeds' : pText(next.p),
        Number.isNaN(next.corrected) ? '–' : pText(next.corrected),
        next.over,
        { value: close.length },
      ],
    ];
  });
  return {
    title: `Best against next best: ${benchmarkTitle(benchmark)}`,
    note: `Differences in percentage points, over the seeds that both methods have. p: two-sided; corrected: by Holm over all methods of the column. Not distinguishable: methods whose corrected p against the best is above ${alpha}.`,
    columns: [
      { title: 'Task' },
      { title: 'Best' },
      { title: 'Next best' },
      { title: 'Difference', numeric: true },
      { title: 'p', numeric: true },
      { title: 'p, corrected', numeric: true },
      { title: 'Test over' },
      { title: 'Not distinguishable', numeric: true },
    ],
    groups: [{ rows }],
  };
}
