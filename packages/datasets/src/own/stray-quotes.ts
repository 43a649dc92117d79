import { MalformedRowError } from '../errors.ts';
import type { CsvRecord } from './csv-records.ts';
import { parseNumber } from './labels.ts';
import type { TableRow } from './table.ts';

export interface SpreadRecords {
  readonly path: string;
  readonly text: string;
  readonly delimiter: string;
  /** Number of columns of a row. */
  readonly count: number;
  /** Positions of the columns that have a name. */
  readonly positions: ReadonlyMap<string, number>;
  readonly rows: readonly TableRow[];
  /** The records in which a value contains line ends. */
  readonly spread: readonly CsvRecord[];
}

/** Number of rows that are inspected to learn what a column holds. */
const looked = 1000;
/** Maximum number of different values of a column that is inspected. */
const mostDifferent = 100;

/**
 * Throws `MalformedRowError` if a quoted value contains lines that look like rows. The cause is an unpaired quotation
 * mark.
 */
export function checkSpread(file: SpreadRecords): void {
  const { path, text, spread } = file;
  if (spread.length === 0) return;
  const looksLikeRow = rowTest(file);
  for (const { start, end, line } of spread) {
    const lines = text.slice(start, end).split(/\n|\r/);
    const inner = lines.slice(1, -1);
    // Of two such rows, the first lost its end to a text, and the second its beginning.
    const swallowed = inner.length > 0 ? inner.some(looksLikeRow) : lines.every(looksLikeRow);
    if (swallowed)
      throw new MalformedRowError(
        path,
        line,
        ({ say }) =>
          `a text in quotation marks goes on over lines that look like rows. If quotation marks are characters like others, ${say('quote', 'none')}; if the text really is so long, ${say('quote', 'double')}.`,
      );
  }
}

/**
 * Returns whether a line alone would be a row. It must have as many columns. With delimiters that are common in texts,
 * such as commas, columns of numbers or of a few repeated values must also hold such values in this line.
 */
function rowTest({ delimiter, count, positions, rows, spread }: SpreadRecords): (line: string) => boolean {
  const hasWidth = (line: string): readonly string[] | undefined => {
    const cells = line.split(delimiter);
    return cells.length === count ? cells.map((cell) => cell.trim().replaceAll(/^"|"$/g, '')) : undefined;
  };
  if (count < 2) return () => false;
  if (delimiter === '\t') return (line) => hasWidth(line) !== undefined;
  const lines = new Set(spread.map(({ line }) => line));
  const sample = rows.filter(({ line }) => !lines.has(line)).slice(0, looked);
  const tests = Array.from(positions).flatMap(([name, position]) => {
    const values = sample.map(({ values }) => String(values.get(name)).trim());
    const different = new Set(values);
    const areNumbers = values.every((value) => parseNumber(value) !== undefined);
    if (areNumbers && values.length > 1)
      return [{ position, fits: (cell: string) => parseNumber(cell) !== undefined }];
    const isRepeated = different.size <= Math.min(mostDifferent, values.length / 2);
    return isRepeated ? [{ position, fits: (cell: string) => different.has(cell) }] : [];
  });
  return (line) => {
    const cells = hasWidth(line);
    return (
      cells !== undefined && tests.length > 0 && tests.every(({ position, fits }) => fits(cells[position]!))
    );
  };
}
