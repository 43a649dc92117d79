import { mean } from '@scalearn/evaluation';
import { benchmarkTitle } from '../benchmarks.ts';
import type { ReportContext, TestedBenchmark } from '../context.ts';
import type { ReportRun } from '../data.ts';
import type { ReportSection } from '../document.ts';
import type { MethodRow } from '../method-rows.ts';
import type { Cell, ReportTable } from '../tables/model.ts';

/** Makes the section of the cost of a model of each method: parameters, steps, tokens, time. */
export function costSection({ benchmarks }: ReportContext): ReportSection | undefined {
  const parts = benchmarks
    .filter(({ main }) => main.length > 0)
    .map((benchmark) => ({ table: costTable(benchmark) }));
  return parts.length > 0 ? { heading: 'Cost', parts } : undefined;
}

function costTable(benchmark: TestedBenchmark): ReportTable {
  return {
    title: `Cost of a run: ${benchmarkTitle(benchmark)}`,
    note: 'Means over tasks and seeds. A run of a joint method includes all its tasks; a run of a two-stage method does not include its sources. Tokens are estimated from the speed if steps were timed. MiB are those on the device, if it reports them.',
    columns: [
      { title: 'Method' },
      ...['Parameters', 'Head', 'Steps', 'Thousand tokens', 'Seconds', 'MiB'].map((title) => ({
        ...{ title, numeric: true },
      })),
      { title: 'Device' },
    ],
    groups: [{ rows: benchmark.main.map(costLine) }],
  };
}

function costLine({ label, runs }: MethodRow): Cell[] {
  const average = (of: (run: ReportRun) => number | null, digits = 0): Cell => {
    const known = runs.map(of).filter((value) => value !== null);
    return known.length > 0 ? { value: mean(known), digits } : '–';
  };
  return [
    label,
    average(({ parameters }) => parameters.method),
    average(({ parameters }) => parameters.head),
    average(({ steps }) => steps),
    average(({ tokensPerSecond, seconds }) =>
      tokensPerSecond === null ? null : (tokensPerSecond * seconds) / 1000,
    ),
    average(({ seconds }) => seconds, 1),
    average(({ memory }) => (memory === null ? null : memory / 2 ** 20), 1),
    [...new Set(runs.map(({ device }) => device))].join(', '),
  ];
}
