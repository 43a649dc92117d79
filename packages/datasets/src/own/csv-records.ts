import { MalformedRowError } from '../errors.ts';
import { inWords, type Wording } from '../wording.ts';

/** A record of separated values. It spans several lines if a quoted value contains line ends. */
export interface CsvRecord {
  readonly cells: readonly string[];
  /** Number of its first line, from 1. */
  readonly line: number;
  /** Start and end of the record in the text, without the line end. */
  readonly start: number;
  readonly end: number;
  /** Whether a value contains line ends. */
  readonly isSpread: boolean;
}

export interface CsvForm {
  readonly delimiter: string;
  /** Whether quotation marks enclose values. Otherwise they are ordinary characters. */
  readonly hasQuotes: boolean;
  /** Likely cause if the text does not have this form: a sentence starting with a space. */
  readonly doubtful?: Wording;
  /** What ends a line. Default: a line feed, or a carriage return if the text has no line feeds. */
  readonly newline?: string | undefined;
}

/** Where a text is in a file that is read in parts. Default: it is the whole file. */
export interface CsvPart {
  /** Lines of the file before the text. */
  readonly linesBefore: number;
  /** Whether the text is the end of the file. If not, a record that reaches its end is not yielded. */
  readonly isLast: boolean;
}

/** Returns what ends the lines of a text. */
export const newlineOf = (text: string): string =>
  text.includes('\n') || !text.includes('\r') ? '\n' : '\r';

/**
 * Yields the records of a text one by one, in linear time. Empty lines are skipped. Lines end at line feeds, or at
 * carriage returns if there are no line feeds.
 *
 * @throws MalformedRowError if a quotation mark is not closed, or is closed before the value ends
 */
export function* csvRecords(
  text: string,
  { delimiter, hasQuotes, doubtful = '', newline = newlineOf(text) }: CsvForm,
  path: string,
  { linesBefore, isLast }: CsvPart = { linesBefore: 0, isLast: true },
): Generator<CsvRecord, void, undefined> {
  const nextDelimiter = finder(text, delimiter);
  const nextNewline = finder(text, newline);
  let line = linesBefore + 1;
  for (let cursor = 0; cursor < text.length; ) {
    if (text[cursor] === newline) {
      cursor += 1;
      line += 1;
      continue;
    }
    const [start, first] = [cursor, line];
    const cells: string[] = [];
    let isAtEnd = false;
    for (let isDone = false; !isDone; ) {
      if (hasQuotes && text[cursor] === '"') {
        const quoted = quotedCell(text, cursor);
        if (!quoted && !isLast) return;
        if (!quoted) throw unended(path, first, doubtful);
        cells.push(quoted.value);
        line += lineEnds(text, newline, cursor, quoted.end);
        cursor = quoted.end;
        // Some programs write spaces after a closing quotation mark.
        while (text[cursor] === ' ' && delimiter !== ' ') cursor += 1;
        isDone = cursor >= text.length || text[cursor] === newline;
        if (!isDone && !text.startsWith(delimiter, cursor)) throw unended(path, first, doubtful);
      } else {
        const end = Math.min(nextDelimiter(cursor), nextNewline(cursor), text.length);
        cells.push(text.slice(cursor, end));
        cursor = end;
        isDone = cursor >= text.length || text[cursor] === newline;
      }
      isAtEnd = cursor >= text.length;
      if (!isDone) cursor += delimiter.length;
    }
    if (isAtEnd && !isLast) return;
    yield { cells, line: first, start, end: cursor, isSpread: line > first };
    if (!isAtEnd) cursor += 1;
    line += 1;
  }
}

/**
 * Reads a quoted value and returns it with its end. Two quotation marks stand for one in the value.
 * @returns undefined if no quotation mark ends it
 */
function quotedCell(text: string, start: number): { value: string; end: number } | undefined {
  let hasDoubled = false;
  for (let at = start + 1; ; at += 2) {
    at = text.indexOf('"', at);
    if (at < 0) return undefined;
    if (text[at + 1] === '"') hasDoubled = true;
    else {
      const value = text.slice(start + 1, at);
      return { value: hasDoubled ? value.replaceAll('""', '"') : value, end: at + 1 };
    }
  }
}

function unended(path: string, line: number, doubtful: Wording): MalformedRowError {
  return new MalformedRowError(
    path,
    line,
    (words) =>
      `a text that begins with a quotation mark does not end with one. Put it into quotation marks, and double those inside; or ${words.say('quote', 'none')} if quotation marks are characters like others.${inWords(doubtful, words)}`,
  );
}

/**
 * Returns a function that finds the next occurrence from a position. Positions must ascend, and each part is searched
 * once.
 */
function finder(text: string, what: string): (from: number) => number {
  let found = -1;
  return (from) => {
    if (found < from) {
      const at = text.indexOf(what, from);
      found = at < 0 ? Number.POSITIVE_INFINITY : at;
    }
    return found;
  };
}

function lineEnds(text: string, newline: string, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at++) if (text[at] === newline) count += 1;
  return count;
}
