import { mean } from '@scalearn/evaluation';
import { heatMap } from '../../figures/heat-map.ts';
import { learningCurves } from '../../figures/learning-curves.ts';
import type { ReportContext } from '../context.ts';
import type { ReportEncoder, ReportRun, ReportTask } from '../data.ts';
import type { Part, ReportFigure, ReportSection } from '../document.ts';
import { smallFigure } from '../figure-size.ts';
import { groupBy } from '../group-by.ts';
import { reported } from '../method-rows.ts';
import { metricWords, percent } from '../score-table.ts';
import type { ReportTable } from '../tables/model.ts';

/** A score of a probe: fixed factors on one or two source adapters. */
interface Probe {
  readonly task: ReportTask;
  readonly encoder: ReportEncoder;
  readonly sources: readonly string[];
  readonly omega: readonly number[];
  readonly seed: number;
  /** Score in percent. */
  readonly score: number;
}

/** Makes the section on the effect of a source adapter at part of its strength. */
export function probingSection({ data }: ReportContext): ReportSection | undefined {
  const probes = reported(data).flatMap((run) => probesOf(run, data.tasks, data.encoders[run.encoder]));
  const single = probes.filter(({ omega }) => omega.length === 1);
  const double = probes.filter(({ omega }) => omega.length === 2);
  const parts: Part[] = [
    ...(single.length > 0
      ? [
          {
            intro:
              'One adapter multiplied by a constant ω, below a trained head: 0 leaves it out, 1 is its full strength.',
            figures: [...groupBy(single, ({ task }) => task.id).values()].map(lines),
          },
          { table: bestTable(single) },
        ]
      : []),
    ...(double.length > 0
      ? [
          {
            intro: 'Two adapters, each multiplied by its own constant: the best pairs need not sum to 1.',
            figures: [...groupBy(double, placeOf).values()].map(grid),
          },
        ]
      : []),
  ];
  return parts.length > 0 ? { heading: 'Probing', parts } : undefined;
}

function probesOf(
  { kind, axes, settings, scores, seed, sources }: ReportRun,
  tasks: ReportContext['data']['tasks'],
  encoder: ReportEncoder | undefined,
): Probe[] {
  if (kind !== 'analysis' || !encoder) return [];
  const { methodSettings } = settings;
  // What does not vary is in the tables of methods.
  if (Object.keys(axes).length === 0) return [];
  const given = axes.omega ?? (methodSettings as { omega?: unknown } | undefined)?.omega;
  const omega = [given].flat().map(Number);
  if (omega.some((value) => !Number.isFinite(value))) return [];
  return scores.flatMap(({ task: id, metrics }) => {
    const task = tasks[id];
    const value = task && metrics[task.metric];
    if (!task || value === null || value === undefined) return [];
    const names = sources.map(({ name }) => name);
    return [{ task, encoder, sources: names, omega, seed, score: percent(value) }];
  });
}

const placeOf = ({ task, encoder, sources }: Probe): string =>
  JSON.stringify([task.id, encoder.fingerprint, sources]);

const titleOf = ({ task, encoder }: Probe): string => `${task.name}, ${encoder.name}`;

/** Makes the figure of a target: a line for each source over ω. */
function lines(probes: readonly Probe[]): ReportFigure {
  const [first] = probes as [Probe];
  const series = [...groupBy(probes, ({ sources }) => sources.join())].map(([name, own]) => ({
    name,
    runs: [...groupBy(own, ({ seed }) => String(seed)).values()].map((run) =>
      run.map(({ omega, score }) => ({ x: omega[0] as number, y: score })).sort((a, b) => a.x - b.x),
    ),
  }));
  return {
    heading: titleOf(first),
    kind: 'curves',
    draw: () =>
      learningCurves({
        ...{ series, xTitle: 'ω', yTitle: `${metricWords(first.task.metric)}, %`, hasDots: true },
        ...smallFigure,
        label: `${titleOf(first)}: score by ω, a line for each source adapter`,
      }),
  };
}

/** Makes the figure of a target and two sources: the score of every pair of factors. */
function grid(probes: readonly Probe[]): ReportFigure {
  const [first] = probes as [Probe];
  const values = (i: number): number[] =>
    [...new Set(probes.map(({ omega }) => omega[i] as number))].sort((a, b) => a - b);
  const [rows, columns] = [values(0).reverse(), values(1)];
  const cells = rows.map((row) =>
    columns.map((column) =>
      mean(probes.filter(({ omega }) => omega[0] === row && omega[1] === column).map(({ score }) => score)),
    ),
  );
  const known = cells.flat().filter((value) => Number.isFinite(value));
  const [one = '', other = ''] = first.sources;
  return {
    heading: titleOf(first),
    caption: `${metricWords(first.task.metric)} in percent; cells without color are at the mean of all pairs.`,
    kind: 'cells',
    draw: () =>
      heatMap({
        ...{ rows: rows.map(String), columns: columns.map(String), values: cells, digits: 1 },
        ...{ rowTitle: `ω of ${one}`, columnTitle: `ω of ${other}`, center: mean(known) },
        label: `${titleOf(first)}: score by ω of ${one} and of ${other}`,
      }),
  };
}

/** Makes a table of the ω with the best mean score, for every source and target. */
function bestTable(probes: readonly Probe[]): ReportTable {
  const rows = [...groupBy(probes, placeOf).values()].map((own) => {
    const [first] = own as [Probe];
    const means = [...groupBy(own, ({ omega }) => String(omega[0]))].map(([omega, each]) => ({
      omega: Number(omega),
      score: mean(each.map(({ score }) => score)),
    }));
    const best = means.reduce((a, b) => (b.score > a.score ? b : a));
    const at = (omega: number): number | undefined => means.find((each) => each.omega === omega)?.score;
    const score = (value: number | undefined): { value: number; digits: number } | string =>
      value === undefined ? '–' : { value, digits: 2 };
    return [
      titleOf(first),
      first.sources.join(),
      { value: best.omega, digits: 1 },
      score(best.score),
      score(at(1)),
      score(at(0)),
    ];
  });
  return {
    title: 'The best ω of each source',
    note: 'Means over seeds, in percent. The best of several values is chosen by its test score, so it is too high by chance; it is not tested.',
    columns: [
      { title: 'Target' },
      { title: 'Source' },
      ...['Best ω', 'Score there', 'Score at 1', 'Score at 0'].map((title) => ({ title, numeric: true })),
    ],
    groups: [{ rows }],
  };
}
