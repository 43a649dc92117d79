import { benchmarkTitle, narrowed } from '../benchmarks.ts';
import { columnTests, type ReportContext } from '../context.ts';
import type { ReportSection } from '../document.ts';
import { scoreTable } from '../score-table.ts';
import { isFewShot } from './few-shot.ts';

/** Makes the section of entries with varying settings, beside the same entries without changes. */
export function ablationsSection({ benchmarks }: ReportContext): ReportSection | undefined {
  const parts = benchmarks.flatMap((whole) => {
    const varied = whole.rows.filter((row) => Object.keys(row.axes).length > 0 && !isFewShot(row));
    if (varied.length === 0) return [];
    const methods = new Set(varied.map(({ method }) => method));
    const { tasks } = narrowed(whole, varied);
    const rows = [...whole.main.filter(({ method }) => methods.has(method)), ...varied];
    const benchmark = { ...whole, tasks, rows };
    return [
      {
        table: scoreTable({
          title: `What varies: ${benchmarkTitle(benchmark)}`,
          ...{ benchmark, rows, tests: columnTests(benchmark, rows), withBaseline: false },
        }),
      },
    ];
  });
  return parts.length > 0 ? { heading: 'Ablations', parts } : undefined;
}
