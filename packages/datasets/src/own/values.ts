import { LabelError, MalformedRowError, shown } from '../errors.ts';
import type { Example } from '../task.ts';
import type { Wording } from '../wording.ts';

import { asAnswer, type Decimal, isMissingMark, labelText, parseNumber } from './labels.ts';
import { parseListLiteral } from './list-literal.ts';
import type { TableRow } from './table.ts';

export interface TextColumns {
  /** Column of the texts, or of the first texts; found by common names if it is not chosen. */
  readonly text: string;
  /** Column of the second text of each row; null if rows have one text. */
  readonly textPair: string | null;
}

/** Returns the texts of a row. Throws `MalformedRowError` if one is missing. */
export function textsOf(row: TableRow, { text, textPair }: TextColumns): Example['segments'] {
  return textPair === null ? [textOf(row, text)] : [textOf(row, text), textOf(row, textPair)];
}

/** Returns the text of a column. Throws `MalformedRowError` if it is missing. */
export function textOf(row: TableRow, column: string): string {
  const value = row.values.get(column) ?? '';
  const text = typeof value === 'string' ? value : labelText(value);
  if (text === undefined)
    throw malformed(row, `the column ${JSON.stringify(column)} holds ${named(value)}, not a text.`);
  if (text.trim() === '') throw missing(row, 'text', column);
  return text;
}

/** Returns the raw value of a row's label. Throws `MalformedRowError` if it is missing. */
export function labelOf(row: TableRow, column: string): unknown {
  const value = row.values.get(column) ?? '';
  if (typeof value === 'string' && value.trim() === '') throw missing(row, 'label', column);
  return value;
}

/** Returns the list of a row, from JSON or parsed from a text, or undefined if there is none. */
export function listOf(row: TableRow, column: string): readonly unknown[] | undefined {
  const value = row.values.get(column);
  if (typeof value === 'string') return parseListLiteral(value)?.items;
  return Array.isArray(value) ? value : undefined;
}

/**
 * Returns the name of a label.
 *
 * @param classNames class names of a column that holds class numbers
 * @param known labels; one of them may look like a missing value
 * @throws MalformedRowError
 */
export function asLabel(
  row: TableRow,
  value: unknown,
  classNames: readonly string[] | undefined,
  known: ReadonlySet<string> | undefined,
): string {
  const label = labelText(value);
  if (label === undefined) throw malformed(row, `a label is ${named(value)}, expected a text or a number.`);
  if (classNames !== undefined && typeof value === 'number') {
    const name = classNames[value];
    if (name !== undefined) return name.trim().normalize();
    // Data sets without labels store -1.
    const why = value === -1 ? 'which stands for a missing label' : 'which the file has no class name for';
    throw malformed(row, `a label is ${value}, ${why}. Fill it in, or remove the row.`);
  }
  if (typeof value === 'string' && isMissingMark(label) && !known?.has(label))
    throw malformed(
      row,
      ({ say }) =>
        `a label is ${shown(label)}, which stands for a missing value. Fill it in, or remove the row${say('labels', undefined, '; if it is a label, list all of them: ')}.`,
    );
  return label;
}

/** Returns the score of a row. Throws `LabelError` if the label is not a number. */
export function scoreOf(row: TableRow, column: string, decimal: Decimal): number {
  const value = labelOf(row, column);
  const score = parseNumber(value, decimal);
  if (score !== undefined) return score;
  const expected = `a number in the column ${JSON.stringify(column)}`;
  const sign = decimal === 'comma' ? ', with a comma before its fraction' : '';
  throw new LabelError(
    row.path,
    row.line,
    labelText(value) ?? named(value),
    `${expected}${sign}`,
    row.unit,
    ({ name, say }) =>
      ` If the scores are in another column, name it with ${name('label')}${say('problem', 'singleLabelClassification', '; to use the labels as names, ')}.`,
  );
}

/** Returns whether a row has the label of a column. */
export function bitOf(row: TableRow, column: string): 0 | 1 {
  const value = labelOf(row, column);
  const bit = asAnswer(value);
  if (bit !== undefined) return bit;
  throw malformed(row, `the column ${JSON.stringify(column)} holds ${named(value)}, expected 0 or 1.`);
}

function missing(row: TableRow, what: string, column: string): MalformedRowError {
  const where = `row ${row.row} has no ${what} in the column ${JSON.stringify(column)}`;
  return malformed(row, `${where}. Fill it in, or remove the row.`);
}

export function malformed({ path, line, unit }: TableRow, what: Wording): MalformedRowError {
  return new MalformedRowError(path, line, what, unit);
}

/** Formats a value for a message. */
export function named(value: unknown): string {
  const isTooLarge = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
  return isTooLarge ? `${value}, a number beyond 2^53 that may have lost digits` : shown(value).slice(0, 40);
}
