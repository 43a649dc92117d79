import { Unreadable } from './unreadable.ts';
import { inWords, type NamedOption, type OptionWords, type Wording } from './wording.ts';

/** Base class of the errors of this package. The data or the options were wrong, and the message says what to do. */
export class DatasetError extends Error {
  override readonly name: string = 'DatasetError';
  readonly #wording: Wording;

  constructor(wording: Wording, options?: ErrorOptions) {
    super(inWords(wording), options);
    this.#wording = wording;
  }

  /** Rewrites the message with other names of the options, such as those of a command line. */
  reword(words: OptionWords): void {
    this.message = inWords(this.#wording, words);
  }
}

const after = (before: string, what: Wording): Wording =>
  typeof what === 'string' ? `${before}${what}` : (words) => `${before}${what(words)}`;

/** No task has this id. */
export class UnknownTaskError extends DatasetError {
  override readonly name = 'UnknownTaskError';
  readonly id: string;
  readonly known: readonly string[];
  readonly suggestion: string | undefined;

  constructor(id: string, known: readonly string[], suggestion?: string) {
    super((words) => {
      const hint = suggestion === undefined ? words.tasks(known) : `Did you mean ${suggestion}?`;
      return `There is no task ${JSON.stringify(id)}. ${hint}`;
    });
    this.id = id;
    this.known = known;
    this.suggestion = suggestion;
  }
}

/** None of the files that could hold a split exists. */
export class MissingFileError extends DatasetError {
  override readonly name = 'MissingFileError';
  /** Paths that were tried, relative to the source. */
  readonly looked: readonly string[];

  /** @param what the message; by default it lists the missing files and the folder where they must be */
  constructor(looked: readonly string[], where: string, what?: string) {
    const folder = /^.*\//.exec(looked[0] ?? '')?.[0];
    const hint = folder === undefined ? '' : ` The data must contain the folder ${folder}.`;
    super(what ?? `Found none of ${looked.join(', ')} in ${where}.${hint}`);
    this.looked = looked;
  }
}

/** A file exists but could not be read: input/output failed, or the gzip data is damaged. */
export class UnreadableFileError extends DatasetError {
  override readonly name = 'UnreadableFileError';
  readonly file: string;

  constructor(file: string, what: Wording, cause?: unknown) {
    super((words) => `Could not read ${file}: ${inWords(what, words)}.`, { cause });
    this.file = file;
  }
}

/** A file has no rows. */
export class EmptyFileError extends DatasetError {
  override readonly name = 'EmptyFileError';
  readonly file: string;

  constructor(file: string, what: Wording = 'has no rows. Fetch the file again or remove it.') {
    super(after(`${file} `, what));
    this.file = file;
  }
}

/** A file lacks a required column. */
export class MissingColumnError extends DatasetError {
  override readonly name = 'MissingColumnError';
  readonly file: string;
  readonly column: string;
  readonly found: readonly string[];
  readonly suggestion: string | undefined;

  /**
   * @param option the option that names the column, if there is one
   * @param more text appended to the message
   */
  constructor(
    file: string,
    column: string,
    found: readonly string[],
    suggestion?: string,
    option?: NamedOption,
    more: Wording = '',
  ) {
    const hint = suggestion === undefined ? '' : ` Did you mean ${JSON.stringify(suggestion)}?`;
    super((words) => {
      const advice = option === undefined ? '' : `; name one of them with ${words.name(option)}`;
      return `${file} has no column ${JSON.stringify(column)}.${hint} Its columns are ${listed(found)}${advice}.${inWords(more, words)}`;
    });
    this.file = file;
    this.column = column;
    this.found = found;
    this.suggestion = suggestion;
  }
}

/** The columns of a file, or the contents of one column, cannot be used. */
export class ColumnError extends DatasetError {
  override readonly name = 'ColumnError';
  readonly file: string;

  constructor(file: string, what: Wording) {
    super(after(`${file}: `, what));
    this.file = file;
  }
}

/** Unit in which the rows of a file are counted: lines, items of a JSON list, or rows of a parquet file. */
export type RowUnit = 'line' | 'item' | 'row';

/** A row cannot be read. `line` counts from 1 and includes the header. In files without lines it counts rows. */
export class MalformedRowError extends DatasetError {
  override readonly name: string = 'MalformedRowError';
  readonly file: string;
  readonly line: number;

  constructor(file: string, line: number, what: Wording, unit: RowUnit = 'line') {
    super(after(`${file}, ${unit} ${line}: `, what));
    this.file = file;
    this.line = line;
  }
}

/** The label of a row is not one of the task's. */
export class LabelError extends MalformedRowError {
  override readonly name = 'LabelError';
  readonly label: string;

  /** @param advice what to do, starting with a space */
  constructor(
    file: string,
    line: number,
    label: string,
    expected: string,
    unit?: RowUnit,
    advice: Wording = '',
  ) {
    const what = `the label is ${JSON.stringify(label.slice(0, 80))}, expected ${expected}.`;
    super(file, line, after(what, advice), unit);
    this.label = label;
  }
}

/** The rows cannot be divided as requested. */
export class SplitError extends DatasetError {
  override readonly name = 'SplitError';
}

/** An option has a value outside its range. */
export class InvalidOptionError extends DatasetError {
  override readonly name = 'InvalidOptionError';
  readonly option: string;
  readonly value: unknown;

  /** @param named the option, if it has another name on a command line */
  constructor(option: string, value: unknown, expected: string, named?: NamedOption) {
    const what = ` is ${typeof value === 'string' ? value.slice(0, 80) : shown(value)}, expected ${expected}.`;
    super(named === undefined ? `${option}${what}` : (words) => `${words.name(named)}${what}`);
    this.option = option;
    this.value = value;
  }
}

/** Lists names of columns for a message. A long list is cut after the first names. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, mostListed).map((name) => JSON.stringify(name.slice(0, 40)));
  return `${shown.join(', ')}${names.length > mostListed ? `, … (${names.length} in all)` : ''}`;
}

const mostListed = 30;

/**
 * Formats any value on a short line for a message. Unlike `String` and `JSON.stringify` it calls no method of the value
 * and limits the depth.
 */
export function shown(value: unknown): string {
  return brief(value, 2).slice(0, 80);
}

function brief(value: unknown, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60));
  if (typeof value === 'symbol' || typeof value === 'function') return typeof value;
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Unreadable) return value.what;
  if (ArrayBuffer.isView(value)) return 'binary data';
  if (depth === 0) return Array.isArray(value) ? '[…]' : '{…}';
  if (Array.isArray(value)) {
    const items = value.slice(0, 8).map((item) => brief(item, depth - 1));
    return `[${items.join(',')}${value.length > 8 ? ',…' : ''}]`;
  }
  const keys = Object.keys(value);
  const items = keys
    .slice(0, 8)
    .map((key) => `${JSON.stringify(key.slice(0, 40))}:${brief(Reflect.get(value, key), depth - 1)}`);
  return `{${items.join(',')}${keys.length > 8 ? ',…' : ''}}`;
}

/** Returns whether a value is an object of JSON: neither null nor a list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Throws `InvalidOptionError` unless `value` is a whole number of at least 1. */
export function checkPositiveInteger(option: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new InvalidOptionError(option, value, 'a whole number of at least 1');
  }
}
