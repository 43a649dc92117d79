import type { Coefficients } from './results.ts';

export interface HeatMapTextOptions {
  /** Characters of a line. */
  readonly columns: number;
  readonly colors: boolean;
}

/** A method, or those of its layers that fit into a line. */
interface Block {
  readonly title: string;
  readonly start: number;
  readonly layers: readonly string[];
  /** `[layers][sources]`. */
  readonly values: readonly (readonly number[])[];
}

/** A method's coefficients with its displayed name. */
type NamedCoefficients = Omit<Coefficients, 'method'> & { readonly name: string };

const cellWidth = 6;
const gap = 2;

/**
 * Formats coefficients as numbers in a grid: sources below each other, methods and their layers side by side, as many
 * as a line holds. On a color terminal, cells are colored by the distance of a coefficient from its start.
 */
export function heatMapText(
  all: readonly NamedCoefficients[],
  { columns, colors }: HeatMapTextOptions,
): string {
  const sources = all[0]?.sources ?? [];
  const nameWidth = Math.max(0, ...sources.map(({ length }) => length));
  const room = Math.max(columns - nameWidth - gap, cellWidth);
  const full = Math.max(...all.flatMap(distances));
  const line = (name: string, parts: readonly string[]): string =>
    `${name.padEnd(nameWidth)}${parts.map((part) => ' '.repeat(gap) + part).join('')}`.trimEnd();
  const group = (row: readonly Block[]): string =>
    [
      line('', row.map(title)),
      line('', row.map(header)),
      ...sources.map((source, s) =>
        line(
          source,
          row.map((block) => cells(block, s, colors ? full : undefined)),
        ),
      ),
      '',
    ].join('\n');
  const wanted = all.flatMap((each) => blocks(each, room));
  return inLines(wanted, room).map(group).join('\n');
}

const distances = ({ values, start }: NamedCoefficients): number[] =>
  values.flat().map((value) => Math.abs(value - start));

/** Divides a method's layers into groups that fit a line. */
function blocks({ name, layers, values, start }: NamedCoefficients, room: number): Block[] {
  const most = Math.max(1, Math.floor(room / cellWidth));
  const size = Math.ceil(layers.length / Math.ceil(layers.length / most));
  return Array.from({ length: Math.ceil(layers.length / size) }, (_, i) => {
    const part = <T>(list: readonly T[]): readonly T[] => list.slice(i * size, (i + 1) * size);
    return { title: name, start, layers: part(layers), values: part(values) };
  });
}

const title = (block: Block): string => block.title.padEnd(widthOf(block));

const header = (block: Block): string => block.layers.map(inCell).join('').padEnd(widthOf(block));

/** Formats a source's coefficients. @param full distance with the strongest color; undefined for no colors */
function cells(block: Block, source: number, full: number | undefined): string {
  const { values, start } = block;
  const numbers = values.map((layer) => layer[source] as number);
  const filling = ' '.repeat(widthOf(block) - numbers.length * cellWidth);
  const cell = (value: number): string => {
    const text = inCell(value.toFixed(2));
    return full === undefined ? text : painted(text, full > 0 ? (value - start) / full : 0);
  };
  return numbers.map(cell).join('') + filling;
}

const inCell = (text: string): string => text.padStart(cellWidth - 1).padEnd(cellWidth);

const widthOf = ({ title, layers }: Block): number => Math.max(title.length, layers.length * cellWidth);

/** Divides blocks into lines of at most `room` characters. */
function inLines(all: readonly Block[], room: number): Block[][] {
  const result: Block[][] = [];
  let used = room + 1;
  for (const block of all) {
    const width = widthOf(block) + gap;
    if (used + width > room) {
      result.push([]);
      used = -gap;
    }
    result.at(-1)?.push(block);
    used += width;
  }
  return result;
}

/** Background colors of the 256-color palette from faint to strong, with a readable text color for each. */
const positive = [231, 195, 153, 111, 69, 26];
const negative = [231, 230, 223, 216, 209, 166];
const [dark, light] = [16, 231];

/** @param strength from -1 to 1 */
function painted(text: string, strength: number): string {
  const shades = strength < 0 ? negative : positive;
  const level = Math.round(Math.abs(strength) * (shades.length - 1));
  const ink = level === shades.length - 1 ? light : dark;
  return `\u001b[38;5;${ink};48;5;${shades[level]}m${text}\u001b[0m`;
}
