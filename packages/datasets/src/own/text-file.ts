import { readFile } from '../file.ts';
import { type FileSource, toSource } from '../source.ts';
import type { Example } from '../task.ts';
import { chooseTextColumns, type TextColumns } from './columns.ts';
import { readTable } from './read-table.ts';
import { textsOf } from './values.ts';

export interface TextFileOptions extends Partial<TextColumns> {
  /** The folder, address or source of the file. */
  readonly data: string | URL | FileSource;
  /** The file, relative to `data`. */
  readonly file: string;
}

/** Reads texts to predict for: a file as {@link readFileTask} reads, without labels. */
export async function readTextFile(
  options: TextFileOptions,
): Promise<{ readonly columns: TextColumns; readonly texts: readonly Example['segments'][] }> {
  const table = readTable(await readFile(toSource(options.data), options.file));
  const columns = chooseTextColumns(table, options);
  return { columns, texts: table.rows.map((row) => textsOf(row, columns)) };
}
