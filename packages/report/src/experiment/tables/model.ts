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
  /** Result of a test; the value is then a difference and is shown with its sign. */
  readonly test?: CellTest;
  /** Whether a test marks it: it is better than all others of its column, or the difference is significant. */
  readonly isSignificant?: boolean;
  /** Text that is shown when the pointer is over it. */
  readonly hint?: string;
}

/** Result of a test of a difference. */
export interface CellTest {
  /** 95 % interval of the difference; absent if predictions were not kept. */
  readonly interval?: readonly [low: number, high: number];
  /** Two-sided p-value; NaN if there is nothing to test. */
  readonly p: number;
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
function numberText(value: number | null, digits = 0): string {
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

/** A cell's parts as texts. */
export interface CellTexts {
  readonly number: string;
  /** Its deviation, with ±. */
  readonly spread?: string;
  /** What stands below the number: the published value, or the result of a test. */
  readonly below?: string;
}

/** Formats the parts of a cell. */
export function cellTexts(cell: Cell): CellTexts {
  if (typeof cell === 'string') return { number: cell };
  const { value, digits = 0, deviation, published, test } = cell;
  if (value === null) return { number: numberText(value) };
  if (test) return { number: differenceText(value, digits), below: testText(test, digits) };
  return {
    number: numberText(value, digits),
    ...(deviation === undefined ? {} : { spread: `± ${numberText(deviation, digits)}` }),
    ...(published === undefined
      ? {}
      : { below: `${numberText(published, digits)} (${differenceText(value - published, digits)})` }),
  };
}

function testText({ interval, p }: CellTest, digits: number): string {
  const bounds = interval?.map((bound) => differenceText(bound, digits)).join(' to ');
  return [...(bounds === undefined ? [] : [bounds]), Number.isNaN(p) ? 'not tested' : `p ${pText(p)}`].join(
    ', ',
  );
}

/** Formats a p-value to three decimal places. */
export const pText = (p: number): string => (p < 0.001 ? '< 0.001' : p.toFixed(3));
