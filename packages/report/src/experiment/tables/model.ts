/** A number as a table shows it. */
export interface NumberCell {
  /** Null for one that is undefined. */
  readonly value: number | null;
  /** After the point; 0 by default. */
  readonly digits?: number;
  /** Shown as ± behind it. */
  readonly deviation?: number;
  /** What the paper has in this place; shown with the difference. */
  readonly published?: number;
  /** A test says that it is better than all others of its column. */
  readonly isBest?: boolean;
  /** Shows where the pointer rests on it. */
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

/** A table of a report, for whatever format it is written in. */
export interface ReportTable {
  readonly title: string;
  /** How to read it. */
  readonly note?: string;
  readonly columns: readonly ReportColumn[];
  readonly groups: readonly RowGroup[];
}

/** Digits in groups of three, with a true minus. */
export function numberText(value: number | null, digits = 0): string {
  if (value === null || !Number.isFinite(value)) return 'undefined';
  return value
    .toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
    .replace('-', '−');
}

/** `+1.20` or `−0.35`. */
export function differenceText(value: number, digits: number): string {
  const text = numberText(value, digits);
  return value > 0 && !/^[0.]+$/.test(text) ? `+${text}` : text;
}

/** A cell's parts as text: the number with its deviation, and what is published. */
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
