import { mean } from '@scalearn/evaluation';
import { heatMap } from '../../figures/heat-map.ts';
import { learningCurves } from '../../figures/learning-curves.ts';
import { type Benchmark, benchmarkTitle } from '../benchmarks.ts';
import type { ReportContext } from '../context.ts';
import type { RunCoefficients } from '../data.ts';
import type { Part, ReportFigure, ReportSection } from '../document.ts';
import { smallFigure } from '../figure-size.ts';
import type { MethodRow } from '../method-rows.ts';
import { publishedOrder, shortName } from '../published.ts';
import type { Cell, ReportTable } from '../tables/model.ts';

/**
 * Makes the section of ScaLearn's coefficients: the sources that each task uses, in which layers, and how much in
 * total.
 */
export function coefficientsSection({ benchmarks, data }: ReportContext): ReportSection | undefined {
  const parts = benchmarks.flatMap((benchmark): Part[] => {
    const { main, rows } = benchmark;
    // If settings vary, those of the main table are shown.
    const methods = (main.length > 0 ? main : rows)
      .map((row) => learned(benchmark, row))
      .filter(({ targets }) => targets.length > 0);
    if (methods.length === 0) return [];
    const nameOf = sourceNames(Object.values(data.tasks).map(({ id, name }) => [id, name]));
    const layered = methods.filter(({ targets }) => targets.some(({ layers }) => layers.length > 1));
    return [
      {
        intro: `${benchmarkTitle(benchmark)}: coefficients ω by target (rows) and source (columns), the mean over seeds, layers and hidden units. All began at ${startText(methods)}: larger values are blue, smaller ones orange. They are not constrained to sum to 1.`,
        figures: methods.map((method) => map(method, nameOf, benchmark, strongest(methods))),
      },
      ...(layered.length > 0
        ? [
            {
              intro: 'By layer, the mean over targets and seeds, a line for each source:',
              figures: layered.map((method) => layerCurves(method, nameOf)),
            },
          ]
        : []),
      { table: sumTable(methods, benchmark) },
    ];
  });
  return parts.length > 0 ? { heading: 'Learned coefficients', parts } : undefined;
}

interface Learned {
  readonly label: string;
  readonly targets: readonly Target[];
}

/** The coefficients of a method for a task, the mean over seeds. */
interface Target {
  readonly task: string;
  readonly name: string;
  readonly sources: readonly string[];
  /** `[layers][sources]`. */
  readonly layers: readonly (readonly number[])[];
  /** Standard deviation within the vectors, the mean over layers and seeds; by source. */
  readonly spread: readonly number[] | undefined;
  readonly start: number;
}

function learned({ tasks }: Benchmark, { label, runs }: MethodRow): Learned {
  const targets = tasks.flatMap(({ id, name }): Target[] => {
    const found = runs.flatMap(({ scores, coefficients }) =>
      coefficients && scores.some(({ task }) => task === id) ? [coefficients] : [],
    );
    const [first] = found;
    if (!first) return [];
    const { sources, start } = first;
    const spread = spreadOf(found);
    return [{ ...{ task: id, name, sources, start, spread }, layers: meanOf(found) }];
  });
  return { label, targets };
}

/** Returns the mean over runs, `[layers][sources]`, with sources in the order of the first run. */
function meanOf(all: readonly RunCoefficients[]): number[][] {
  const [first] = all as [RunCoefficients];
  return first.values.map((_, layer) =>
    first.sources.map((source) =>
      mean(
        all.flatMap(({ sources, values }) => {
          const at = sources.indexOf(source);
          return at < 0 ? [] : [values[layer]?.[at] as number];
        }),
      ),
    ),
  );
}

function spreadOf(all: readonly RunCoefficients[]): number[] | undefined {
  const known = all.flatMap(({ spread }) => (spread ? [spread] : []));
  const [first] = known;
  return first?.[0]?.map((_, source) =>
    mean(known.flatMap((spread) => spread.map((layer) => layer[source] as number))),
  );
}

