import { MalformedRowError } from '../errors.ts';
import { inWords, type Wording } from '../wording.ts';

/** A line of separated values, or several where a value in quotation marks has line ends. */
export interface CsvRecord {
  readonly cells: readonly string[];
  /** The number of its first line. */
  readonly line: number;
  /** Where it stands in the text, its line end left out. */
  readonly start: number;
  readonly end: number;
  /** Whether a value goes on over line ends. */
  readonly isSpread: boolean;
}

export interface CsvForm {
  readonly delimiter: string;
  /** Whether quotation marks enclose values, rather than being characters like others. */
  readonly hasQuotes: boolean;
  /** What may be the cause where the text has not this form: a sentence after a blank. */
  readonly doubtful?: Wording;
}

/**
 * The records of a text one by one, in time that is in proportion to its length. Empty lines are left out. Lines end at
 * line feeds, or at carriage returns if there are none.
 *
 * @throws MalformedRowError where a quotation mark has no end, or an end before the value's
 */
export function* csvRecords(
  text: string,
  { delimiter, hasQuotes, doubtful = '' }: CsvForm,
  path: string,
): Generator<CsvRecord, void, undefined> {
  const newline = text.includes('\n') || !text.includes('\r') ? '\n' : '\r';
  const nextDelimiter = finder(text, delimiter);
  const nextNewline = finder(text, newline);
  let line = 1;
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
        const quoted = quotedCell(text, cursor, () => unended(path, first, doubtful));
        cells.push(quoted.value);
        line += lineEnds(text, newline, cursor, quoted.end);
        cursor = quoted.end;
        // Some programs put blanks between a quotation mark and what follows.
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
    yield { cells, line: first, start, end: cursor, isSpread: line > first };
    if (!isAtEnd) cursor += 1;
    line += 1;
  }
}

/** A value in quotation marks, of which two are one that belongs to it, and where it ends. */
function quotedCell(
  text: string,
  start: number,
  fault: () => MalformedRowError,
): { value: string; end: number } {
  let hasDoubled = false;
  for (let at = start + 1; ; at += 2) {
    at = text.indexOf('"', at);
    if (at < 0) throw fault();
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

/** Finds the next place of something from a place on; places are asked for in order, and each is looked for once. */
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
