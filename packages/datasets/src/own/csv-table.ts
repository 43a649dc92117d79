import Papa from 'papaparse';
import { ColumnError, EmptyFileError, MalformedRowError } from '../errors.ts';
import type { DataFile } from '../file.ts';
import { decodeText } from './decode-text.ts';
import type { Table, TableRow } from './table.ts';

/**
 * The rows of a file whose first line names the columns, quoted as spreadsheets do it. Lines without any text are left
 * out.
 *
 * @param delimiters of which that one is used that gives the first line the most columns
 */
export function csvTable(file: DataFile, delimiters: readonly string[]): Table {
  const { path } = file;
  const text = decodeText(file).replaceAll('\r\n', '\n');
  const newline = text.includes('\n') || !text.includes('\r') ? '\n' : '\r';
  const parse = (delimiter: string, preview = 0): Papa.ParseResult<string[]> =>
    Papa.parse<string[]>(text, { delimiter, newline, preview });
  const widths = delimiters.map((delimiter) => parse(delimiter, 1).data[0]?.length ?? 0);
  const { data, errors } = parse(delimiters[widths.indexOf(Math.max(...widths))]!);

  let header: readonly string[] | undefined;
  const rows: TableRow[] = [];
  let line = 1;
  for (const [index, cells] of data.entries()) {
    if (errors[0]?.row === index)
      throw new MalformedRowError(
        path,
        line,
        'a text that begins with a quotation mark does not end with one. Put it into quotation marks, and double those inside.',
      );
    if (cells.some((cell) => cell.trim() !== '')) {
      if (header === undefined) header = columnNames(cells, path);
      else {
        const values = asValues(cells, header, path, line);
        rows.push({ path, row: rows.length + 1, line, unit: 'line', values });
      }
    }
    line += 1 + cells.reduce((breaks, cell) => breaks + cell.split(newline).length - 1, 0);
  }
  if (header === undefined || rows.length === 0) throw new EmptyFileError(path);
  return { path, columns: header.filter((name) => name !== ''), rows, typed: false };
}

function columnNames(cells: readonly string[], path: string): string[] {
  const names = cells.map((cell) => cell.trim());
  const twice = names.find((name, i) => name !== '' && names.indexOf(name) < i);
  if (twice === undefined) return names;
  throw new ColumnError(path, `two columns have the name ${JSON.stringify(twice)}. Rename one of them.`);
}

function asValues(
  cells: readonly string[],
  header: readonly string[],
  path: string,
  line: number,
): Map<string, string> {
  if (cells.length !== header.length)
    throw new MalformedRowError(
      path,
      line,
      `the row has ${cells.length} columns, expected ${header.length}. Texts with a separator in them must be in quotation marks.`,
    );
  return new Map(header.map((name, i) => [name, cells[i]!]));
}
