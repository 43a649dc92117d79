import type { TopLevelSpec } from 'vega-lite';
import type { Html } from '../html.ts';
import { ink, negative, paper, positive } from './colors.ts';
import { renderSvg } from './render.ts';

export interface HeatMapOptions {
  /** Names of the rows. */
  readonly rows: readonly string[];
  /** Names of the columns. */
  readonly columns: readonly string[];
  /** `[rows][columns]`; a value that is not finite has no cell. */
  readonly values: readonly (readonly number[])[];
  /** Title above the columns; none by default. */
  readonly columnTitle?: string;
  /** Title beside the rows; none by default. */
  readonly rowTitle?: string;
  /** Decimal places; 2 by default. */
  readonly digits?: number;
  /** The value without color, 0 by default. Larger values have one color, smaller ones another. */
  readonly center?: number;
  /** The distance from the center with full color; by default the largest. Maps that are compared need the same one. */
  readonly full?: number;
  /** Text alternative of the figure, for screen readers. */
  readonly label: string;
}

/** Draws a matrix as cells with their numbers. The color is stronger the farther a value is from the center. */
export function heatMap(options: HeatMapOptions): Promise<Html> {
  const { rows, columns, values, columnTitle, rowTitle, center = 0, digits = 2, label } = options;
  // Long names are set at an angle.
  const labelAngle = columns.some(({ length }) => length > 6) ? -45 : 0;
  const known = values.flat().filter((value) => Number.isFinite(value));
  const largest = Math.max(0, ...known.map((value) => Math.abs(value - center)));
  const full = options.full ?? largest;
  const cells = rows.flatMap((row, i) =>
    columns.flatMap((column, j) => {
      const value = values[i]?.[j] ?? Number.NaN;
      if (!Number.isFinite(value)) return [];
      const strength = full > 0 ? Math.min(Math.abs(value - center) / full, 1) : 0;
      const text = `${row}, ${column}: ${value.toFixed(3)}`;
      return [{ row, column, value, strength, below: value < center, text }];
    }),
  );
  const width = Math.max(38, Math.min(46, 600 / columns.length));
  const axis = { title: null, domain: false, labelLimit: 160 } as const;
  const spec: TopLevelSpec = {
    width: { step: width },
    height: { step: 26 },
    data: { values: cells },
    encoding: {
      x: {
        field: 'column',
        type: 'ordinal',
        sort: [...columns],
        axis: { ...axis, title: columnTitle ?? null, labelAngle, orient: 'top', titlePadding: 6 },
      },
      y: { field: 'row', type: 'ordinal', sort: [...rows], axis: { ...axis, title: rowTitle ?? null } },
    },
    layer: [
      {
        mark: { type: 'rect', stroke: paper, strokeWidth: 2 },
        encoding: {
          fill: { condition: { test: 'datum.below', value: negative }, value: positive },
          fillOpacity: { field: 'strength', type: 'quantitative', scale: null },
          description: { field: 'text', type: 'nominal' },
        },
      },
      {
        mark: { type: 'text', fontSize: 11.5, aria: false },
        encoding: {
          text: { field: 'value', type: 'quantitative', format: `.${digits}f` },
          color: { condition: { test: 'datum.strength > 0.6', value: paper }, value: ink },
        },
      },
    ],
  };
  return renderSvg(spec, label);
}
