import type { RowUnit } from '../errors.ts';

/** A file as rows of named values. */
export interface Table {
  readonly path: string;
  /** Names of the columns, in their order. */
  readonly columns: readonly string[];
  /** At least one. */
  readonly rows: readonly TableRow[];
  /** Whether values have types, as in JSON: a text of digits then is no number. */
  readonly typed: boolean;
}

export interface TableRow {
  readonly path: string;
  /** From 1; lines without any text do not count. */
  readonly row: number;
  /** Where it begins, in the file's units, from 1. */
  readonly line: number;
  readonly unit: RowUnit;
  readonly values: ReadonlyMap<string, unknown>;
}
