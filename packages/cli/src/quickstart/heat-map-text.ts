import type { Coefficients } from './results.ts';

export interface HeatMapTextOptions {
  /** Characters of a line. */
  readonly columns: number;
  readonly colours: boolean;
}

/** What stands side by side: one method, or as many of its layers as there is room for. */
interface Block {
  readonly title: string;
  readonly layers: readonly string[];
  /** `[layers][sources]`. */
  readonly values: readonly (readonly number[])[];
}

const cellWidth = 6;
const gap = 2;

/**
 * Coefficients as numbers, in cells the stronger coloured the further they are from 0 where there are colours: sources
 * below each other, methods and their layers side by side, as many as a line holds.
 */
export function heatMapText(
  all: readonly (Omit<Coefficients, 'method'> & { readonly name: string })[],
  { columns, colours }: HeatMapTextOptions,
): string {
  const [first] = all;
  if (!first) return '';
  const nameWidth = Math.max(...first.sources.map(({ length }) => length));
  const room = Math.max(columns - nameWidth - gap, cellWidth);
  const largest = Math.max(...all.flatMap(({ values }) => values.flat().map(Math.abs)));
  const cell = (value: number): string => {
    const text = value
      .toFixed(2)
      .padStart(cellWidth - 1)
      .padEnd(cellWidth);
    return colours ? painted(text, largest > 0 ? value / largest : 0) : text;
  };
  const line = (name: string, parts: readonly string[]): string =>
    `${name.padEnd(nameWidth)}${parts.map((part) => ' '.repeat(gap) + part).join('')}`.trimEnd();
  return lines(
    all.flatMap((each) => blocks(each, room)),
    room,
  )
    .map((row) => [
      line(
        '',
        row.map((block) => block.title.padEnd(widthOf(block))),
      ),
      line(
        '',
        row.map((block) => header(block).padEnd(widthOf(block))),
      ),
      ...first.sources.map((source, s) =>
        line(
          source,
          row.map(({ values, ...block }) => {
            const cells = values.map((layer) => cell(layer[s] as number)).join('');
            return cells + ' '.repeat(widthOf({ values, ...block }) - values.length * cellWidth);
          }),
        ),
      ),
    ])
    .map((row) => `${row.join('\n')}\n`)
    .join('\n');
}

/** A method's layers in groups that fit a line. */
function blocks(
  { name: title, layers, values }: { name: string } & Omit<Block, 'title'>,
  room: number,
): Block[] {
  const most = Math.max(1, Math.floor(room / cellWidth));
  const groups = Math.ceil(layers.length / most);
  const size = Math.ceil(layers.length / groups);
  return Array.from({ length: groups }, (_, i) => {
    const part = <T>(list: readonly T[]): readonly T[] => list.slice(i * size, (i + 1) * size);
    return { title, layers: part(layers), values: part(values) };
  });
}

const header = ({ layers }: Block): string =>
  layers.map((layer) => layer.padStart(cellWidth - 1).padEnd(cellWidth)).join('');

const widthOf = ({ title, layers }: Block): number => Math.max(title.length, layers.length * cellWidth);

/** As many blocks in a line as it has room for. */
function lines(all: readonly Block[], room: number): Block[][] {
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

/** Backgrounds of the 256 colours from faint to strong, and the text that is read on each. */
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
