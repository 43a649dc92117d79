import type { TopLevelSpec } from 'vega-lite';
import type { Html } from '../html.ts';
import { ink, negative, paper, positive } from './colors.ts';
import { renderSvg } from './render.ts';

export interface HeatMapOptions {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** `[rows][columns]`; what is not a finite number has no cell. */
  readonly values: readonly (readonly number[])[];
  readonly columnTitle?: string;
  readonly rowTitle?: string;
  /** After the point; 2 by default. */
  readonly digits?: number;
  /** What has no color, 0 by default; above it is one color, below it another. */
  readonly center?: number;
  /** How far from the center the color is full; by default the furthest. Give maps that are compared the same. */
  readonly full?: number;
  /** What the figure shows, for those who do not see it. */
  readonly label: string;
}

/** A matrix as cells with their numbers, the stronger colored the further they are from the center. */
export function heatMap(options: HeatMapOptions): Promise<Html> {
  const { rows, columns, values, columnTitle, rowTitle, center = 0, digits = 2, label } = options;
  // Long names lean over their column.
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
