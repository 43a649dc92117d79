import { ColumnError, listed, MissingColumnError } from '../errors.ts';
import { suggest } from '../suggest.ts';
import type { Table } from './table.ts';

/** Which columns hold the texts and the label. */
export interface Columns extends TextColumns {
  readonly label: string;
}

export interface TextColumns {
  readonly text: string;
  /** Of the second text of each row; null where there is one text. */
  readonly textPair: string | null;
}

/** Columns that were named; those left out are found by usual names. */
export type ColumnChoice = { readonly [key in keyof Columns]?: Columns[key] | null | undefined };

// Case, blanks, _ and - do not count. The first that a file has is taken.
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

/** The columns of the texts and of the label. Throws `MissingColumnError`, or `ColumnError` where none can be told. */
export function chooseColumns(table: Table, given: ColumnChoice): Columns {
  checkNamed(table, given);
  const { columns, path } = table;
  const free = columns.filter((column) => column !== given.text && column !== given.textPair);
  const named = given.label ?? labelNames.map((name) => find(free, name)).find(Boolean);
  const texts = given.text
    ? { text: given.text, textPair: given.textPair ?? null }
    : guessTexts(
        columns.filter((column) => column !== named),
        named === undefined,
      );
  if (texts === undefined) throw undecided(path, 'text', 'the texts', columns);
  const [only, ...more] = columns.filter((column) => column !== texts.text && column !== texts.textPair);
  const label = named ?? (more.length === 0 ? only : undefined);
  if (label === undefined) throw undecided(path, 'label', 'the labels', columns);
  return { ...texts, label };
}

/** The columns of the texts alone, of a file to predict for. Throws as {@link chooseColumns} does. */
export function chooseTextColumns(table: Table, given: Omit<ColumnChoice, 'label'>): TextColumns {
  checkNamed(table, given);
  if (given.text) return { text: given.text, textPair: given.textPair ?? null };
  const texts = guessTexts(table.columns, false);
  if (texts === undefined) throw undecided(table.path, 'text', 'the texts', table.columns);
  return texts;
}

/** @param needsOther whether another column must be left, for the label */
function guessTexts(columns: readonly string[], needsOther: boolean): TextColumns | undefined {
  const enough = (taken: number): boolean => !needsOther || columns.length === taken + 1;
  for (const [first, second] of pairNames) {
    const [text, textPair] = [find(columns, first), find(columns, second)];
    if (text !== undefined && textPair !== undefined && enough(2)) return { text, textPair };
  }
  for (const name of textNames) {
    const text = find(columns, name);
    if (text !== undefined && enough(1)) return { text, textPair: null };
  }
  const [only, ...more] = columns;
  return only !== undefined && more.length === 0 && !needsOther ? { text: only, textPair: null } : undefined;
}

function find(columns: readonly string[], name: string): string | undefined {
  return columns.find((column) => column.toLowerCase().replaceAll(/[\s_-]/g, '') === name);
}

function checkNamed({ path, columns }: Table, given: ColumnChoice): void {
  const named = [given.text, given.textPair, given.label].filter((name) => name != null);
  for (const name of named)
    if (!columns.includes(name)) throw new MissingColumnError(path, name, columns, suggest(name, columns));
  if (given.textPair != null && given.text == null)
    throw new ColumnError(path, 'textPair names the second text, so text must name the first.');
  const twice = named.find((name, i) => named.indexOf(name) < i);
  if (twice !== undefined)
    throw new ColumnError(path, `the column ${JSON.stringify(twice)} was named for two things.`);
}

function undecided(
  path: string,
  option: keyof Columns,
  what: string,
  columns: readonly string[],
): ColumnError {
  return new ColumnError(
    path,
    `no column has a name that is usual for ${what}; name it with the option ${option}. The columns are ${listed(columns)}.`,
  );
}
