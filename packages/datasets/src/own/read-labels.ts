import { ColumnError } from '../errors.ts';
import { type Columns, labelsIn } from './columns.ts';
import { guessProblem } from './guess-problem.ts';
import {
  areVectors,
  checkLabelList,
  checkNoLists,
  checkOneMeaning,
  type ListWriting,
  listSyntax,
  pairDoubts,
} from './label-lists.ts';
import {
  asBit,
  type Decimal,
  type LabelChoice,
  type LabelSeparator,
  labelSeparator,
  type OwnProblem,
  sortLabels,
} from './labels.ts';
import type { Doubt, Table, TableRow } from './table.ts';
import { asLabel, bitOf, labelOf, listOf, malformed, named } from './values.ts';

/**
 * How the labels of a row are written: one value; several labels in a text; a list of labels; a list with 0 or 1 for
 * each label; a column with 0 or 1 for each label.
 */
export type LabelForm = 'single' | 'separated' | 'lists' | 'vectors' | 'columns';

/** How labels are read. */
export interface LabelReading {
  /** What the labels are. */
  readonly problem: OwnProblem;
  /** How the labels of a row are written. */
  readonly form: LabelForm;
  /** Separator of several labels in one text. */
  readonly separator: LabelSeparator | null;
  /** Syntax of lists; `typed` if the file format has lists. */
  readonly syntax: ListWriting | null;
  /** Decimal mark of numbers. */
  readonly decimal: Decimal;
}

/**
 * Detects how the labels of a table are read.
 *
 * @throws ColumnError, or MalformedRowError for a row whose labels have another form than those before it
 */
export function chooseReading(
  table: Table,
  { label }: Pick<Columns, 'label'>,
  given: LabelChoice,
): { readonly reading: LabelReading; readonly doubts: readonly Doubt[] } {
  const decimal = given.decimal ?? 'point';
  const usual = { separator: null, syntax: null, decimal, problem: 'multiLabelClassification' } as const;
  if (typeof label !== 'string') {
    if (given.problem !== undefined && given.problem !== 'multiLabelClassification')
      throw new ColumnError(
        table.path,
        ({ name }) =>
          `several columns of labels make a multi-label problem; leave out ${name('problem')}, or name one column with ${name('label')}.`,
      );
    return { reading: { ...usual, form: 'columns' }, doubts: [] };
  }
  if (given.problem === 'regression' && given.labels)
    throw new ColumnError(
      table.path,
      ({ name, given }) =>
        `${name('labels')} is for classes, and ${given('problem', 'regression')} for scores; leave one of them out.`,
    );
  const isOpen = given.problem === undefined || given.problem === 'multiLabelClassification';
  if (isOpen) checkNoLists(table, label);
  const syntax = isOpen ? listSyntax(table, label) : undefined;
  if (syntax !== undefined) {
    if (areVectors(table, label, given.labels))
      return {
        reading: { ...usual, form: 'vectors', syntax },
        doubts: pairDoubts(table, label, given.labels),
      };
    checkOneMeaning(table, label);
    return { reading: { ...usual, form: 'lists', syntax }, doubts: [] };
  }
  if (given.problem === 'multiLabelClassification') {
    const values = table.rows.map(({ values }) => values.get(label));
    const separator = labelSeparator(values, given.labels);
    const about = 'commas separate labels';
    const doubts: Doubt[] =
      separator === ',' && !given.labels ? [{ about, option: 'labels', value: '…' }] : [];
    return { reading: { ...usual, form: 'separated', separator }, doubts };
  }
  const guess = guessProblem(table, label, given);
  const single = { form: 'single', separator: null, syntax: null } as const;
  return { reading: { ...single, problem: guess.problem, decimal: guess.decimal }, doubts: guess.doubts };
}

/**
 * Returns the names of the labels in the order of their ids. Throws `ColumnError` if there are too few to predict.
 *
 * @param given the names, if they are known
 */
