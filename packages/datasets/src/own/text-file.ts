import { readFile } from '../file.ts';
import { type FileSource, toSource } from '../source.ts';
import type { Example } from '../task.ts';
import { chooseTextColumns, type TextColumns } from './columns.ts';
import { readTable } from './read-table.ts';
import { textsOf } from './values.ts';

export interface TextFileOptions {
  /** The folder, address or source of the file. */
  readonly data: string | URL | FileSource;
  /** The file, relative to `data`. */
  readonly file: string;
  /** Column of the texts, and of the second ones. */
  readonly text?: string | undefined;
  readonly textPair?: string | undefined;
  /** The columns to take where nothing is named and the file has them all; by default those with usual names. */
  readonly usual?: readonly string[] | undefined;
}

/** Reads texts to predict for: a file as {@link readFileTask} reads, without labels. */
export async function readTextFile(
  options: TextFileOptions,
): Promise<{ readonly columns: TextColumns; readonly texts: readonly Example['segments'][] }> {
  const table = await readTable(await readFile(toSource(options.data), options.file));
  const { text, textPair, usual = [] } = options;
  const [first, second] = usual.every((column) => table.columns.includes(column)) ? usual : [];
  const columns = chooseTextColumns(
    table,
    text === undefined && textPair === undefined ? { text: first, textPair: second } : { text, textPair },
  );
  return { columns, texts: table.rows.map((row) => textsOf(row, columns)) };
}
