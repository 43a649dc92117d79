/** Number of series with different colors; further series repeat them. */
const seriesColors = 8;

/**
 * The color in light mode, then in dark mode. They are equally strong, and can be distinguished with color blindness.
 */
const palette: readonly (readonly [string, string])[] = [
  ['#2f66ad', '#7fb0f0'],
  ['#c4621d', '#f0a366'],
  ['#2c8457', '#6ccb98'],
  ['#8451ab', '#c39bea'],
  ['#b83a5f', '#f088a4'],
  ['#1b7f8c', '#62c7d4'],
  ['#7a6a2a', '#cdb968'],
  ['#66707c', '#a3adba'],
];

/** Returns a color that follows the page's color scheme. Outside of a page of this package it is the light color. */
export function seriesColor(i: number): string {
  const n = i % seriesColors;
  return `var(--series-${n + 1}, ${palette[n]?.[0]})`;
}

/** Returns the dashes of a series' line: those that repeat a color are dashed. */
export const seriesDashes = (i: number): string => (i < seriesColors ? 'none' : '6 3');

export const positive = 'var(--positive, #2f66ad)';
export const negative = 'var(--negative, #c4621d)';
export const ink = 'var(--ink, #1d2126)';
export const faint = 'var(--faint, #5b6470)';
export const line = 'var(--line, #d8dce1)';
export const paper = 'var(--paper, #ffffff)';

/** Returns the CSS declarations of the colors for one scheme. */
export function figureColors(scheme: 'light' | 'dark'): string {
  const pick = scheme === 'light' ? 0 : 1;
  const series = palette.map((pair, i) => `--series-${i + 1}: ${pair[pick]};`);
  return [...series, `--positive: ${palette[0]?.[pick]};`, `--negative: ${palette[1]?.[pick]};`].join(' ');
}
