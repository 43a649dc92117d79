import type { RowUnit } from '../errors.ts';
import type { Wording } from '../wording.ts';

/** Message for a file without rows, with what to do. */
export const hasNoRows = 'has no rows. Add rows to it, or use another file.';

/** A file as rows of named values. */
export interface Table {
  readonly path: string;
  /** Names of the columns, in file order. */
  readonly columns: readonly string[];
  /** The rows, at least one. */
  readonly rows: readonly TableRow[];
  /** Whether values have types, as in JSON. A text of digits is then not a number. */
  readonly typed: boolean;
  /** Class names of the columns that hold class numbers. */
  readonly classNames?: ReadonlyMap<string, readonly string[]>;
  /** How a file of separated values was read. */
  readonly dialect?: Dialect;
  /** Options of reading that may be wrong if columns are missing: a sentence starting with a space. */
  readonly doubtful?: Wording;
}

/** How a file of separated values is read. */
export interface Dialect {
  readonly delimiter: string;
  /** Other delimiters that also divide the first line. */
  readonly others: readonly string[];
}

export interface TableRow {
  readonly path: string;
  /** Number of the row, from 1. Lines without any text do not count. */
  readonly row: number;
  /** Where the row begins, from 1, in the file's units. */
  readonly line: number;
  readonly unit: RowUnit;
  readonly values: RowValues;
}

/** The values of a row by column name; undefined for columns that the row lacks. */
export interface RowValues extends Iterable<readonly [string, unknown]> {
  get(column: string): unknown;
}

/** Values in the order of the columns. All rows share the positions of the columns. */
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
  /** The guess, as a clause: `the labels are taken from 'mood'`. */
  readonly about: string;
  /**
   * The option that decides it, and the value for the other decision. If only another file can decide it, the option is
   * null, and `value` is a clause that says how to write the file.
   */
  readonly option: 'text' | 'label' | 'problem' | 'header' | 'delimiter' | 'decimal' | 'labels' | null;
  /** The value of the option, or the clause. */
  readonly value: string;
}
