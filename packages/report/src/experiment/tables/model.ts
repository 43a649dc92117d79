/** A number in a table. */
export interface NumberCell {
  /** The value; null if undefined. */
  readonly value: number | null;
  /** Decimal places; 0 by default. */
  readonly digits?: number;
  /** Standard deviation, shown after ±. */
  readonly deviation?: number;
  /** The paper's value, shown with the difference. */
  readonly published?: number;
  /** Whether a test says that it is better than all others of its column. */
  readonly isBest?: boolean;
  /** Text that is shown when the pointer is over it. */
  readonly hint?: string;
}

export type Cell = string | NumberCell;

export interface ReportColumn {
  readonly title: string;
  readonly numeric?: boolean;
}

export interface RowGroup {
  readonly title?: string;
  /** A cell for each column; the first names the row. */
  readonly rows: readonly (readonly Cell[])[];
}

/** A table of a report, independent of the output format. */
export interface ReportTable {
  readonly title: string;
  /** Explains how to read it. */
  readonly note?: string;
  readonly columns: readonly ReportColumn[];
  readonly groups: readonly RowGroup[];
}

/** Formats a number with its digits in groups of three and a true minus sign. */
export function numberText(value: number | null, digits = 0): string {
  if (value === null || !Number.isFinite(value)) return 'undefined';
  return value
    .toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
    .replace('-', '−');
}

/** Formats a difference: `+1.20` or `−0.35`. */
export function differenceText(value: number, digits: number): string {
  const text = numberText(value, digits);
  return value > 0 && !/^[0.]+$/.test(text) ? `+${text}` : text;
}

/** Formats the parts of a cell: the number with its deviation, and the published value. */
export function cellTexts(cell: Cell): { readonly text: string; readonly published?: string } {
  if (typeof cell === 'string') return { text: cell };
  const { value, digits = 0, deviation, published } = cell;
  const spread = deviation === undefined ? '' : ` ± ${numberText(deviation, digits)}`;
  const text = `${numberText(value, digits)}${spread}`;
  if (published === undefined || value === null) return { text };
  return {
    text,
    published: `${numberText(published, digits)} (${differenceText(value - published, digits)})`,
  };
}
