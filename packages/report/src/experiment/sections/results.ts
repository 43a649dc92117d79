import { benchmarkTitle } from '../benchmarks.ts';
import type { ReportContext } from '../context.ts';
import type { ReportSection } from '../document.ts';
import { scoreTable } from '../score-table.ts';

/** Makes the main tables: methods by tasks. */
export function resultsSection({ benchmarks }: ReportContext): ReportSection | undefined {
  const parts = benchmarks
    .filter(({ main }) => main.length > 0)
    .map((benchmark) => ({
      table: scoreTable({
        ...{ title: benchmarkTitle(benchmark), benchmark, rows: benchmark.main, tests: benchmark.tests },
      }),
    }));
  return parts.length > 0 ? { heading: 'Results', parts } : undefined;
}
