import { ColumnError, EmptyFileError, MalformedRowError } from '../errors.ts';
import type { DataFile } from '../file.ts';
import { inWords, type Wording } from '../wording.ts';
import { type CsvRecord, csvRecords } from './csv-records.ts';
import { decodeText } from './decode-text.ts';
import { checkSpread } from './stray-quotes.ts';
import { CellValues, type Dialect, type Doubt, hasNoRows, type Table, type TableRow } from './table.ts';

/** What separates the values of a line. */
export type Delimiter = 'comma' | 'semicolon' | 'tab' | 'pipe';

/** How a file of separated values is read; what is left out is told from the file. */
export interface CsvOptions {
  /** By default a tab in `.tsv`, else that one which gives the first line the most columns. */
  readonly delimiter?: Delimiter | undefined;
  /**
   * `none` where quotation marks are characters like others, `double` where they enclose values, also whole lines. By
   * default they enclose values, and lines within them that look like rows are an error.
   */
  readonly quote?: 'double' | 'none' | undefined;
  /** `none` where the first line is a row: the columns then are called 1, 2, …; `first` (default) where it has names. */
  readonly header?: 'first' | 'none' | undefined;
}

const delimiters: Readonly<Record<Delimiter, string>> = {
  ...{ comma: ',', semicolon: ';', tab: '\t', pipe: '|' },
};

/**
 * The rows of a file whose first line names the columns, quoted as spreadsheets do it. Lines without any text are left
 * out.
 *
 * @param usual delimiters, of which that one is used that gives the first line the most columns
 */
export function csvTable(file: DataFile, usual: readonly Delimiter[], options: CsvOptions): Table {
  const { path } = file;
  const { header = 'first', quote } = options;
  const text = decodeText(file).replaceAll('\r\n', '\n');
  const hasQuotes = quote !== 'none';
  // Spreadsheets may say so in a line before all others.
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

/** Whether the separator could be another one. */
export function csvDoubts({ dialect }: Table): readonly Doubt[] {
  const names = Object.keys(delimiters) as Delimiter[];
  const other = names.find((name) => dialect?.others.includes(delimiters[name]));
  if (other === undefined) return [];
  const taken = names.find((name) => delimiters[name] === dialect?.delimiter);
  return [{ about: `the columns are separated by ${taken}`, option: 'delimiter', value: other }];
}

/** How many columns there are, and where those with a name stand. */
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

/** What was asked for that changes how a file is divided: a possible cause where that fails. */
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

/** The delimiter that was said, or the one that gives the first line the most columns. */
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
  // Those that divide the next lines alike come first, then those that divide the first line most.
  const [best, ...rest] = choices.toSorted(
    (a, b) => Number(b.isSteady) - Number(a.isSteady) || b.width - a.width,
  ) as [(typeof choices)[number], ...(typeof choices)[number][]];
  const others = rest.filter(({ width }) => width > 1);
  return { delimiter: best.delimiter, others: others.map((other) => other.delimiter) };
}

/** Lines that tell which delimiter it is. */
const fewLines = 5;

/** The columns of the first line, and whether there are several, as many as in the lines after it. */
function firstWidths(records: Iterable<CsvRecord>): { width: number; isSteady: boolean } {
  const widths: number[] = [];
  try {
    for (const { cells } of records) {
      if (cells.every((cell) => cell.trim() === '')) continue;
      widths.push(cells.length);
      if (widths.length >= fewLines) break;
    }
  } catch (error) {
    // With another delimiter its quotation marks may be in order.
    if (!(error instanceof MalformedRowError)) throw error;
  }
  const [width = 0] = widths;
  return { width, isSteady: width > 1 && widths.every((other) => other === width) };
}
