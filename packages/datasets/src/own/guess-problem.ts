import type { OptionWords } from '../wording.ts';
import {
  commaLists,
  type Decimal,
  isCode,
  isDecorated,
  isGrouped,
  type LabelChoice,
  labelText,
  maybeMissingMark,
  type OwnProblem,
  parseNumber,
} from './labels.ts';
import type { Doubt, Table, TableRow } from './table.ts';
import { labelOf, malformed, named } from './values.ts';

/** Maximum number of different whole numbers that are read as classes. More are scores. */
const mostNumberedClasses = 20;
/** If at least this fraction of the labels are numbers, the others are mistakes. */
const mostlyNumbers = 0.9;
const fewRows = 10;

export interface ProblemGuess {
  readonly problem: OwnProblem;
  readonly decimal: Decimal;
  readonly doubts: readonly Doubt[];
}

/**
 * Detects the problem type from a column with one label per row. Numbers are scores if one has a fraction or if many
 * are different. Everything else is a class.
 *
 * @throws MalformedRowError for a label of another kind than all others
 */
export function guessProblem(table: Table, column: string, given: LabelChoice): ProblemGuess {
  const { rows, typed } = table;
  const { problem } = given;
  const values = rows.map((row) => labelOf(row, column));
  const decimal = given.decimal ?? (typed ? 'point' : decimalOf(values));
  const classes = (doubts: readonly Doubt[]): ProblemGuess => ({
    ...{ problem: 'singleLabelClassification', decimal },
    doubts: [...doubts, ...missingDoubts(values)],
  });
  const isNamed = problem === 'singleLabelClassification' || given.labels || table.classNames?.has(column);
  if (!typed && !isNamed) {
    checkGroups(table, values, given.decimal);
    checkOneMark(rows, values);
  }
  if (problem === 'regression') return { problem, decimal, doubts: decimalDoubts(values, decimal, given) };
  if (problem === 'singleLabelClassification') return { problem, decimal, doubts: [] };
  if (given.labels || table.classNames?.has(column)) return classes([]);
  if (typed) checkOneType(rows, values);
  const code = typed ? undefined : values.find((value) => typeof value === 'string' && isCode(value));
  if (code !== undefined)
    return classes([
      doubt(`labels such as ${named(code)} are names, for they begin with a zero`, 'regression'),
    ]);
  const numbers = values.map((value) =>
    typed && typeof value !== 'number' ? undefined : parseNumber(value, decimal),
  );
  const count = numbers.filter((number) => number !== undefined).length;
  if (count === values.length) {
    const different = new Set(numbers as number[]);
    const areClasses = different.size <= mostNumberedClasses && [...different].every(Number.isInteger);
    if (areClasses)
      return classes([doubt('the labels are few whole numbers and read as classes', 'regression')]);
    // Numbers with fractions, such as 0.25 and 3.5, are not names of classes.
    const about = values.every(isWrittenAsFraction)
      ? []
      : [doubt('the labels are numbers and read as scores', 'singleLabelClassification')];
    return { problem: 'regression', decimal, doubts: [...about, ...decimalDoubts(values, decimal, given)] };
  }
  if (!typed && count >= mostlyNumbers * values.length && values.length >= fewRows)
    throw oddOne(rows, values, numbers, count);
  const some =
    count === 0
      ? []
      : [
          doubt(
            `${count} of the ${values.length} labels are numbers, and all are read as classes`,
            'regression',
          ),
        ];
  const looks = decoratedDoubts(values);
  return classes([...(looks.length > 0 ? looks : some), ...separatorDoubts(values), ...manyDoubts(values)]);
}

const asNames = (say: OptionWords['say']): string =>
  say('problem', 'singleLabelClassification', '; to use all labels as names, ');

const doubt = (about: string, value: OwnProblem): Doubt => ({
  ...{ about, option: 'problem', value },
});

function isWrittenAsFraction(value: unknown): boolean {
  return typeof value === 'string' ? /[.,]\d/.test(value) : !Number.isInteger(value);
}

/**
 * Checks that all labels have one type. Texts, numbers and booleans are never the same label, even if they look alike.
 */
function checkOneType(rows: readonly TableRow[], values: readonly unknown[]): void {
  const kindOf = (value: unknown): string => (typeof value === 'bigint' ? 'number' : typeof value);
  const [first] = values;
  const at = values.findIndex((value) => kindOf(value) !== kindOf(first));
  if (at < 0) return;
  throw malformed(
    rows[at]!,
    ({ say }) =>
      `the label is ${named(values[at])}, and the first is ${named(first)}: labels must be all texts or all numbers. Repair the row${asNames(say)}.`,
  );
}

function oddOne(
  rows: readonly TableRow[],
  values: readonly unknown[],
  numbers: readonly (number | undefined)[],
  count: number,
): Error {
  const at = numbers.indexOf(undefined);
  return malformed(
    rows[at]!,
    ({ say }) =>
      `row ${rows[at]!.row} has the label ${named(values[at])}, and ${count} of the ${values.length} labels are numbers. Fill it in, or remove the row${asNames(say)}.`,
  );
}

/**
 * Throws `MalformedRowError` if a mark in the numbers may separate thousands or a fraction, because three digits follow
 * it in all of them. Also throws if it certainly separates thousands.
 */
