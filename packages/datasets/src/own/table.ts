import type { RowUnit } from '../errors.ts';
import type { Wording } from '../wording.ts';

/** What is wrong with a file without rows, and what to do. */
export const hasNoRows = 'has no rows. Add rows to it, or use another file.';

/** A file as rows of named values. */
export interface Table {
  readonly path: string;
  /** Names of the columns, in their order. */
  readonly columns: readonly string[];
  /** At least one. */
  readonly rows: readonly TableRow[];
  /** Whether values have types, as in JSON: a text of digits then is no number. */
  readonly typed: boolean;
  /** The names of the classes of columns that hold their numbers. */
  readonly classNames?: ReadonlyMap<string, readonly string[]>;
  /** How a file of separated values was read. */
  readonly dialect?: Dialect;
  /** What was asked for in reading it and may be wrong, where columns are missing: a sentence after a blank. */
  readonly doubtful?: Wording;
}

/** How a file of separated values is read. */
export interface Dialect {
  readonly delimiter: string;
  /** Those that divide the first line too. */
  readonly others: readonly string[];
}

export interface TableRow {
  readonly path: string;
  /** From 1; lines without any text do not count. */
  readonly row: number;
  /** Where it begins, in the file's units, from 1. */
  readonly line: number;
  readonly unit: RowUnit;
  readonly values: RowValues;
}

/** The values of a row by the names of their columns; undefined where it has none. */
export interface RowValues extends Iterable<readonly [string, unknown]> {
  get(column: string): unknown;
}

/** Values in the order of the columns, whose positions all rows share. */
export class CellValues implements RowValues {
  readonly #cells: readonly unknown[];
  readonly #positions: ReadonlyMap<string, number>;

  constructor(cells: readonly unknown[], positions: ReadonlyMap<string, number>) {
    this.#cells = cells;
    this.#positions = positions;
  }

  get(column: string): unknown {
    const position = this.#positions.get(column);
    return position === undefined ? undefined : this.#cells[position];
  }

  *[Symbol.iterator](): Generator<readonly [string, unknown], void, undefined> {
    for (const [name, position] of this.#positions) yield [name, this.#cells[position]];
  }
}

/** A guess that may be wrong. */
export interface Doubt {
  /** What was taken for what: a clause, such as `the labels are taken from 'mood'`. */
  readonly about: string;
  /**
   * The option that decides it, and the value that decides otherwise. Null where only another file can: `value` then is a
   * clause that says how it is written.
   */
  readonly option: 'text' | 'label' | 'problem' | 'header' | 'delimiter' | 'decimal' | 'labels' | null;
  readonly value: string;
}
