import { ColumnError, EmptyFileError, MalformedRowError } from '../errors.ts';
import type { DataFile } from '../file.ts';
import { inWords, type Wording } from '../wording.ts';
import { type CsvRecord, csvRecords, newlineOf } from './csv-records.ts';
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
  const reader = new CsvReader(path, usual, options);
  const { rows } = reader.read(decodeText(file), true);
  const { columns, doubtful, dialect } = reader;
  if (columns === undefined) throw new EmptyFileError(path, hasNoRows);
  if (rows.length === 0) throw hasHeaderOnly(path);
  return { path, columns, rows, typed: false, ...(dialect && { dialect }), doubtful };
}

/** Returns the error for a file whose only line names the columns. */
export function hasHeaderOnly(path: string): EmptyFileError {
  return new EmptyFileError(
    path,
    ({ say }) =>
      `has a header but no rows. Add rows to it, or use another file; ${say('header', 'none')} if its first line is a row.`,
  );
}

/** Reads a file of separated values in parts. The first part decides how the others are read. */
export class CsvReader {
  readonly #path: string;
  readonly #usual: readonly Delimiter[];
  readonly #options: CsvOptions;
  readonly doubtful: Wording;
  #form: Form | undefined;
  #columns: Columns | undefined;
  #lines = 0;
  #rows = 0;

  constructor(path: string, usual: readonly Delimiter[], options: CsvOptions) {
    this.#path = path;
    this.#usual = usual;
    this.#options = options;
    this.doubtful = readAs(options);
  }

  /** Names of the columns; undefined before the first line with text. */
  get columns(): readonly string[] | undefined {
    return this.#columns && [...this.#columns.positions.keys()];
  }

  get dialect(): Dialect | undefined {
    return this.#form?.dialect;
  }

  /**
   * Reads the next part of the file.
   *
   * @param text begins with what was left of the part before
   * @param isLast whether it is the end of the file
   * @returns its rows, and the end of the text that is no complete row yet
   */
  read(text: string, isLast: boolean): { readonly rows: TableRow[]; readonly left: string } {
    const part = text.replaceAll('\r\n', '\n');
    this.#form ??= formOf(part, this.#usual, this.#options, this.#path);
    const { dialect, newline, isSaid } = this.#form;
    const { quote } = this.#options;
    const path = this.#path;
    const hasQuotes = quote !== 'none';
    const form = { delimiter: dialect.delimiter, hasQuotes, doubtful: this.doubtful, newline };
    const spread: CsvRecord[] = [];
    const rows: TableRow[] = [];
    let end = 0;
    for (const record of csvRecords(part, form, path, { linesBefore: this.#lines, isLast })) {
      end = Math.min(part.length, record.end + newline.length);
      const row = this.#rowOf(record, isSaid);
      if (!row) continue;
      if (record.isSpread) spread.push(record);
      rows.push(row);
    }
    const columns = this.#columns;
    if (quote === undefined && columns)
      checkSpread({ ...{ path, text: part, rows, spread }, ...columns, delimiter: dialect.delimiter });
    this.#lines += linesIn(part.slice(0, end), newline);
    return { rows, left: part.slice(end) };
  }

  /** Returns the row of a record; undefined for a header, and for a line without text. */
  #rowOf(record: CsvRecord, isSaid: boolean): TableRow | undefined {
    const { cells, line } = record;
    const { header = 'first' } = this.#options;
    const path = this.#path;
    if ((isSaid && line === 1) || cells.every((cell) => cell.trim() === '')) return undefined;
    if (this.#columns === undefined) {
      this.#columns = header === 'first' ? columnsNamed(cells, path) : columnsNumbered(cells.length);
      if (header === 'first') return undefined;
    }
    const { count, positions } = this.#columns;
    if (cells.length !== count) throw ragged(record, path, count, this.doubtful);
    this.#rows += 1;
    return { path, row: this.#rows, line, unit: 'line', values: new CellValues(cells, positions) };
  }
}

/** How the parts of a file are read. */
interface Form {
  readonly dialect: Dialect;
  readonly newline: string;
  /** Whether the first line names the separator, as spreadsheets may write it. */
  readonly isSaid: boolean;
}

function formOf(text: string, usual: readonly Delimiter[], options: CsvOptions, path: string): Form {
  const newline = newlineOf(text);
  const [said, , delimiter = ''] = /^("?)sep=([,;\t|])\1(?=[\n\r])/.exec(text) ?? [];
  if (said !== undefined) return { dialect: { delimiter, others: [] }, newline, isSaid: true };
  return { dialect: chooseDelimiter(text, usual, options, path), newline, isSaid: false };
}

function linesIn(text: string, newline: string): number {
  let count = 0;
  for (let at = text.indexOf(newline); at >= 0; at = text.indexOf(newline, at + 1)) count += 1;
  return count;
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
