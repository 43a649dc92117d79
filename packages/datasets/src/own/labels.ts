import { byCodePoint } from '../code-points.ts';
import type { Problem } from '../task.ts';

/** The problem types of a custom task. */
export type OwnProblem = Exclude<Problem, 'multipleChoice'>;

/** The decimal mark of a number. */
export type Decimal = 'point' | 'comma';

/**
 * Parses a number or a text with a number. Returns undefined for anything else, and for whole numbers beyond 2^53,
 * which are not exact.
 */
export function parseNumber(value: unknown, decimal: Decimal = 'point'): number | undefined {
  if (typeof value === 'number') return isExact(value) ? value : undefined;
  if (typeof value !== 'string' || value.length > 400) return undefined;
  const form =
    decimal === 'point' ? /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i : /^[+-]?(\d+,?\d*|,\d+)(e[+-]?\d+)?$/i;
  const text = value.trim();
  if (!form.test(text)) return undefined;
  const number = Number(text.replace(',', '.'));
  return isExact(number) ? number : undefined;
}

const isExact = (value: number): boolean =>
  Number.isFinite(value) && (Number.isSafeInteger(value) || !Number.isInteger(value));

/** Returns whether digits begin with a zero. Such a code would lose the zero as a number. */
export function isCode(text: string): boolean {
  return /^[+-]?0\d/.test(text.trim());
}

/** Parses 0 or 1, also as text or boolean. Returns undefined for anything else. */
export function asBit(value: unknown): 0 | 1 | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string' && /^\s*(true|false)\s*$/i.test(value)) return /t/i.test(value) ? 1 : 0;
  const number = typeof value === 'string' && isCode(value) ? undefined : parseNumber(value);
  return number === 0 || number === 1 ? number : undefined;
}

/**
 * Parses the value of a column for one label: 0 or 1, a boolean, or yes and no. Returns undefined for anything else.
 */
export function asAnswer(value: unknown): 0 | 1 | undefined {
  if (typeof value === 'string' && /^\s*(yes|no)\s*$/i.test(value)) return /y/i.test(value) ? 1 : 0;
  return asBit(value);
}

/**
 * Returns the text of a label. Surrounding white space is removed, and Unicode is normalized to NFC. Returns undefined
 * for values that cannot be a label, such as numbers that are not exact.
 */
export function labelText(value: unknown): string | undefined {
  if (typeof value === 'number') return isExact(value) ? String(value) : undefined;
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  return typeof value === 'string' ? value.trim().normalize() : undefined;
}

/** Returns whether a text is what programs write for a missing value. */
export function isMissingMark(text: string): boolean {
  return /^(nan|null|<na>|#?n\/a)$/i.test(text);
}

/** Returns whether a text may mark a missing value or be a label. */
export function maybeMissingMark(text: string): boolean {
  return /^(na|none|nil|-+|\?+)$/i.test(text);
}

/** The separator of several labels in one text. */
export type LabelSeparator = '|' | ';' | ',';

/**
 * Detects the separator of several labels in one text: `|` if any text has it, otherwise `;`, otherwise a comma if the
 * texts look like lists.
 *
 * @param labels known labels; none of them contains a separator
 */
export function labelSeparator(
  values: readonly unknown[],
  labels: readonly string[] | null | undefined,
): LabelSeparator {
  const has = (sign: string): boolean =>
    values.some((value) => typeof value === 'string' && value.includes(sign));
  if (has('|')) return '|';
  if (has(';')) return ';';
  const byCommas = labels
    ? !labels.some((label) => label.includes(',')) && has(',')
    : commaLists(values).length > 1;
  return byCommas ? ',' : ';';
}

/** Maximum number of letters and words of a label in a list of labels. */
const [mostLetters, mostWords] = [30, 3];

/**
 * Returns the texts in which commas separate short parts, such as `a, b`. Numbers do not count, because they have
 * commas of their own.
 */
export function commaLists(values: readonly unknown[]): readonly string[] {
  const isLabel = (part: string): boolean =>
    part !== '' && part.length <= mostLetters && part.split(/\s+/).length <= mostWords;
  return values.filter((value): value is string => {
    if (typeof value !== 'string' || !value.includes(',') || isDecorated(value)) return false;
    return value.split(',').every((part) => isLabel(part.trim()));
  });
}

/** Returns whether a text is digits in groups of three with a separator: `1,200`. A fraction may look the same. */
export function isGrouped(text: string, sign: ',' | '.'): boolean {
  const groups = sign === ',' ? /^[+-]?[1-9]\d{0,2}(,\d{3})+$/ : /^[+-]?[1-9]\d{0,2}(\.\d{3})+$/;
  return text.length < 400 && groups.test(text.trim());
}

/**
 * Returns whether a text is a number with a currency, a unit, or groups of digits, such as `$0.5`, `35 %` and
 * `1.000,50`.
 */
export function isDecorated(text: string): boolean {
  const form = /^[+-]?(\p{Sc} ?)?[+-]?\d+([.,' ]\d{3})*([.,]\d+)?( ?\p{Sc}| ?%| [A-Z]{3})?$/u;
  return text.length < 60 && form.test(text.trim());
}

/** Sorts different labels: by value if all are whole numbers, otherwise by code points. */
export function sortLabels(labels: Iterable<string>): string[] {
  const different = [...new Set(labels)].sort(byCodePoint);
  const areNumbers = different.every((label) => Number.isInteger(parseNumber(label)));
  return areNumbers ? different.sort((a, b) => Number(a) - Number(b)) : different;
}

/** What the caller specified about labels. */
export interface LabelChoice {
  readonly problem?: OwnProblem | undefined;
  readonly labels?: readonly string[] | null | undefined;
  readonly decimal?: Decimal | undefined;
}
