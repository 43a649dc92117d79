import { EmptyFileError, isObject, MalformedRowError, UnreadableFileError } from '../errors.ts';
import type { DataFile } from '../file.ts';
import { decodeText } from './decode-text.ts';
import { hasNoRows, type RowValues, type Table, type TableRow } from './table.ts';

/** Longer texts are parsed only if their nesting depth is limited, because a parser needs memory for each level. */
const longText = 2 ** 20;
const deepest = 1000;

/** Reads the rows of a file with one JSON object per line. Lines without any text are skipped. */
export function jsonLinesTable(file: DataFile): Table {
  return asTable(file.path, [...jsonLines(file)]);
}

/** Yields the rows of such a file one by one, without keeping them. */
export function* jsonLines(file: DataFile): Generator<TableRow, void, undefined> {
  yield* jsonRows(decodeText(file), file.path);
}

/**
 * Yields the rows of a text of JSON lines.
 *
 * @param before rows and lines of the file before the text; none by default
 */
export function* jsonRows(
  whole: string,
  path: string,
  before: { readonly rows: number; readonly lines: number } = { rows: 0, lines: 0 },
): Generator<TableRow, void, undefined> {
  let row = before.rows;
  for (const [text, number] of lines(whole)) {
    if (text.trim() === '') continue;
    const line = before.lines + number;
    let value: unknown;
    try {
      value = parseJson(text);
    } catch (error) {
      throw new MalformedRowError(path, line, `not JSON: ${(error as Error).message}.`);
    }
    yield asRow(path, value, { row: ++row, line, unit: 'line' });
  }
}

/**
 * Yields the lines of a text with their numbers. Lines end at line feeds, or at carriage returns if there are no line
 * feeds.
 */
export function* lines(text: string): Generator<readonly [string, number], void, undefined> {
  const end = text.includes('\n') ? '\n' : '\r';
  let line = 1;
  for (let start = 0; start < text.length; line++) {
    const found = text.indexOf(end, start);
    const next = found < 0 ? text.length : found;
    if (next > start) yield [text.slice(start, next), line];
    start = next + 1;
  }
}

/** Reads the rows of a file that is one JSON list of objects. */
export function jsonListTable(file: DataFile): Table {
  const { path } = file;
  const text = decodeText(file);
  if (text.trim() === '') throw new EmptyFileError(path, hasNoRows);
  let list: unknown;
  try {
    list = parseJson(text);
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

function parseJson(text: string): unknown {
  if (text.length > longText && isTooDeep(text)) throw new Error('it is nested too deeply');
  return JSON.parse(text);
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (isQuoted) {
      if (character === '\\') i += 1;
      else if (character === '"') isQuoted = false;
    } else if (character === '"') isQuoted = true;
    else if (character === '[' || character === '{') {
      depth += 1;
      if (depth > deepest) return true;
    } else if (character === ']' || character === '}') depth -= 1;
  }
  return false;
}

function asRow(path: string, value: unknown, place: Pick<TableRow, 'row' | 'line' | 'unit'>): TableRow {
  if (isObject(value)) return { path, ...place, values: new ObjectValues(value) };
  throw new MalformedRowError(path, place.line, 'not an object with a value for each column.', place.unit);
}

/** The values of a JSON object. */
class ObjectValues implements RowValues {
  readonly #object: Readonly<Record<string, unknown>>;

  constructor(object: Readonly<Record<string, unknown>>) {
    this.#object = object;
  }

  get(column: string): unknown {
    return Object.hasOwn(this.#object, column) ? this.#object[column] : undefined;
  }

  [Symbol.iterator](): Iterator<readonly [string, unknown]> {
    return Object.entries(this.#object)[Symbol.iterator]();
  }
}

function asTable(path: string, rows: readonly TableRow[]): Table {
  if (rows.length === 0) throw new EmptyFileError(path, hasNoRows);
  return tableOfNamed(path, rows);
}

/** Returns rows of named values as a table. Its columns are those that any row has. */
export function tableOfNamed(path: string, rows: readonly TableRow[]): Table {
  const columns = new Set<string>();
  for (const { values } of rows) for (const [name] of values) columns.add(name);
  return { path, columns: [...columns], rows, typed: true };
}
