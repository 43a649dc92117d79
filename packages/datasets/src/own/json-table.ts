import { EmptyFileError, MalformedRowError, UnreadableFileError } from '../errors.ts';
import type { DataFile } from '../file.ts';
import { decodeText } from './decode-text.ts';
import type { Table, TableRow } from './table.ts';

/** The rows of a file with one JSON object on each line. Lines without any text are left out. */
export function jsonLinesTable(file: DataFile): Table {
  return asTable(file.path, [...jsonLines(file)]);
}

/** The rows of such a file one by one: none is kept that is not needed any more. */
export function* jsonLines(file: DataFile): Generator<TableRow, void, undefined> {
  const { path } = file;
  let row = 0;
  for (const [index, text] of decodeText(file).split('\n').entries()) {
    if (text.trim() === '') continue;
    const line = index + 1;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw new MalformedRowError(path, line, `not JSON: ${(error as Error).message}.`);
    }
    yield asRow(path, value, { row: ++row, line, unit: 'line' });
  }
}

/** The rows of a file that is one JSON list of objects. */
export function jsonListTable(file: DataFile): Table {
  const { path } = file;
  const text = decodeText(file);
  if (text.trim() === '') throw new EmptyFileError(path);
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw new UnreadableFileError(path, `it is not JSON: ${(error as Error).message}`, error);
  }
  if (!Array.isArray(list))
    throw new UnreadableFileError(
      path,
      'it must be a list of objects; a file of one object a line is .jsonl',
    );
  const rows = list.map((value, i) => asRow(path, value, { row: i + 1, line: i + 1, unit: 'item' }));
  return asTable(path, rows);
}

function asRow(path: string, value: unknown, place: Pick<TableRow, 'row' | 'line' | 'unit'>): TableRow {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return { path, ...place, values: new Map(Object.entries(value)) };
  throw new MalformedRowError(path, place.line, 'no object with a value for each column.', place.unit);
}

function asTable(path: string, rows: readonly TableRow[]): Table {
  if (rows.length === 0) throw new EmptyFileError(path);
  const columns = [...new Set(rows.flatMap(({ values }) => [...values.keys()]))];
  return { path, columns, rows, typed: true };
}
