import type { MalformedRowError } from '../errors.ts';
import { asBit, parseNumber } from './labels.ts';
import { type ListSyntax, parseListLiteral, refusedLiteral } from './list-literal.ts';
import type { Doubt, Table, TableRow } from './table.ts';
import { labelOf, listOf, malformed, named } from './values.ts';

/** The syntax of lists; `typed` if the file format has lists. */
export type ListWriting = ListSyntax | 'typed';

/** Throws `MalformedRowError` for a text that holds labels in an unsupported form. */
export function checkNoLists({ rows }: Table, column: string): void {
  for (const row of rows) {
    const value = row.values.get(column);
    const what = typeof value === 'string' ? refusedLiteral(value) : undefined;
    if (what !== undefined)
      throw malformed(
        row,
        ({ say }) =>
          `the label is ${named(value)}, ${what}. Write a list such as ["a", "b"]${say('problem', 'singleLabelClassification', '; to use all labels as names, ')}.`,
      );
  }
}

/** Returns the syntax of a column's lists, or undefined if it has none. Throws if other values are mixed in. */
export function listSyntax({ rows }: Table, column: string): ListWriting | undefined {
  const isList = ({ values }: TableRow): boolean => {
    const value = values.get(column);
    return Array.isArray(value) || (typeof value === 'string' && parseListLiteral(value)?.isSure === true);
  };
  // Text in other brackets may be a name, unless all values are lists.
  const first =
    rows.find(isList) ?? (rows.every((row) => listOf(row, column) !== undefined) ? rows[0] : undefined);
  if (first === undefined) return undefined;
  let found: ListWriting | undefined;
  for (const row of rows) {
    const value = labelOf(row, column);
    const list = typeof value === 'string' ? parseListLiteral(value) : undefined;
    const syntax = list?.syntax ?? (Array.isArray(value) ? 'typed' : undefined);
    if (syntax === undefined) throw mixed(row, value, first);
    // Lists of at most one item look the same in every syntax.
    if (list !== undefined && list.items.length < 2 && (found !== undefined || syntax === 'JSON')) {
      found = found === 'JSON' || found === undefined ? syntax : found;
      continue;
    }
    const isSame = found === undefined || found === syntax || areKin(found, syntax);
    if (!isSame) throw mixed(row, value, first);
    found = found === 'Python' && syntax === 'JSON' ? found : syntax;
  }
  return found;
}

/**
 * Returns whether two syntaxes are compatible. Python writes a list of numbers, or of texts with apostrophes, as JSON
 * does.
 */
function areKin(a: ListWriting, b: ListWriting): boolean {
  return (a === 'JSON' && b === 'Python') || (a === 'Python' && b === 'JSON');
}

function mixed(row: TableRow, value: unknown, first: TableRow): MalformedRowError {
  return malformed(
    row,
    `the label is ${named(value)}, and ${first.unit} ${first.line} has a list written in another way. Write all labels alike; a row without labels has [].`,
  );
}

/**
 * Returns whether lists hold 0 or 1 for each label rather than labels: they contain nothing else and have equal
 * lengths. Throws for a list of another length if a label would be repeated in a list.
 */
export function areVectors(
  table: Table,
  column: string,
  labels: readonly string[] | null | undefined,
): boolean {
  if (table.rows.some(({ values }) => isSet(values.get(column)))) return false;
  const lists = table.rows.map((row) => listOf(row, column) ?? []);
  const bits = lists.map((list) => list.map((item) => asBit(item)));
  if (!bits.every((list) => list.every((bit) => bit !== undefined))) return false;
  const isRepeated = (list: readonly unknown[]): boolean => new Set(list).size < list.length;
  const first = bits.find((list) => list.length > 0);
  const length = first?.length ?? 0;
  const other = bits.findIndex((list) => list.length !== length);
  const haveNames = table.classNames?.has(column) === true;
  // The items are class numbers, of which the first two are 0 and 1.
  const areIds = haveNames && !bits.some(isRepeated);
  if (length < 2 || areIds) return false;
  if (other < 0) return labels == null || labels.length === length || bits.some(isRepeated);
  if (!bits.some(isRepeated)) return false;
  throw malformed(
    table.rows[other]!,
    `the list of labels has ${bits[other]!.length} values, expected ${length}: one for each label.`,
  );
}

