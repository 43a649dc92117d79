import { escapeHtml, Html, html } from '../html.ts';
import { plainText } from '../plain-text.ts';
import { faint, ink, line } from './colors.ts';
import type { Scale, Tick } from './scales.ts';

/** Font of all texts. Their widths are estimated, because there is nothing that measures them outside of a page. */
const font = 'system-ui, sans-serif';
const fontSize = 12;

/** Estimates the width of a text in pixels. Common fonts are narrower. */
export const textWidth = (text: string, size: number = fontSize): number => 0.64 * size * [...text].length;

/** Shortens a text to about a width in pixels. */
export function shortened(text: string, width: number): string {
  const characters = [...plainText(text)];
  const room = Math.floor(width / textWidth('x'));
  return characters.length <= room ? characters.join('') : `${characters.slice(0, room - 1).join('')}…`;
}

/** Pixels around the area where the values are drawn. */
export interface Margins {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

export interface Area {
  readonly width: number;
  readonly height: number;
}

/**
 * Puts parts into one image. (0, 0) is the top left corner of the area.
 *
 * @param label text alternative, for screen readers
 */
export function drawing(label: string, area: Area, margins: Margins, parts: readonly Html[]): Html {
  const width = Math.ceil(margins.left + area.width + margins.right);
  const height = Math.ceil(margins.top + area.height + margins.bottom);
  const [x, y] = [Math.ceil(margins.left), Math.ceil(margins.top)];
  return new Html(
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeHtml(label)}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><g transform="translate(${x},${y})" font-family="${font}" font-size="${fontSize}" fill="none">${parts.map(({ text }) => text).join('')}</g></svg>`,
  );
}

/** Rounds to hundredths of a pixel. */
export const px = (value: number): number => Math.round(100 * value) / 100;

export interface AxisOptions {
  readonly scale: Scale;
  readonly title: string | undefined;
}

/** Draws the axis below an area, with the labels that have room. */
export function bottomAxis({ scale, title }: AxisOptions, { width, height }: Area): Html {
  const texts = withRoom(scale).map(
    ({ value, text }) =>
      html`<text x="${px(scale.at(value))}" y="${height + 18}" text-anchor="middle">${text}</text>`,
  );
  return html`<path d="M0,${height}h${width}" stroke="${line}"/><g class="axis" fill="${faint}">${texts}${
    title === undefined
      ? ''
      : html`<text x="${width / 2}" y="${height + 40}" text-anchor="middle">${title}</text>`
  }</g>`;
}

/** Draws the axis on the left of an area, with lines across the area. */
export function leftAxis({ scale, title }: AxisOptions, { width, height }: Area): Html {
  const grid = scale.ticks.map(({ value }) => `M0,${px(scale.at(value))}h${width}`).join('');
  const texts = scale.ticks.map(
    ({ value, text }) => html`<text x="-6" y="${px(scale.at(value) + 4)}" text-anchor="end">${text}</text>`,
  );
  return html`<path d="${grid}" stroke="${line}" opacity="0.7"/><path d="M0,0v${height}" stroke="${line}"/><g class="axis" fill="${faint}">${texts}${
    title === undefined ? '' : turnedTitle(title, leftRoom(scale) - 14, height)
  }</g>`;
}

/** Draws the title of a left axis, which reads upward. */
export const turnedTitle = (title: string, distance: number, height: number): Html =>
  html`<text transform="translate(${px(-distance)},${height / 2}) rotate(-90)" text-anchor="middle">${title}</text>`;

/** Pixels that the left axis needs with its title. */
export const leftRoom = ({ ticks }: Scale): number =>
  34 + Math.max(0, ...ticks.map(({ text }) => textWidth(text)));

/** Pixels that the bottom axis needs with its title. */
export const bottomRoom = 46;

/** Pixels by which the labels of the bottom axis are right of an area. */
export const overhang = ({ at, ticks }: Scale, { width }: Area): number =>
  Math.max(0, ...ticks.map(({ value, text }) => at(value) + textWidth(text) / 2 - width));

/** Returns the ticks whose labels do not cover the one before. */
function withRoom({ at, ticks }: Scale): Tick[] {
  const kept: Tick[] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const tick of [...ticks].sort((a, b) => a.value - b.value)) {
    const half = textWidth(tick.text) / 2;
    if (at(tick.value) - half < end) continue;
    kept.push(tick);
    end = at(tick.value) + half + 6;
  }
  return kept;
}

export interface LegendEntry {
  readonly name: string;
  readonly color: string;
  /** Dashes of its line; none by default. */
  readonly dashes?: string;
}

export interface Legend {
  /** Its lower edge is above the area. */
  readonly drawn: Html;
  readonly width: number;
  readonly height: number;
}

/** Draws names with their colors above an area, in columns. */
export function legend(entries: readonly LegendEntry[], columns: number, symbol: 'line' | 'dot'): Legend {
  const names = entries.map(({ name }) => shortened(name, 240));
  const widths = Array.from({ length: Math.min(columns, names.length) }, (_, column) =>
    Math.max(...names.filter((__, i) => i % columns === column).map((name) => 34 + textWidth(name))),
  );
  const lefts = widths.map((_, column) => widths.slice(0, column).reduce((sum, width) => sum + width, 0));
  const rows = Math.ceil(names.length / columns);
  const height = 18 * rows + 12;
  const drawn = entries.map(({ color, dashes = 'none' }, i) => {
    const [x, y] = [lefts[i % columns] ?? 0, 18 * Math.floor(i / columns) + 8 - height];
    const mark =
      symbol === 'line'
        ? html`<path d="M${px(x)},${y}h14" stroke="${color}" stroke-width="2.5" stroke-dasharray="${dashes}"/>`
        : html`<circle cx="${px(x + 5)}" cy="${y}" r="5" fill="${color}"/>`;
    return html`${mark}<text x="${px(x + 20)}" y="${y + 4}">${names[i] ?? ''}</text>`;
  });
  return {
    drawn: html`<g class="legend" fill="${ink}">${drawn}</g>`,
    width: widths.reduce((sum, width) => sum + width, 0),
    height,
  };
}
