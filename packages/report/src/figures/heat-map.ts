import { type Html, html } from '../html.ts';
import { faint, ink, negative, paper, positive } from './colors.ts';
import { drawing, px, shortened, textWidth, turnedTitle } from './drawing.ts';
import { tickText } from './scales.ts';

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
export function heatMap(options: HeatMapOptions): Html {
  const { values, columnTitle, rowTitle, center = 0, digits = 2, label } = options;
  const rows = options.rows.map((name) => shortened(name, 160));
  const columns = options.columns.map((name) => shortened(name, 160));
  const known = values.flat().filter((value) => Number.isFinite(value));
  const largest = Math.max(0, ...known.map((value) => Math.abs(value - center)));
  const full = options.full ?? largest;
  const width = Math.max(38, Math.min(46, 600 / columns.length));
  const area = { width: width * columns.length, height: rowHeight * rows.length };

  const cells = rows.flatMap((_, row) =>
    columns.flatMap((__, column) => {
      const value = values[row]?.[column] ?? Number.NaN;
      if (!Number.isFinite(value)) return [];
      const strength = full > 0 ? Math.min(Math.abs(value - center) / full, 1) : 0;
      return [{ x: px(column * width), y: row * rowHeight, row, column, value, strength }];
    }),
  );
  const squares = cells.map(
    ({ x, y, row, column, value, strength }) =>
      html`<rect x="${x}" y="${y}" width="${px(width)}" height="${rowHeight}" fill="${value < center ? negative : positive}" fill-opacity="${Number(strength.toFixed(4))}" stroke="${paper}" stroke-width="2"><title>${options.rows[row]!}, ${options.columns[column]!}: ${value.toFixed(3)}</title></rect>`,
  );
  const numbers = cells.map(
    ({ x, y, value, strength }) =>
      html`<text x="${px(x + width / 2)}" y="${y + 17}" fill="${strength > 0.6 ? paper : ink}">${tickText(value, digits)}</text>`,
  );

  // Long names are set at an angle.
  const isTurned = columns.some(({ length }) => length > 6);
  const longest = (names: readonly string[]): number => Math.max(0, ...names.map((name) => textWidth(name)));
  const above = isTurned ? Math.SQRT1_2 * (longest(columns) + 8) + 6 : 20;
  const columnNames = columns.map((name, column) => {
    const x = px((column + 0.5) * width);
    return isTurned
      ? html`<text transform="translate(${x},-8) rotate(-45)">${name}</text>`
      : html`<text x="${x}" y="-8" text-anchor="middle">${name}</text>`;
  });
  const rowNames = rows.map(
    (name, row) => html`<text x="-8" y="${(row + 0.5) * rowHeight + 4}" text-anchor="end">${name}</text>`,
  );
  const titles = [
    columnTitle === undefined
      ? ''
      : html`<text x="${area.width / 2}" y="${px(-above - 6)}" text-anchor="middle">${columnTitle}</text>`,
    rowTitle === undefined ? '' : turnedTitle(rowTitle, longest(rows) + 18, area.height),
  ];
  return drawing(
    label,
    area,
    {
      top: above + (columnTitle === undefined ? 0 : 20),
      right: isTurned ? Math.max(0, Math.SQRT1_2 * longest(columns.slice(-1)) + 8 - width / 2) : 0,
      bottom: 0,
      left: longest(rows) + 12 + (rowTitle === undefined ? 0 : 22),
    },
    [
      html`${squares}<g text-anchor="middle" font-size="11.5" pointer-events="none">${numbers}</g>`,
      html`<g class="axis" fill="${faint}">${columnNames}${rowNames}${titles}</g>`,
    ],
  );
}

const rowHeight = 26;
