import { EmptyFileError, MissingColumnError } from '../errors.ts';
import { chooseTextColumns } from './columns.ts';
import { type CsvOptions, CsvReader, csvDoubts, hasHeaderOnly } from './csv-table.ts';
import { decodeText } from './decode-text.ts';
import { jsonRows, lines, tableOfNamed } from './json-table.ts';
import { lineBlocks, longestRow, tooLong } from './line-blocks.ts';
import { checkCsvOptions } from './read-table.ts';
import { CellValues, type Doubt, hasNoRows, type Table, type TableRow } from './table.ts';
import { textOf } from './values.ts';

/** The formats that can be read row by row. `txt` is one text a line. */
export const streamedKinds = ['csv', 'tsv', 'jsonl', 'txt'] as const;
export type StreamedKind = (typeof streamedKinds)[number];

/** Columns to predict for. */
export interface TextColumnChoice {
  /** Column of the texts; by default they are found by common names. */
  readonly text?: string | undefined;
  /** Column of the second texts; by default there are none, or it is found by common names. */
  readonly textPair?: string | undefined;
  /** Columns to use if none are named and the file has them all. Default: columns with common names. */
  readonly usual?: readonly string[] | undefined;
  /** Columns that must all be there, for rows of more than two texts. Default: the other choices apply. */
  readonly exactly?: readonly string[] | undefined;
}

export interface TextStreamOptions extends CsvOptions, TextColumnChoice {
  /** Name of the file, for messages. */
  readonly path: string;
  /** The format of the file. */
  readonly kind: StreamedKind;
}

/** Texts to predict for, which are read as they are asked for. */
export interface TextStream {
  /** The columns that are read. */
  readonly columns: readonly string[];
  /** Guesses from the first rows that may be wrong. */
  readonly doubts: readonly Doubt[];
  /** The texts of each row, in the order of the columns. They can be read once. */
  readonly rows: AsyncIterable<readonly string[]>;
}

/**
 * Reads texts to predict for from a file of any size, without labels. A few hundred kilobytes of it are in memory at a
 * time; of a single row at most 64 MiB. The first rows decide how the others are read.
 *
 * @param source the bytes of the file; a part is taken only when its rows are asked for
 * @throws DatasetError that names the file and the line
 */
export async function streamTexts(
  source: AsyncIterable<Uint8Array>,
  options: TextStreamOptions,
): Promise<TextStream> {
  checkCsvOptions(options, options.kind, options.path);
  const parts = tableParts(source, options);
  const first = await parts.next();
  if (first.done) throw new EmptyFileError(options.path, hasNoRows);
  const table = first.value;
  const { columns, doubts } = chosenColumns(table, options);
  async function* rows(): AsyncGenerator<readonly string[], void, undefined> {
    const textsOf = (row: TableRow): readonly string[] => columns.map((column) => textOf(row, column));
    for (const row of table.rows) yield textsOf(row);
    for await (const part of parts) for (const row of part.rows) yield textsOf(row);
  }
  return { columns, doubts: [...csvDoubts(table), ...doubts], rows: rows() };
}

/** Chooses the columns of the texts, by their names or from the first rows. */
export function chosenColumns(
  table: Table,
  { text, textPair, usual = [], exactly }: TextColumnChoice,
): Pick<TextStream, 'columns' | 'doubts'> {
  if (exactly) {
    const missing = exactly.find((column) => !table.columns.includes(column));
    if (missing !== undefined) throw new MissingColumnError(table.path, missing, table.columns);
    return { columns: exactly, doubts: [] };
  }
  const [first, second] = usual.every((column) => table.columns.includes(column)) ? usual : [];
  const given =
    text === undefined && textPair === undefined ? { text: first, textPair: second } : { text, textPair };
  const { doubts, ...chosen } = chooseTextColumns(table, given);
  return { columns: chosen.textPair === null ? [chosen.text] : [chosen.text, chosen.textPair], doubts };
}

/** Yields the file as tables of a few rows each. @throws EmptyFileError if there are no rows */
async function* tableParts(
  source: AsyncIterable<Uint8Array>,
  options: TextStreamOptions,
): AsyncGenerator<Table, void, undefined> {
  const { path, kind } = options;
  const reader = readerOf(options);
  let isEmpty = true;
  for await (const { bytes, linesBefore, isLast } of lineBlocks(source, path)) {
    const table = reader.read(decodeText({ path, bytes }, linesBefore), linesBefore, isLast);
    if (table.rows.length === 0) continue;
    isEmpty = false;
    yield table;
  }
  if (!isEmpty) return;
  throw (kind === 'csv' || kind === 'tsv') && reader.hasHeader()
    ? hasHeaderOnly(path)
    : new EmptyFileError(path, hasNoRows);
}

interface PartReader {
  read(text: string, linesBefore: number, isLast: boolean): Table;
  hasHeader(): boolean;
}

function readerOf(options: TextStreamOptions): PartReader {
  if (options.kind === 'txt') return lineReader(options.path);
  return options.kind === 'jsonl' ? jsonReader(options.path) : csvReader(options);
}

function csvReader({ path, kind, ...options }: TextStreamOptions): PartReader {
  const usual = kind === 'tsv' ? (['tab'] as const) : (['comma', 'semicolon', 'tab', 'pipe'] as const);
  const reader = new CsvReader(path, usual, options);
  let left = '';
  return {
    hasHeader: () => reader.columns !== undefined,
    read(text, linesBefore, isLast) {
      const part = reader.read(left + text, isLast);
      left = part.left;
      if (left.length > longestRow) throw tooLong(path, linesBefore);
      const { columns = [], dialect, doubtful } = reader;
      return { path, columns, rows: part.rows, typed: false, ...(dialect && { dialect }), doubtful };
    },
  };
}

function jsonReader(path: string): PartReader {
  let count = 0;
  return {
    hasHeader: () => false,
    read(text, linesBefore) {
      const rows = [...jsonRows(text, path, { rows: count, lines: linesBefore })];
      count += rows.length;
      return tableOfNamed(path, rows);
    },
  };
}

/** The column of a file with one text a line. */
const lineColumn = 'text';

function lineReader(path: string): PartReader {
  const positions = new Map([[lineColumn, 0]]);
  let row = 0;
  return {
    hasHeader: () => false,
    read(text, linesBefore) {
      const rows: TableRow[] = [];
      for (const [line, number] of lines(text)) {
        const cell = line.replace(/\r$/, '');
        if (cell.trim() === '') continue;
        row += 1;
        rows.push({
          path,
          row,
          line: linesBefore + number,
          unit: 'line',
          values: new CellValues([cell], positions),
        });
      }
      return { path, columns: [lineColumn], rows, typed: false };
    },
  };
}
