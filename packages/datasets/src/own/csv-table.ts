import { ColumnError, EmptyFileError, MalformedRowError } from '../errors.ts';
import type { DataFile } from '../file.ts';
import { inWords, type Wording } from '../wording.ts';
import { type CsvRecord, csvRecords } from './csv-records.ts';
import { decodeText } from './decode-text.ts';
import { checkSpread } from './stray-quotes.ts';
import { CellValues, type Dialect, type Doubt, hasNoRows, type Table, type TableRow } from './table.ts';

/** The separator of the values of a line. */
export type Delimiter = 'comma' | 'semicolon' | 'tab' | 'pipe';

/** Options for files of separated values. Those left undefined are detected from the file. */
export interface CsvOptions {
  /** Default: a tab in `.tsv`; otherwise the delimiter that gives the first line the most columns. */
  readonly delimiter?: Delimiter | undefined;
  /**
   * `none`: quotation marks are ordinary characters. `double`: quotation marks enclose values, even across lines. By
   * default they enclose values, and enclosed lines that look like rows are an error.
   */
  readonly quote?: 'double' | 'none' | undefined;
  /**
   * `first` (default): the first line names the columns. `none`: the first line is a row, and the columns are called 1,
   * 2, ….
   */
  readonly header?: 'first' | 'none' | undefined;
}

const delimiters: Readonly<Record<Delimiter, string>> = {
  ...{ comma: ',', semicolon: ';', tab: '\t', pipe: '|' },
};

/**
 * Reads the rows of a file whose first line names the columns. Values are quoted as spreadsheets do it. Lines without
 * any text are skipped.
 *
 * @param usual delimiters to try; the one that gives the first line the most columns is used
 */
