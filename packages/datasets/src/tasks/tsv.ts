import { EmptyFileError, LabelError, MalformedRowError, MissingColumnError } from '../errors.ts';
import { type DataFile, readFile } from '../file.ts';
import type { Example, TaskDefinition, TaskInfo } from '../task.ts';

/** How the rows of a tab-separated file become examples. */
export interface TsvLayout {
  /** Names of the columns, for a file whose first line is a row already. */
  readonly header?: readonly string[];
  /** The columns of the segments. */
  readonly segments: readonly [string] | readonly [string, string];
  /** The column of the label, and either the value of every class in the order of the ids, or the range of scores. */
  readonly label: { readonly column: string } & (
    | { readonly values: readonly string[] }
    | { readonly min: number; readonly max: number }
  );
  /** A release whose header has this column is known for broken rows, which count as absent. */
  readonly dropShortRowsWith?: string;
}

/** A task whose splits are tab-separated files. */
export function tsvTask(info: TaskInfo, layout: TsvLayout): TaskDefinition {
  return {
    info,
    async read(split, source) {
      return parseTsv(await readFile(source, info.files[split]!), layout);
    },
  };
}

/**
 * Lines end at line feeds and columns at tabs; there is no quoting and nothing is trimmed. (A file whose first line
 * ends in carriage return and line feed is taken to have been converted, and is converted back.)
 */
export function parseTsv(file: DataFile, layout: TsvLayout): Example[] {
  const lines = splitLines(file.bytes);
  let columns: Columns | undefined = layout.header && locate(layout.header, layout, file.path);
  const examples: Example[] = [];
  for (const { number, start, end } of lines) {
    const row = new Row(file, number, start, end);
    if (columns === undefined) {
      columns = locate(row.allCells(), layout, file.path);
      continue;
    }
    if (row.length < columns.count && columns.dropShortRows) continue;
    if (row.length !== columns.count) {
      throw new MalformedRowError(
        file.path,
        number,
        `the row has ${row.length} columns, expected ${columns.count}. Repair the line or fetch the file again.`,
      );
    }
    const [first, second] = columns.segments;
    const segments: Example['segments'] =
      second === undefined ? [row.cell(first)] : [row.cell(first), row.cell(second)];
    const label = parseLabel(row.cell(columns.label), layout.label, file.path, number);
    examples.push({ index: examples.length, segments, label });
  }
  if (examples.length === 0) throw new EmptyFileError(file.path);
  return examples;
}

interface Columns {
  readonly count: number;
  readonly segments: readonly [number] | readonly [number, number];
  readonly label: number;
  readonly dropShortRows: boolean;
}

function locate(header: readonly string[], layout: TsvLayout, file: string): Columns {
  const position = (name: string): number => {
    const index = header.indexOf(name);
    if (index < 0) throw new MissingColumnError(file, name, header);
    return index;
  };
  const [first, second] = layout.segments;
  return {
    count: header.length,
    segments: second === undefined ? [position(first)] : [position(first), position(second)],
    label: position(layout.label.column),
    dropShortRows: layout.dropShortRowsWith !== undefined && header.includes(layout.dropShortRowsWith),
  };
}

function parseLabel(text: string, format: TsvLayout['label'], file: string, line: number): number {
  if ('values' in format) {
    const id = format.values.indexOf(text);
    if (id < 0) throw new LabelError(file, line, text, `one of ${format.values.join(', ')}`);
    return id;
  }
  const score = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(score >= format.min && score <= format.max)) {
    throw new LabelError(file, line, text, `a number from ${format.min} to ${format.max}`);
  }
  return score;
}

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Bytes `start` to `end` of a file are line `number`. */
interface Line {
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

function* splitLines(bytes: Uint8Array): Generator<Line, void, undefined> {
  const hasByteOrderMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const isConverted = bytes[bytes.indexOf(LINE_FEED) - 1] === CARRIAGE_RETURN;
  let start = hasByteOrderMark ? 3 : 0;
  for (let number = 1; start < bytes.length; number++) {
    const found = bytes.indexOf(LINE_FEED, start);
    const next = found < 0 ? bytes.length : found;
    const end = isConverted && bytes[next - 1] === CARRIAGE_RETURN ? next - 1 : next;
    yield { number, start, end };
    start = next + 1;
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Only the cells that are asked for are decoded: the official MNLI has sixteen columns of parse trees and the like. */
class Row {
  readonly #file: DataFile;
  readonly #line: number;
  /** Where each cell starts, and one past the end of the line. */
  readonly #bounds: number[];

  constructor(file: DataFile, line: number, start: number, end: number) {
    this.#file = file;
    this.#line = line;
    this.#bounds = [start];
    for (let tab = start; ; ) {
      tab = file.bytes.indexOf(TAB, tab);
      if (tab < 0 || tab >= end) break;
      tab += 1;
      this.#bounds.push(tab);
    }
    this.#bounds.push(end + 1);
  }

  get length(): number {
    return this.#bounds.length - 1;
  }

  cell(column: number): string {
    const bytes = this.#file.bytes.subarray(this.#bounds[column], this.#bounds[column + 1]! - 1);
    try {
      return decoder.decode(bytes);
    } catch {
      throw new MalformedRowError(
        this.#file.path,
        this.#line,
        'the text is not valid UTF-8. Fetch the file again.',
      );
    }
  }

  allCells(): string[] {
    return Array.from({ length: this.length }, (_, column) => this.cell(column));
  }
}
