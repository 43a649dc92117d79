import { mean, standardDeviation } from '@scalearn/evaluation';
import { type Html, html } from '../html.ts';
import { seriesColor, seriesDashes } from './colors.ts';
import { bottomAxis, bottomRoom, drawing, leftAxis, leftRoom, legend, overhang, px } from './drawing.ts';
import { linearScale, logScale } from './scales.ts';

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
  /** Number of its color, so that it has the same one in several figures; by default its position. */
  readonly color?: number;
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
      .filter((point) => Number.isFinite(point.high - point.low));
  });
}

/** Draws a line for each series, the mean over its seeds, in a band of one standard deviation. */
export function learningCurves(options: LearningCurvesOptions): Html {
  const { series, xTitle, yTitle, label, width = 520, height = 260, legendColumns = 3 } = options;
  const { isLogarithmic = false, hasDots = false } = options;
  const points = meanCurves(series).filter(({ x }) => Number.isFinite(x) && (x > 0 || !isLogarithmic));
  const xs = [...new Set(points.map(({ x }) => x))].sort((a, b) => a - b);
  const area = { width, height };
  const ends = [xs[0] ?? 1, xs.at(-1) ?? 1] as const;
  const across = isLogarithmic
    ? logScale(ends, [0, width], xs)
    : linearScale(xs, [0, width], hasDots ? { at: xs } : { count: 6 });
  const bounds = points.flatMap(({ low, high }) => [low, high]);
  const up = linearScale(bounds, [height, 0], { count: 5, isRounded: true });

  const place = (x: number, y: number): string => `${px(across.at(x))},${px(up.at(y))}`;
  const lines = series.map(({ name, color = series.findIndex((each) => each.name === name) }) => ({
    ...{ name, color: seriesColor(color), dashes: seriesDashes(color) },
    points: points.filter((point) => point.series === name),
  }));
  const bands = lines.map(({ color, points: inside }) => {
    const upper = inside.map(({ x, high }) => place(x, high));
    const lower = inside.map(({ x, low }) => place(x, low)).reverse();
    return inside.every(({ low, high }) => low === high)
      ? ''
      : html`<path d="M${[...upper, ...lower].join('L')}Z" fill="${color}" opacity="0.14"/>`;
  });
  const means = lines.map(({ color, dashes, points: inside }) =>
    inside.length === 0
      ? ''
      : html`<path d="M${inside.map(({ x, mean: y }) => place(x, y)).join('L')}" stroke="${color}" stroke-dasharray="${dashes}"/>`,
  );
  // Points that react to the pointer even if they are not visible.
  const dots = lines.flatMap(({ color, points: inside }) =>
    inside.map(
      (point) =>
        html`<circle cx="${px(across.at(point.x))}" cy="${px(up.at(point.mean))}" r="${hasDots ? 3.8 : 5.4}" fill="${color}"><title>${pointText(point, xTitle)}</title></circle>`,
    ),
  );
  const names = legend(lines, legendColumns, 'line');
  return drawing(
    label,
    area,
    {
      top: names.height,
      right: Math.max(8, overhang(across, area), names.width - width),
      bottom: bottomRoom,
      left: leftRoom(up),
    },
    [
      leftAxis({ scale: up, title: yTitle }, area),
      bottomAxis({ scale: across, title: xTitle }, area),
      html`${bands}<g class="lines" stroke-width="2" stroke-linejoin="round">${means}</g>`,
      html`<g opacity="${hasDots ? 1 : 0}">${dots}</g>`,
      names.drawn,
    ],
  );
}

function pointText({ series, x, mean: value }: MeanPoint, xTitle: string): string {
  return `${series}, ${xTitle} ${x}: ${value.toFixed(3)}`;
}
