import { LabelError, MalformedRowError } from '../errors.ts';
import type { Example } from '../task.ts';
import type { TextColumns } from './columns.ts';
import { labelText, type OwnProblem, parseNumber } from './labels.ts';
import type { TableRow } from './table.ts';

/** How labels are read. */
export interface LabelReading {
  readonly problem: OwnProblem;
  /** What separates several labels in one text, where the problem is multi-label. */
  readonly separator: '|' | ';' | null;
}

/** The texts of a row. Throws `MalformedRowError` where one is missing. */
export function textsOf(row: TableRow, { text, textPair }: TextColumns): Example['segments'] {
  return textPair === null ? [textOf(row, text)] : [textOf(row, text), textOf(row, textPair)];
}

function textOf(row: TableRow, column: string): string {
  const value = row.values.get(column) ?? '';
  if (typeof value === 'object')
    throw malformed(row, `the column ${JSON.stringify(column)} holds ${shown(value)}, no text.`);
  const text = String(value);
  if (text.trim() === '') throw missing(row, 'text', column);
  return text;
}

/** What stands for the label of a row. Throws `MalformedRowError` where it is missing. */
export function labelOf(row: TableRow, column: string): unknown {
  const value = row.values.get(column) ?? '';
  if (typeof value === 'string' && value.trim() === '') throw missing(row, 'label', column);
  return value;
}

/** The labels of a row by name: one, or any number where the problem is multi-label, where an empty text is none. */
export function labelsOf(row: TableRow, column: string, { problem, separator }: LabelReading): string[] {
  if (problem !== 'multiLabelClassification') return [asLabel(row, labelOf(row, column))];
  const value = row.values.get(column) ?? labelOf(row, column);
  const parts = Array.isArray(value) ? value : String(value).split(separator ?? '|');
  return parts.map((part) => asLabel(row, part)).filter((label) => label !== '');
}

/** The number of a row. Throws `LabelError` where the label is none. */
export function scoreOf(row: TableRow, column: string): number {
  const value = labelOf(row, column);
  const score = parseNumber(value);
  if (score !== undefined) return score;
  throw new LabelError(row.path, row.line, String(value), 'a number', row.unit);
}

function asLabel(row: TableRow, value: unknown): string {
  const label = labelText(value);
  if (label !== undefined) return label;
  throw malformed(row, `a label is ${shown(value)}, expected a text or a number.`);
}

function missing(row: TableRow, what: string, column: string): MalformedRowError {
  const where = `row ${row.row} has no ${what} in the column ${JSON.stringify(column)}`;
  return malformed(row, `${where}. Fill it in, or remove the row.`);
}

function malformed({ path, line, unit }: TableRow, what: string): MalformedRowError {
  return new MalformedRowError(path, line, what, unit);
}

function shown(value: unknown): string {
  return JSON.stringify(value).slice(0, 40);
}
