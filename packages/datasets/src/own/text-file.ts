import { readFile } from '../file.ts';
import { type FileSource, toSource } from '../source.ts';
import type { Example } from '../task.ts';
import { chooseTextColumns } from './columns.ts';
import { type CsvOptions, csvDoubts } from './csv-table.ts';
import { readTable } from './read-table.ts';
import type { Doubt } from './table.ts';
import { type TextColumns, textsOf } from './values.ts';

export interface TextFileOptions extends CsvOptions {
  /** The folder, address or source of the file. */
  readonly data: string | URL | FileSource;
  /** The file, relative to `data`. */
  readonly file: string;
  /** Column of the texts, and of the second ones. */
  readonly text?: string | undefined;
  readonly textPair?: string | undefined;
  /** The columns to take where nothing is named and the file has them all; by default those with usual names. */
  readonly usual?: readonly string[] | undefined;
  /** Bytes that the content of a compressed file may have; see `FileTaskOptions`. */
  readonly maxFileSize?: number | undefined;
}

/** Texts to predict for, and how they were found. */
export interface TextFile {
  readonly columns: TextColumns;
  readonly texts: readonly Example['segments'][];
  /** Where something else could have been meant. */
  readonly doubts: readonly Doubt[];
}

/** Reads texts to predict for: a file as {@link readFileTask} reads, without labels. */
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