function checkGroups(
  { rows, dialect }: Table,
  values: readonly unknown[],
  decimal: Decimal | undefined,
): void {
  const isNumber = (value: unknown): value is string =>
    typeof value === 'string' && value.length < 400 && /^\s*[+-]?[\d.,]+(e[+-]?\d+)?\s*$/i.test(value);
  const signed = values.map((value) => (isNumber(value) ? value : ''));
  if (signed.filter((text) => text !== '').length < mostlyNumbers * values.length) return;
  for (const [sign, name] of [
    [',', 'comma'],
    ['.', 'point'],
  ] as const) {
    if (decimal === name) continue;
    const having = signed.filter((text) => text.includes(sign));
    const areGroups = having.length > 0 && having.every((text) => isGrouped(text, sign));
    const hasOther = signed.some((text) => text.includes(sign === ',' ? '.' : ','));
    const isSure = decimal !== undefined || hasOther || having.some((text) => text.split(sign).length > 2);
    // If semicolons separate columns, commas may be decimal marks and points may separate thousands.
    if (!areGroups || (!isSure && sign === '.' && dialect?.delimiter !== ';')) continue;
    const shown = having.find((text) => text.split(sign).length > 2) ?? having[0]!;
    const [whole, fraction] = [shown.trim().replaceAll(sign, ''), shown.trim().replace(sign, '.')];
    throw malformed(rows[signed.indexOf(shown)]!, ({ say }) => {
      const what = isSure
        ? `with a ${name} between its digits, which is not read. Write ${whole}`
        : `which may be ${Number(fraction)} or ${whole}. If it is ${Number(fraction)}, ${say('decimal', name)}; if it is ${whole}, write it without the ${name}`;
      return `the label is ${named(shown)}, ${what}${asNames(say)}.`;
    });
  }
}

/** Throws `MalformedRowError` if some numbers have a decimal point and others a decimal comma. */
function checkOneMark(rows: readonly TableRow[], values: readonly unknown[]): void {
  const markOf = (value: unknown): '.' | ',' | '' | undefined => {
    if (parseNumber(value) !== undefined) return String(value).includes('.') ? '.' : '';
    return parseNumber(value, 'comma') === undefined ? undefined : ',';
  };
  const marks = values.map(markOf);
  if (marks.filter((mark) => mark !== undefined).length < mostlyNumbers * values.length) return;
  const points = marks.filter((mark) => mark === '.').length;
  const commas = marks.filter((mark) => mark === ',').length;
  if (points === 0 || commas === 0) return;
  // If both are equally frequent, the first one counts as usual.
  const first = marks.find((mark) => mark === '.' || mark === ',');
  const usual = points === commas ? first : points > commas ? '.' : ',';
  const at = marks.indexOf(usual === '.' ? ',' : '.');
  const like = marks.indexOf(usual);
  const [other, mark] = usual === '.' ? ['comma', 'point'] : ['point', 'comma'];
  throw malformed(
    rows[at]!,
    ({ say }) =>
      `the label is ${named(values[at])}, with a ${other} before the fraction, and ${rows[like]!.unit} ${rows[like]!.line} has ${named(values[like])}, with a ${mark}. Write all numbers alike${asNames(say)}.`,
  );
}

/** Doubts about texts that are numbers with signs, such as currency signs. */
function decoratedDoubts(values: readonly unknown[]): Doubt[] {
  const isNumber = (value: unknown): boolean =>
    typeof value === 'string' && (isDecorated(value) || parseNumber(value) !== undefined);
  if (values.filter(isNumber).length < mostlyNumbers * values.length) return [];
  const found = values.find((value) => isNumber(value) && parseNumber(value) === undefined);
  if (found === undefined) return [];
  const about = `labels such as ${named(found)} are numbers with signs and read as classes`;
  return [{ about, option: null, value: 'to have scores, write plain numbers such as 0.5 or 1000' }];
}

/** Returns `comma` if all numbers with a fraction have a comma and none has a point. */
function decimalOf(values: readonly unknown[]): Decimal {
  const texts = values.filter((value) => typeof value === 'string');
  const haveCommas = texts.some((text) => text.includes(','));
  const havePoints = texts.some((text) => parseNumber(text) !== undefined && text.includes('.'));
  if (!haveCommas || havePoints) return 'point';
  const numbers = texts.filter((text) => parseNumber(text, 'comma') !== undefined).length;
  return numbers >= mostlyNumbers * texts.length ? 'comma' : 'point';
}

function decimalDoubts(values: readonly unknown[], decimal: Decimal, given: LabelChoice): Doubt[] {
  if (decimal === 'point' || given.decimal !== undefined) return [];
  const first = values.find((value) => typeof value === 'string' && value.includes(','));
  const about = `commas in numbers such as ${named(first)} stand before the fraction`;
  return [{ about, option: 'decimal', value: 'point' }];
}

function separatorDoubts(values: readonly unknown[]): Doubt[] {
  const [byComma, ...more] = commaLists(values);
  const found =
    values.find((value) => typeof value === 'string' && /[^|;][|;][^|;]/.test(value)) ??
    (more.length > 0 ? byComma : undefined);
  if (found === undefined) return [];
  return [doubt(`labels such as ${named(found)} are one label each`, 'multiLabelClassification')];
}

/** Doubts about labels that are almost all different: another column may be meant. */
function manyDoubts(values: readonly unknown[]): Doubt[] {
  const different = new Set(values.map(labelText)).size;
  if (different <= mostNumberedClasses || different <= values.length / 2) return [];
  const about = `the ${values.length} labels are ${different} different ones, and read as classes`;
  return [{ about, option: 'label', value: '…' }];
}

function missingDoubts(values: readonly unknown[]): Doubt[] {
  const found = values.find((value) => maybeMissingMark(labelText(value) ?? ''));
  if (found === undefined) return [];
  return [{ about: `${named(found)} counts as a label like the others`, option: 'labels', value: '…' }];
}
