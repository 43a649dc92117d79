import { ColumnError, listed, MissingColumnError } from '../errors.ts';
import { suggest } from '../suggest.ts';
import { inWords, type NamedOption } from '../wording.ts';
import { asAnswer, parseNumber } from './labels.ts';
import type { Doubt, Table } from './table.ts';
import type { TextColumns } from './values.ts';

/** The columns that hold the texts and the label. */
export interface Columns extends TextColumns {
  /** One column, or several columns that are each 0 or 1 for one label; found by common names if it is not chosen. */
  readonly label: string | readonly string[];
}

/** Columns chosen by the caller. Columns left undefined are found by common names. */
export type ColumnChoice = { readonly [key in keyof Columns]?: Columns[key] | null | undefined };

// Case, spaces, _ and - are ignored. The first name that a file has is used.
const pairNames: readonly (readonly [string, string])[] = [
  ['sentence1', 'sentence2'],
  ['text1', 'text2'],
  ['texta', 'textb'],
  ['text', 'textpair'],
  ['question1', 'question2'],
  ['premise', 'hypothesis'],
  ['claim', 'evidence'],
  ['question', 'passage'],
  ['question', 'context'],
  ['question', 'sentence'],
  ['question', 'answer'],
  ['query', 'passage'],
  ['query', 'document'],
];
const textNames: readonly string[] = [
  ...['text', 'sentence', 'review', 'content', 'comment', 'utterance', 'message', 'tweet', 'document'],
  ...['question', 'query', 'passage', 'body', 'headline', 'title', 'premise', 'input'],
];
const labelNames: readonly string[] = [
  ...['label', 'labels', 'goldlabel', 'class', 'category', 'target', 'score', 'similarity', 'rating'],
  ...['stars', 'sentiment', 'emotion', 'intent', 'topic', 'output', 'y'],
];

/** Chosen columns, and the choices that may be wrong. */
export type Chosen<T> = T & { readonly doubts: readonly Doubt[] };

/**
 * Chooses the columns of the texts and of the label. Throws `MissingColumnError`, or `ColumnError` if none can be
 * found.
 */
export function chooseColumns(table: Table, given: ColumnChoice): Chosen<Columns> {
  checkNamed(table, given);
  const { columns } = table;
  const named = given.label ?? find(without(columns, [given.text, given.textPair]), labelNames);
  const rest = without(columns, labelsIn(named));
  const texts = given.text
    ? { text: given.text, textPair: given.textPair ?? null, doubts: [] }
    : guessTexts(table, rest, named === undefined);
  const others = texts && without(columns, [texts.text, texts.textPair]);
  const label = named ?? (others?.length === 1 ? others[0] : undefined);
  if (texts === undefined || label === undefined) throw undecided(table, given, label);
  const doubts = [...texts.doubts, ...labelDoubts(table, given, label, others ?? [])];
  return { text: texts.text, textPair: texts.textPair, label, doubts };
}

/** Chooses only the columns of the texts, in a file for prediction. Throws the same errors as {@link chooseColumns}. */
export function chooseTextColumns(table: Table, given: Omit<ColumnChoice, 'label'>): Chosen<TextColumns> {
  checkNamed(table, given);
  if (given.text) return { text: given.text, textPair: given.textPair ?? null, doubts: [] };
  const texts = guessTexts(table, table.columns, false);
  if (texts === undefined) throw nothingUsual(table, 'text', 'the texts');
  return texts;
}

/** Returns the names of one column or of several. */
export function labelsIn(label: Columns['label'] | null | undefined): readonly string[] {
  return typeof label === 'string' ? [label] : (label ?? []);
}

/** @param needsOther whether another column must remain for the label */
function guessTexts(
  table: Table,
  columns: readonly string[],
  needsOther: boolean,
): Chosen<TextColumns> | undefined {
  const enough = (taken: number): boolean => !needsOther || columns.length === taken + 1;
  const known = usualNames(columns);
  for (const [first, second] of pairNames) {
    const [text, textPair] = [known.get(first), known.get(second)];
    if (text !== undefined && textPair !== undefined && enough(2)) return { text, textPair, doubts: [] };
  }
  const [text, other] = textNames.flatMap((name) => known.get(name) ?? []);
  if (text !== undefined && enough(1)) {
    const about = `the texts are taken from ${quoted(text)}, though ${quoted(other ?? '')} has a usual name too`;
    const doubts: Doubt[] = other === undefined ? [] : [{ about, option: 'text', value: other }];
    return { text, textPair: null, doubts };
  }
  const [only, ...more] = columns;
  if (only === undefined || more.length > 0 || needsOther) return undefined;
  const doubts = table.columns.length === 1 || looksLikeValue(table, only) ? headerDoubts(table) : [];
  return { text: only, textPair: null, doubts };
}