/** Returns whether a text is a set in Python syntax, which has no order. */
function isSet(value: unknown): boolean {
  return typeof value === 'string' && /^\s*(\{|set\(|frozenset\()/.test(value);
}

/**
 * Doubts about lists with one 0 and one 1 each. They may be the numbers of two labels, though all rows then have the
 * same labels.
 */
export function pairDoubts(
  table: Table,
  column: string,
  labels: readonly string[] | null | undefined,
): readonly Doubt[] {
  const lists = table.rows.map((row) => listOf(row, column) ?? []);
  if (
    labels ||
    !lists.every(([first, second, ...more]) => more.length === 0 && asBit(first) !== asBit(second))
  )
    return [];
  const about = `lists such as ${named(table.rows[0]!.values.get(column))} are read as 0 or 1 for each of two labels`;
  return [{ about, option: null, value: 'if they are numbers of labels, write names in their place' }];
}

/**
 * Throws `MalformedRowError` if some lists hold 0 or 1 for each label and others hold other numbers or names.
 */
export function checkOneMeaning({ rows }: Table, column: string): void {
  const lists = rows.map((row) => listOf(row, column) ?? []);
  const isBits = (list: readonly unknown[]): boolean =>
    list.length > 0 && list.every((item) => asBit(item) !== undefined);
  const repeats = (list: readonly unknown[]): boolean => new Set(list.map(asBit)).size < list.length;
  const hasName = (list: readonly unknown[]): boolean =>
    list.some(
      (item) => typeof item === 'string' && parseNumber(item) === undefined && asBit(item) === undefined,
    );
  const isTyped = (list: readonly unknown[]): boolean => list.every((item) => typeof item !== 'string');
  const bitsAt = lists.some(hasName)
    ? lists.findIndex((list) => isBits(list) && (isTyped(list) || repeats(list)))
    : lists.findIndex((list) => isBits(list) && repeats(list));
  const otherAt = lists.findIndex((list) => list.length > 0 && !isBits(list));
  if (bitsAt >= 0 && otherAt >= 0) {
    const [bits, rest] = [rows[bitsAt]!, rows[otherAt]!];
    throw malformed(
      rest,
      `the label is ${named(rest.values.get(column))}, and ${bits.unit} ${bits.line} has ${named(bits.values.get(column))}, 0 or 1 for each label. Write 0 or 1 for each label in all rows, or the names of labels in all.`,
    );
  }
  // Numbers for each label may be written as texts.
  const [first = []] = lists;
  const haveOneLength = first.length > 1 && lists.every((list) => list.length === first.length);
  if (!haveOneLength || !lists.flat().every((item) => parseNumber(item) !== undefined)) return;
  for (const [at, list] of lists.entries()) checkNumbers(rows[at]!, list, list.map(Number), () => false);
}

/**
 * Throws `MalformedRowError` for a list that cannot be a set of labels: an empty label, a nested list, or numbers that
 * describe each label.
 *
 * @param labels the names of the items
 */
export function checkLabelList(
  row: TableRow,
  list: readonly unknown[],
  labels: readonly string[],
  { haveNames, known }: { readonly haveNames: boolean; readonly known: ReadonlySet<string> | undefined },
): void {
  for (const [at, label] of labels.entries()) {
    const item = list[at];
    if (label === '')
      throw malformed(row, 'a label in the list is empty. Remove it; a row without labels has [].');
    if (typeof item === 'string' && parseListLiteral(item)?.isSure)
      throw malformed(
        row,
        `a label in the list is ${named(item)}, a list itself. Write one list of labels, such as ["a", "b"].`,
      );
  }
  if (!haveNames && list.length > 0 && list.every((item) => typeof item !== 'string'))
    checkNumbers(row, list, list.map(Number), (at) => known?.has(labels[at]!) === true);
}

/** @param isKnown whether an item is the name of a label */
function checkNumbers(
  row: TableRow,
  list: readonly unknown[],
  numbers: readonly number[],
  isKnown: (at: number) => boolean,
): void {
  const what =
    new Set(numbers).size < numbers.length
      ? 'which has a number twice'
      : numbers.some((number, at) => number < 0 && !isKnown(at))
        ? 'which holds a negative number'
        : numbers.some((number, at) => !Number.isInteger(number) && !isKnown(at))
          ? 'which holds a fraction'
          : undefined;
  if (what === undefined) return;
  throw malformed(
    row,
    `the label is the list ${named(list)}, ${what}: it is neither a set of labels nor 0 or 1 for each. Write 0 or 1 for each label, such as [1, 0, 1], or the names of the row's labels, such as ["a", "b"].`,
  );
}