export function labelNames(
  table: Table,
  columns: Pick<Columns, 'label'>,
  reading: LabelReading,
  given: readonly string[] | null | undefined,
): readonly string[] {
  const [column] = labelsIn(columns.label) as [string];
  const classNames = table.classNames?.get(column);
  if (reading.form === 'columns') return namesOf(table, labelsIn(columns.label), given, 'columns');
  if (reading.form === 'vectors') {
    const { length } = listOf(table.rows[0]!, column) ?? [];
    const numbered = Array.from({ length }, (_, i) => String(i));
    return namesOf(
      table,
      classNames?.length === length ? classNames : numbered,
      given,
      'values in each list',
    );
  }
  if (given) return given;
  if (classNames) return classNames.map((name) => name.trim().normalize());
  const labels = sortLabels(
    table.rows.flatMap((row) => labelsOf(row, column, reading, undefined, undefined)),
  );
  const [only] = labels;
  const what = `the column ${JSON.stringify(column)} has`;
  if (only === undefined)
    throw new ColumnError(
      table.path,
      ({ name }) => `${what} no labels. If they are in another column, name it with ${name('label')}.`,
    );
  if (labels.length === 1 && reading.problem === 'singleLabelClassification')
    throw new ColumnError(
      table.path,
      ({ name }) =>
        `${what} one label only, ${JSON.stringify(only)}; a classifier needs at least two. Add rows with other labels; if the labels are in another column, name it with ${name('label')}.`,
    );
  return labels;
}

function namesOf(
  { path }: Table,
  found: readonly string[],
  given: readonly string[] | null | undefined,
  what: string,
): readonly string[] {
  if (!given || given.length === found.length) return given ?? found;
  throw new ColumnError(
    path,
    ({ name }) =>
      `${name('labels')} has ${given.length} ${given.length === 1 ? 'name' : 'names'} for ${found.length} ${what}; give one for each, in their order.`,
  );
}

/**
 * Returns the labels of a row by name. There is one, or any number for multi-label problems, where an empty text means
 * none.
 *
 * @param classNames class names of a column that holds class numbers
 * @param known labels, if they are known
 */
export function labelsOf(
  row: TableRow,
  column: string,
  { form, separator }: LabelReading,
  classNames: readonly string[] | undefined,
  known: ReadonlySet<string> | undefined,
): string[] {
  const nameOf = (value: unknown): string => asLabel(row, value, classNames, known);
  if (form === 'single') return [nameOf(labelOf(row, column))];
  const list = form === 'lists' ? listOf(row, column) : undefined;
  if (list !== undefined) {
    const labels = list.map(nameOf);
    checkLabelList(row, list, labels, { haveNames: classNames !== undefined, known });
    return labels;
  }
  const value = row.values.get(column) ?? labelOf(row, column);
  if (form === 'lists') throw malformed(row, `the label is ${named(value)}, expected a list.`);
  const parts = Array.isArray(value)
    ? value
    : typeof value === 'string'
      ? value.split(separator ?? '|')
      : [value];
  return parts.flatMap((part) => (typeof part === 'string' && part.trim() === '' ? [] : [nameOf(part)]));
}

/** Returns 0 or 1 for each label, from a row that states every one of them. */
export function bitsOf(
  row: TableRow,
  { label }: Pick<Columns, 'label'>,
  { form }: LabelReading,
  count: number,
): number[] {
  if (form === 'columns') return labelsIn(label).map((column) => bitOf(row, column));
  const [column] = labelsIn(label) as [string];
  const list = listOf(row, column);
  const bits = list?.map((item) => asBit(item));
  if (list?.length === count && bits?.every((bit) => bit !== undefined)) return bits as number[];
  throw malformed(
    row,
    `the label is ${named(row.values.get(column))}, expected a list of ${count} values that are 0 or 1.`,
  );
}