function labelDoubts(
  table: Table,
  given: ColumnChoice,
  label: Columns['label'],
  others: readonly string[],
): readonly Doubt[] {
  if (given.label != null || typeof label !== 'string') return [];
  const known = usualNames(others);
  const usual = labelNames.flatMap((name) => known.get(name) ?? []);
  if (!usual.includes(label)) return looksLikeValue(table, label) ? headerDoubts(table) : [];
  const other = usual.find((name) => name !== label);
  if (other === undefined) return [];
  const about = `the labels are taken from ${quoted(label)}, though ${quoted(other)} has a usual name too`;
  return [{ about, option: 'label', value: other }];
}

/** Returns whether the name of a column is a number or one of the column's values. */
function looksLikeValue({ rows }: Table, column: string): boolean {
  return parseNumber(column) !== undefined || rows.some(({ values }) => values.get(column) === column);
}

/** Doubts whether the first line is a header or a row. */
function headerDoubts({ dialect, columns }: Table): readonly Doubt[] {
  if (dialect === undefined) return [];
  const names = columns.slice(0, 3).map(quoted).join(', ');
  return [
    { about: `the first line is taken for names of columns (${names})`, option: 'header', value: 'none' },
  ];
}

/** Returns columns by their normalized names. */
function usualNames(columns: readonly string[]): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  for (const column of columns) {
    // No common name is this long.
    const name = column.length > 40 ? column : column.toLowerCase().replaceAll(/[\s_-]/g, '');
    if (!known.has(name)) known.set(name, column);
  }
  return known;
}

function find(columns: readonly string[], names: readonly string[]): string | undefined {
  const known = usualNames(columns);
  return names.map((name) => known.get(name)).find((column) => column !== undefined);
}

function without(
  columns: readonly string[],
  left: readonly (string | null | undefined)[],
): readonly string[] {
  const names = new Set(left);
  return columns.filter((column) => !names.has(column));
}

function checkNamed({ path, columns, doubtful }: Table, given: ColumnChoice): void {
  const labels = labelsIn(given.label);
  if (given.label != null && labels.length === 0)
    throw new ColumnError(path, ({ name }) => `${name('label')} names no column; name at least one.`);
  const named = [
    ['text', given.text] as const,
    ['textPair', given.textPair] as const,
    ...labels.map((column) => ['label', column] as const),
  ].flatMap(([option, column]) => (column == null ? [] : [{ option, column }]));
  const known = new Set(columns);
  for (const { option, column } of named)
    if (!known.has(column))
      throw new MissingColumnError(path, column, columns, suggest(column, columns), option, doubtful);
  if (given.textPair != null && given.text == null)
    throw new ColumnError(
      path,
      ({ name }) => `${name('textPair')} names the second text, so ${name('text')} must name the first.`,
    );
  const seen = new Map<string, NamedOption>();
  for (const { option, column } of named) {
    const other = seen.get(column);
    if (other !== undefined)
      throw new ColumnError(path, ({ name }) => {
        const both = other === option ? `${name(option)} names` : `${name(other)} and ${name(option)} name`;
        const twice =
          other === option ? ' twice; name each column once' : '; they must name different columns';
        return `${both} the column ${JSON.stringify(column)}${twice}.`;
      });
    seen.set(column, option);
  }
}

/**
 * Returns the message for a column that cannot be found. It lists columns that look like labels if there are several.
 */
function undecided(table: Table, given: ColumnChoice, label: Columns['label'] | undefined): ColumnError {
  const texts = given.text ? [given.text, given.textPair] : textsOf(guessTexts(table, table.columns, false));
  if (texts === undefined || label !== undefined) return nothingUsual(table, 'text', 'the texts');
  const truths = without(table.columns, texts).filter(
    (column) =>
      !isRowName(column) && table.rows.every(({ values }) => asAnswer(values.get(column)) !== undefined),
  );
  if (truths.length < 2) return nothingUsual(table, 'label', 'the labels');
  return new ColumnError(
    table.path,
    ({ say }) =>
      `no column has a name that is usual for the labels, but ${listed(truths)} hold only 0 and 1, or yes and no. If each is a label, ${say('label', truths)}`,
  );
}

/** Returns whether a column has a common name for row numbers. Pandas calls its own `Unnamed: 0`. */
function isRowName(column: string): boolean {
  const [name = ''] = usualNames([column]).keys();
  return /^((row|line)?(id|idx|index)|row|unnamed:\d+)$/.test(name);
}

function textsOf(texts: TextColumns | undefined): readonly (string | null)[] | undefined {
  return texts && [texts.text, texts.textPair];
}

function nothingUsual(
  { path, columns, doubtful = '' }: Table,
  option: keyof Columns,
  what: string,
): ColumnError {
  return new ColumnError(
    path,
    (words) =>
      `no column has a name that is usual for ${what}; name it with ${words.name(option)}. The columns are ${listed(columns)}.${inWords(doubtful, words)}`,
  );
}

const quoted = (name: string): string => `'${name.slice(0, 40)}'`;
