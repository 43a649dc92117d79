import { mean } from '@scalearn/evaluation';
import { type ScatterPoint, scatter } from '../../figures/scatter.ts';
import { benchmarkTitle } from '../benchmarks.ts';
import type { ReportContext, TestedBenchmark } from '../context.ts';
import type { ReportFigure, ReportSection } from '../document.ts';
import { averages, type MethodRow } from '../method-rows.ts';
import { groupTitles } from '../methods.ts';
import { percent } from '../score-table.ts';
import type { ReportTable } from '../tables/model.ts';

/** Makes the section of scores by the number of trainable parameters for all tasks together. */
export function efficiencySection({ benchmarks }: ReportContext): ReportSection | undefined {
  const parts = benchmarks.flatMap((benchmark) => {
    const efficient = efficiencies(benchmark);
    if (efficient.length < 3) return [];
    const isDrawn = efficient.some(({ parameters }) => parameters > 0);
    return [
      ...(isDrawn ? [{ figures: [efficiencyFigure(benchmark, efficient)] }] : []),
      { table: efficiencyTable(benchmark, efficient) },
    ];
  });
  return parts.length > 0 ? { heading: 'Parameter efficiency', parts } : undefined;
}

interface Efficiency {
  readonly row: MethodRow;
  /** Trainable parameters for all tasks together, without heads. */
  readonly parameters: number;
  /** The mean score over tasks and seeds, a fraction. */
  readonly score: number;
}

/** Computes the efficiency of the methods that have a score of every task. */
function efficiencies({ main, tasks }: TestedBenchmark): Efficiency[] {
  return main.flatMap((row): Efficiency[] => {
    const scores = [...averages(row, tasks).values()];
    if (scores.length === 0 || !Number.isFinite(mean(scores))) return [];
    return [{ row, parameters: allParameters(row, tasks.length), score: mean(scores) }];
  });
}

/** Returns the parameters for all tasks: those of a single joint model, or of one model for each task. */
function allParameters({ kind, runs }: MethodRow, tasks: number): number {
  const one = mean(runs.map(({ parameters }) => parameters.method));
  return kind === 'joint' ? one : one * tasks;
}

const pairs = [
  ['scalearn', 'scalearn++'],
  ['scalearn-uniform', 'scalearn-uniform++'],
] as const;

function efficiencyFigure(benchmark: TestedBenchmark, all: readonly Efficiency[]): ReportFigure {
  const size = benchmark.encoder.parameters;
  const full = all.find(({ row }) => row.method === 'full-finetuning');
  // The axis is logarithmic: a method without parameters besides the head has no place on it.
  const placed = all.filter(({ parameters }) => parameters > 0);
  const without = all.filter((each) => !placed.includes(each)).map(({ row }) => row.label);
  const points = placed.map(
    ({ row, parameters, score }): ScatterPoint => ({
      name: row.label,
      group: groupTitles[row.kind],
      x: size === null ? parameters : percent(parameters / size),
      y: percent(score),
    }),
  );
  const xTitle = size === null ? 'trained parameters' : "trained parameters, % of the encoder's";
  const labelOf = (method: string): string =>
    all.find(({ row }) => row.method === method)?.row.label ?? method;
  return {
    kind: 'curves',
    caption: `${benchmarkTitle(benchmark)}: the average score over the trained parameters of all ${benchmark.tasks.length} tasks together, without heads; a variant and its shared form are connected.${without.length > 0 ? ` Without ${without.join(', ')}, which trains nothing else.` : ''}`,
    draw: () =>
      scatter({
        points,
        pairs: pairs.map(([one, shared]) => [labelOf(one), labelOf(shared)]),
        ...(full ? { reference: { name: full.row.label, y: percent(full.score) } } : {}),
        ...{ xTitle, yTitle: 'average score, %' },
        label: `Average score over trained parameters, ${benchmarkTitle(benchmark)}`,
      }),
  };
}

function efficiencyTable(benchmark: TestedBenchmark, all: readonly Efficiency[]): ReportTable {
  const size = benchmark.encoder.parameters;
  const sorted = [...all].sort((a, b) => a.parameters - b.parameters);
  return {
    title: `Trained parameters: ${benchmarkTitle(benchmark)}`,
    note: 'Without heads and without the source adapters of two-stage methods.',
    columns: [
      { title: 'Method' },
      { title: 'Of all tasks', numeric: true },
      ...(size === null ? [] : [{ title: '% of the encoder', numeric: true }]),
      { title: 'Average', numeric: true },
    ],
    groups: [
      {
        rows: sorted.map(({ row, parameters, score }) => [
          row.label,
          { value: parameters },
          ...(size === null ? [] : [threeDigits(percent(parameters / size))]),
          { value: percent(score), digits: 2 },
        ]),
      },
    ],
  };
}

/** Three significant digits, but no decimal places beyond the fifth. */
function threeDigits(value: number): { readonly value: number; readonly digits: number } {
  const places = value > 0 ? 2 - Math.floor(Math.log10(value)) : 0;
  return { value, digits: Math.min(5, Math.max(0, places)) };
}
