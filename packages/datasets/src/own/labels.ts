import { byCodePoint } from '../code-points.ts';
import type { Problem } from '../task.ts';
import type { TableRow } from './table.ts';

/** What a task of your own can predict. */
export type OwnProblem = Exclude<Problem, 'multipleChoice'>;

/** More different whole numbers than this are scores, not classes. */
const mostNumberedClasses = 20;

/**
 * What the values of a column ask for. Lists are several labels a row; numbers are scores where one has a fraction or
 * where there are many different ones; everything else are classes.
 *
 * @param typed whether texts of digits are texts
 */
export function guessProblem(values: readonly unknown[], typed: boolean): OwnProblem {
  if (values.some(Array.isArray)) return 'multiLabelClassification';
  const numbers = new Set<number>();
  for (const value of values) {
    const number = typed && typeof value !== 'number' ? undefined : parseNumber(value);
    if (number === undefined) return 'singleLabelClassification';
    numbers.add(number);
  }
  const areClasses = numbers.size <= mostNumberedClasses && [...numbers].every(Number.isInteger);
  return areClasses ? 'singleLabelClassification' : 'regression';
}

/** A number, also as text; undefined for anything else. */
export function parseNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  const isNumeric =
    typeof value === 'string' &&
    /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value) &&
    Number.isFinite(Number(value));
  return isNumeric ? Number(value) : undefined;
}

/**
 * The text of a label: white space around it does not count, and letters with accents are one label however they are
 * encoded (NFC). Undefined for what cannot be a label.
 */
export function labelText(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? value.trim().normalize() : undefined;
}

/** What separates several labels in one text: `|` if any text has it, else `;`. */
export function labelSeparator(rows: readonly TableRow[], column: string): '|' | ';' {
  const has = ({ values }: TableRow): boolean => String(values.get(column)).includes('|');
  return rows.some(has) ? '|' : ';';
}

/** Different labels in their order: numbers by their value if all are whole ones, else texts by their code points. */
export function sortLabels(labels: Iterable<string>): string[] {
  const different = [...new Set(labels)].sort(byCodePoint);
  const areNumbers = different.every((label) => Number.isInteger(parseNumber(label)));
  return areNumbers ? different.sort((a, b) => Number(a) - Number(b)) : different;
}