const overLayers = ({ layers, sources }: Target): number[] =>
  sources.map((_, source) => mean(layers.map((layer) => layer[source] as number)));

/** Returns the largest distance of any coefficient from its start. Heat maps side by side share this color scale. */
function strongest(methods: readonly Learned[]): number {
  const targets = methods.flatMap((method) => method.targets);
  return Math.max(...targets.flatMap((target) => overLayers(target).map((ω) => Math.abs(ω - target.start))));
}

function startText(methods: readonly Learned[]): string {
  const starts = methods.flatMap(({ targets }) => targets.map(({ start }) => start.toFixed(2)));
  return [...new Set(starts)].join(' or ');
}

/**
 * Returns displayed names of adapters. An adapter's name is the last part of its task's id; a known task gives its
 * displayed name.
 */
function sourceNames(tasks: readonly (readonly [string, string])[]): (source: string) => string {
  const known = new Map(tasks.map(([id, name]) => [shortName(id), name]));
  return (source) => known.get(source) ?? source;
}

function sourcesOf(targets: readonly Target[]): string[] {
  return publishedOrder([...new Set(targets.flatMap(({ sources }) => sources))]);
}

function map(
  { label, targets }: Learned,
  nameOf: (source: string) => string,
  benchmark: Benchmark,
  full: number,
): ReportFigure {
  const sources = sourcesOf(targets);
  const values = targets.map((target) => {
    const means = overLayers(target);
    return sources.map((source) => means[target.sources.indexOf(source)] ?? Number.NaN);
  });
  return {
    heading: label,
    kind: 'cells',
    draw: () =>
      heatMap({
        ...{ rows: targets.map(({ name }) => name), columns: sources.map(nameOf), values },
        ...{ center: targets[0]?.start ?? 0, full },
        label: `Coefficients of ${label} by target and source, ${benchmarkTitle(benchmark)}`,
      }),
  };
}

function layerCurves({ label, targets }: Learned, nameOf: (source: string) => string): ReportFigure {
  const sources = sourcesOf(targets);
  const layers = Math.max(...targets.map((target) => target.layers.length));
  const series = sources.map((source) => ({
    name: nameOf(source),
    runs: [
      Array.from({ length: layers }, (_, layer) => ({
        x: layer + 1,
        y: mean(
          targets.flatMap((target) => {
            const at = target.sources.indexOf(source);
            return at < 0 ? [] : [target.layers[layer]?.[at] as number];
          }),
        ),
      })),
    ],
  }));
  return {
    heading: label,
    kind: 'curves',
    draw: () =>
      learningCurves({
        ...{ series, xTitle: 'layer', yTitle: 'ω', hasDots: true },
        ...{ ...smallFigure, legendColumns: 4 },
        label: `Coefficients of ${label} by layer, a line for each source`,
      }),
  };
}

/** Makes a table of Σω of each target, the mean over layers. */
function sumTable(methods: readonly Learned[], benchmark: Benchmark): ReportTable {
  const { tasks } = benchmark;
  const line = ({ label, targets }: Learned): Cell[] => [
    label,
    ...tasks.map(({ id }): Cell => {
      const target = targets.find(({ task }) => task === id);
      if (!target) return '–';
      const means = overLayers(target);
      const within = target.spread ? `; deviation within vectors ${mean(target.spread).toFixed(3)}` : '';
      return {
        value: means.reduce((sum, value) => sum + value, 0),
        digits: 2,
        hint: `largest ω ${Math.max(...means).toFixed(3)}${within}`,
      };
    }),
  ];
  return {
    title: `Sums of coefficients: ${benchmarkTitle(benchmark)}`,
    note: 'Σω over the sources of each target, the mean over layers, hidden units and seeds.',
    columns: [{ title: 'Method' }, ...tasks.map(({ name }) => ({ title: name, numeric: true }))],
    groups: [{ rows: methods.map(line) }],
  };
}
