import { roundedScore } from '@scalearn/evaluation';
import { oneLine } from './terminal.ts';

/** Formats seconds as `3:05` or `1:02:03`. */
export function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return '-:--';
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Formats bytes in a suitable unit: `12.3 MiB`. */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** Shortens a text to one line of at most `room` characters. */
export function cut(text: string, room: number): string {
  const characters = Array.from(text.replaceAll(/\s+/g, ' '));
  return characters.length <= room ? characters.join('') : `${characters.slice(0, room - 1).join('')}…`;
}

/** Formats a loss or metric to four decimal places; null is NaN in JSON. */
export function figure(value: number | null | undefined): string {
  return value === null || value === undefined || Number.isNaN(value) ? 'undefined' : value.toFixed(4);
}

/** Formats metrics in one line. @param rows number of scored rows, which decides the digits; default four digits */
export function metricList(metrics: Readonly<Record<string, number | null>>, rows?: number): string {
  const shown = (value: number | null): string =>
    rows === undefined ? figure(value) : roundedScore(value ?? Number.NaN, rows);
  return Object.entries(metrics)
    .map(([name, value]) => `${name} ${shown(value)}`)
    .join(', ');
}

/**
 * Formats rows of cells in columns.
 *
 * @param texts indices of left-aligned columns, by default the first; the others are right-aligned
 */
export function table(given: readonly (readonly string[])[], texts: readonly number[] = [0]): string {
  const rows = given.map((row) => row.map(oneLine));
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const pad = (cell: string, i: number): string =>
    texts.includes(i) ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!);
  return rows.map((row) => `${row.map(pad).join('  ').trimEnd()}\n`).join('');
}
