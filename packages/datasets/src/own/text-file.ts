import { readFile } from '../file.ts';
import { type FileSource, toSource } from '../source.ts';
import type { Example } from '../task.ts';
import { chooseTextColumns } from './columns.ts';
import { type CsvOptions, csvDoubts } from './csv-table.ts';
import { readTable } from './read-table.ts';
import type { Doubt } from './table.ts';
import { type TextColumns, textsOf } from './values.ts';

export interface TextFileOptions extends CsvOptions {
  /** Folder, address or source of the file. */
  readonly data: string | URL | FileSource;
  /** The file, relative to `data`. */
  readonly file: string;
  /** Columns of the texts; by default they are found by common names. */
  readonly text?: string | undefined;
  /** Column of the second texts; by default there are none, or it is found by common names. */
  readonly textPair?: string | undefined;
  /** Columns to use if none are named and the file has them all. Default: columns with common names. */
  readonly usual?: readonly string[] | undefined;
  /** Maximum size in bytes of a compressed file's content; see `FileTaskOptions`; by default as there */
  readonly maxFileSize?: number | undefined;
}

/** Texts to predict for, and how they were found. */
export interface TextFile {
  /** The columns that were read. */
  readonly columns: TextColumns;
  /** The texts of each row. */
  readonly texts: readonly Example['segments'][];
  /** Guesses that may be wrong. */
  readonly doubts: readonly Doubt[];
}

/** Reads texts to predict for, from a file in any format of {@link readFileTask}, without labels. */
export async function readTextFile(options: TextFileOptions): Promise<TextFile> {
  const { text, textPair, usual = [], maxFileSize } = options;
  const table = await readTable(await readFile(toSource(options.data), options.file, maxFileSize), options);
  const [first, second] = usual.every((column) => table.columns.includes(column)) ? usual : [];
  const { doubts, ...columns } = chooseTextColumns(
    table,
    text === undefined && textPair === undefined ? { text: first, textPair: second } : { text, textPair },
  );
  const texts = table.rows.map((row) => textsOf(row, columns));
  return { columns, texts, doubts: [...csvDoubts(table), ...doubts] };
}
