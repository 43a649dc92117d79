import { MalformedRowError } from '../errors.ts';
import type { DataFile } from '../file.ts';

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Yields the rows of a tab-separated file in GLUE's format. Lines end at line feeds and columns at tabs. There is no
 * quoting, and nothing is trimmed. If the first line ends in carriage return and line feed, line ends were converted
 * and are converted back.
 */
export function* tsvRows(file: DataFile): Generator<TsvRow, void, undefined> {
  const { bytes } = file;
  const hasByteOrderMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const isConverted = bytes[bytes.indexOf(LINE_FEED) - 1] === CARRIAGE_RETURN;
  let start = hasByteOrderMark ? 3 : 0;
  for (let line = 1; start < bytes.length; line++) {
    const found = bytes.indexOf(LINE_FEED, start);
    const next = found < 0 ? bytes.length : found;
    const end = isConverted && bytes[next - 1] === CARRIAGE_RETURN ? next - 1 : next;
    yield new TsvRow(file, line, start, end);
    start = next + 1;
  }
}

/**
 * One line of a file. Only requested cells are decoded, because most of the official MNLI, a file of several hundred
 * megabytes, is unused parse trees.
 */
export class TsvRow {
  /** Number of the line, from 1. */
  readonly line: number;
  readonly #file: DataFile;
  /** Start of each cell, and last the start of a cell after them. */
  readonly #starts: number[];

  constructor(file: DataFile, line: number, start: number, end: number) {
    this.line = line;
    this.#file = file;
    this.#starts = [start];
    for (let tab = file.bytes.indexOf(TAB, start); tab >= 0 && tab < end; ) {
      this.#starts.push(tab + 1);
      tab = file.bytes.indexOf(TAB, tab + 1);
    }
    this.#starts.push(end + 1);
  }

  get length(): number {
    return this.#starts.length - 1;
  }

  cell(column: number): string {
    const bytes = this.#file.bytes.subarray(this.#starts[column], this.#starts[column + 1]! - 1);
    try {
      return decoder.decode(bytes);
    } catch {
      throw new MalformedRowError(
        this.#file.path,
        this.line,
        'the text is not valid UTF-8. Fetch the file again.',
      );
    }
  }

  allCells(): string[] {
    return Array.from({ length: this.length }, (_, column) => this.cell(column));
  }
}
