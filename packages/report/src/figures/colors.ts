/** How many series have colors of their own; further ones begin again. */
const seriesColors = 8;

/** Light first, then dark: told apart by people who see few colors too, and equally strong. */
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

/** A color that follows the page's scheme; outside of a page of this package it is the light one. */
export function seriesColor(i: number): string {
  const n = i % seriesColors;
  return `var(--series-${n + 1}, ${palette[n]?.[0]})`;
}

export const positive = 'var(--positive, #2f66ad)';
export const negative = 'var(--negative, #c4621d)';
export const ink = 'var(--ink, #1d2126)';
export const faint = 'var(--faint, #5b6470)';
export const line = 'var(--line, #d8dce1)';
export const paper = 'var(--paper, #ffffff)';

/** The declarations of the colors for one scheme. */
export function figureColors(scheme: 'light' | 'dark'): string {
  const pick = scheme === 'light' ? 0 : 1;
  const series = palette.map((pair, i) => `--series-${i + 1}: ${pair[pick]};`);
  return [...series, `--positive: ${palette[0]?.[pick]};`, `--negative: ${palette[1]?.[pick]};`].join(' ');
}