export function csvTable(file: DataFile, usual: readonly Delimiter[], options: CsvOptions): Table {
  const { path } = file;
  const { header = 'first', quote } = options;
  const text = decodeText(file).replaceAll('\r\n', '\n');
  const hasQuotes = quote !== 'none';
  // Spreadsheets may name the separator in a line before all others.
  const [said, , delimiter = ''] = /^("?)sep=([,;\t|])\1(?=[\n\r])/.exec(text) ?? [];
  const choice = said === undefined ? chooseDelimiter(text, usual, options, path) : { delimiter, others: [] };
  const spread: CsvRecord[] = [];
  let columns: Columns | undefined;
  const rows: TableRow[] = [];
  const doubtful = readAs(options);
  const form = { delimiter: choice.delimiter, hasQuotes, doubtful };
  for (const record of csvRecords(text, form, path)) {
    const { cells, line } = record;
    if ((said !== undefined && line === 1) || cells.every((cell) => cell.trim() === '')) continue;
    if (columns === undefined) {
      columns = header === 'first' ? columnsNamed(cells, path) : columnsNumbered(cells.length);
      if (header === 'first') continue;
    }
    if (cells.length !== columns.count) throw ragged(record, path, columns.count, doubtful);
    if (record.isSpread) spread.push(record);
    rows.push({
      path,
      row: rows.length + 1,
      line,
      unit: 'line',
      values: new CellValues(cells, columns.positions),
    });
  }
  if (columns === undefined) throw new EmptyFileError(path, hasNoRows);
  if (rows.length === 0)
    throw new EmptyFileError(
      path,
      ({ say }) =>
        `has a header but no rows. Add rows to it, or use another file; ${say('header', 'none')} if its first line is a row.`,
    );
  if (quote === undefined)
    checkSpread({ ...{ path, text, rows, spread }, ...columns, delimiter: choice.delimiter });
  return { path, columns: [...columns.positions.keys()], rows, typed: false, dialect: choice, doubtful };
}

/** Doubts whether the delimiter is right. */
export function csvDoubts({ dialect }: Table): readonly Doubt[] {
  const names = Object.keys(delimiters) as Delimiter[];
  const other = names.find((name) => dialect?.others.includes(delimiters[name]));
  if (other === undefined) return [];
  const taken = names.find((name) => delimiters[name] === dialect?.delimiter);
  return [{ about: `the columns are separated by ${taken}`, option: 'delimiter', value: other }];
}

/** The number of columns, and the positions of those with a name. */
interface Columns {
  readonly count: number;
  readonly positions: ReadonlyMap<string, number>;
}

function columnsNamed(cells: readonly string[], path: string): Columns {
  const positions = new Map<string, number>();
  for (const [position, cell] of cells.entries()) {
    const name = cell.trim();
    if (positions.has(name))
      throw new ColumnError(
        path,
        ({ say }) =>
          `two columns have the name ${JSON.stringify(name.slice(0, 80))}. Rename one of them; or ${say('header', 'none')} if the first line is a row.`,
      );
    if (name !== '') positions.set(name, position);
  }
  return { count: cells.length, positions };
}

function columnsNumbered(count: number): Columns {
  return { count, positions: new Map(Array.from({ length: count }, (_, i) => [String(i + 1), i])) };
}

function ragged(
  { cells: { length: found }, line }: CsvRecord,
  path: string,
  expected: number,
  doubtful: Wording,
): MalformedRowError {
  const advice =
    found < expected
      ? 'Add what is missing, or remove the row.'
      : 'Texts with a separator in them must be in quotation marks.';
  return new MalformedRowError(
    path,
    line,
    (words) =>
      `the row has ${found} ${found === 1 ? 'column' : 'columns'}, expected ${expected}. ${advice}${inWords(doubtful, words)}`,
  );
}

/**
 * Returns a sentence about the options that affect how a file is divided, because they may be the cause of a failure.
 */
function readAs({ delimiter, quote }: CsvOptions): Wording {
  if (delimiter === undefined && quote === undefined) return '';
  return ({ given }) => {
    const asked = [
      ...(delimiter === undefined ? [] : [given('delimiter', delimiter)]),
      ...(quote === undefined ? [] : [given('quote', quote)]),
    ];
    return ` The file was read with ${asked.join(' and ')}, which may be the cause; leave out what does not fit.`;
  };
}

/** Returns the given delimiter, or the one that gives the first line the most columns. */
function chooseDelimiter(
  text: string,
  usual: readonly Delimiter[],
  { delimiter, quote }: CsvOptions,
  path: string,
): Dialect {
  if (delimiter !== undefined) return { delimiter: delimiters[delimiter], others: [] };
  const choices = usual.map((name) => {
    const form = { delimiter: delimiters[name], hasQuotes: quote !== 'none' };
    return { delimiter: delimiters[name], ...firstWidths(csvRecords(text, form, path)) };
  });
  // Delimiters that divide the next lines equally come first, then those that divide the first line most.
  const [best, ...rest] = choices.toSorted(
    (a, b) => Number(b.isSteady) - Number(a.isSteady) || b.width - a.width,
  ) as [(typeof choices)[number], ...(typeof choices)[number][]];
  const others = rest.filter(({ width }) => width > 1);
  return { delimiter: best.delimiter, others: others.map((other) => other.delimiter) };
}

/** Number of lines used to detect the delimiter. */
const fewLines = 5;

/** Returns the columns of the first line, and whether the lines after it have as many and more than one. */
function firstWidths(records: Iterable<CsvRecord>): { width: number; isSteady: boolean } {
  const widths: number[] = [];
  try {
    for (const { cells } of records) {
      if (cells.every((cell) => cell.trim() === '')) continue;
      widths.push(cells.length);
      if (widths.length >= fewLines) break;
    }
  } catch (error) {
    // With another delimiter the quotation marks may be valid.
    if (!(error instanceof MalformedRowError)) throw error;
  }
  const [width = 0] = widths;
  return { width, isSteady: width > 1 && widths.every((other) => other === width) };
}
