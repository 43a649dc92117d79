import { mean, standardDeviation } from '@scalearn/evaluation';
import type { TopLevelSpec } from 'vega-lite';
import type { Html } from '../html.ts';
import { seriesColor } from './colors.ts';
import { renderSvg } from './render.ts';

export interface CurvePoint {
  /** Position along the x axis, such as a step. */
  readonly x: number;
  /** Value, such as a loss. */
  readonly y: number;
}

/** A line of a figure, measured with several seeds. */
export interface Series {
  /** Displayed name of the line. */
  readonly name: string;
  /** The points of every seed. */
  readonly runs: readonly (readonly CurvePoint[])[];
}

export interface LearningCurvesOptions {
  /** The lines. */
  readonly series: readonly Series[];
  /** Title of the x axis. */
  readonly xTitle: string;
  /** Title of the y axis. */
  readonly yTitle: string;
  /** Text alternative of the figure, for screen readers. */
  readonly label: string;
  /** Width of the drawing without its axes in pixels; 520 by default. */
  readonly width?: number;
  /** Height of the drawing without its axes in pixels; 260 by default. */
  readonly height?: number;
  /** Whether the x axis is logarithmic; false by default. */
  readonly isLogarithmic?: boolean;
  /** Whether every value has a dot and a tick, for few values; false by default. */
  readonly hasDots?: boolean;
  /**
   * Columns of the legend; by default it is above the drawing. A narrow drawing has room for fewer names side by side.
   */
  readonly legendColumns?: number;
}

/** A point of the mean over seeds. If there is no deviation, `low` and `high` are the mean. */
export interface MeanPoint {
  /** Name of the line. */
  readonly series: string;
  /** Position along the x axis. */
  readonly x: number;
  /** Mean over the seeds. */
  readonly mean: number;
  /** Mean minus the standard deviation. */
  readonly low: number;
  /** Mean plus the standard deviation. */
  readonly high: number;
}

/**
 * Computes the mean over the seeds of every series, and one standard deviation to either side. Only points that every
 * seed has are used: after one seed stops early, the mean of the others would jump.
 */
export function meanCurves(series: readonly Series[]): MeanPoint[] {
  return series.flatMap(({ name, runs }) => {
    const byX = runs.map((run) => new Map(run.map(({ x, y }) => [x, y])));
    const [first, ...others] = byX;
    const shared = [...(first?.keys() ?? [])].filter((x) => others.every((run) => run.has(x)));
    return shared
      .sort((a, b) => a - b)
      .map((x) => {
        const values = byX.map((run) => run.get(x) as number);
        const center = mean(values);
        const deviation = standardDeviation(values) ?? 0;
        return { series: name, x, mean: center, low: center - deviation, high: center + deviation };
      })
      .filter((point) => Number.isFinite(point.mean));
  });
}

/** Draws a line for each series, the mean over its seeds, in a band of one standard deviation. */
export function learningCurves(options: LearningCurvesOptions): Promise<Html> {
  const { series, xTitle, yTitle, label, width = 520, height = 260, legendColumns = 3 } = options;
  const { isLogarithmic = false, hasDots = false } = options;
  const points = meanCurves(series);
  const names = series.map(({ name }) => name);
  const values = [...new Set(points.map((point) => point.x))];
  const ticks = hasDots || isLogarithmic ? { values, format: '~g', labelOverlap: true } : { tickCount: 6 };
  const scale = isLogarithmic ? ({ type: 'log', nice: false } as const) : { zero: false };
  const x = {
    field: 'x',
    type: 'quantitative',
    title: xTitle,
    axis: { grid: false, ...ticks },
    scale,
  } as const;
  const y = { type: 'quantitative', title: yTitle, scale: { zero: false }, axis: { tickCount: 5 } } as const;
  const range = names.map((_, i) => seriesColor(i));
  const color = { field: 'series', type: 'nominal', scale: { domain: names, range } } as const;
  const spec: TopLevelSpec = {
    width,
    height,
    data: { values: points.map((point) => ({ ...point, text: pointText(point, xTitle) })) },
    encoding: { x },
    // Only the lines have a legend, with their full colors.
    resolve: { legend: { color: 'independent' } },
    layer: [
      {
        mark: { type: 'area', opacity: 0.14, aria: false },
        encoding: { y: { field: 'low', ...y }, y2: { field: 'high' }, color: { ...color, legend: null } },
      },
      {
        mark: { type: 'line', strokeWidth: 2, strokeJoin: 'round', aria: false },
        encoding: {
          y: { field: 'mean', ...y },
          color: { ...color, legend: { orient: 'top', columns: legendColumns } },
        },
      },
      {
        // Points that react to the pointer even if they are not visible.
        mark: hasDots ? { type: 'circle', size: 45, opacity: 1 } : { type: 'circle', size: 90, opacity: 0 },
        encoding: {
          y: { field: 'mean', ...y },
          color: { ...color, legend: null },
          description: { field: 'text', type: 'nominal' },
        },
      },
    ],
  };
  return renderSvg(spec, label);
}

function pointText({ series, x, mean: value }: MeanPoint, xTitle: string): string {
  return `${series}, ${xTitle} ${x}: ${value.toFixed(3)}`;
}
