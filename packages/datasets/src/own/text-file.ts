import { readFile } from '../file.ts';
import { type FileSource, toSource } from '../source.ts';
import type { Example } from '../task.ts';
import { type CsvOptions, csvDoubts } from './csv-table.ts';
import { readTable } from './read-table.ts';
import type { Doubt, Table } from './table.ts';
import { chosenColumns, type TextColumnChoice, type TextStream } from './text-stream.ts';
import { type TextColumns, textOf, textsOf } from './values.ts';

export interface TextFileOptions extends CsvOptions, Omit<TextColumnChoice, 'exactly'> {
  /** Folder, address or source of the file. */
  readonly data: string | URL | FileSource;
  /** The file, relative to `data`. */
  readonly file: string;
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
  const table = await tableOf(options);
  const { columns: names, doubts } = chosenColumns(table, options);
  const [text, textPair = null] = names as [string, string?];
  const columns = { text, textPair };
  const texts = table.rows.map((row) => textsOf(row, columns));
  return { columns, texts, doubts: [...csvDoubts(table), ...doubts] };
}

/**
 * Reads texts as `streamTexts` does, from a file in any format of {@link readFileTask}, compressed or not. The file is
 * read whole.
 */
export async function readTexts(options: TextFileOptions & TextColumnChoice): Promise<TextStream> {
  const table = await tableOf(options);
  const { columns, doubts } = chosenColumns(table, options);
  async function* rows(): AsyncGenerator<readonly string[], void, undefined> {
    for (const row of table.rows) yield columns.map((column) => textOf(row, column));
  }
  return { columns, doubts: [...csvDoubts(table), ...doubts], rows: rows() };
}

async function tableOf(options: TextFileOptions): Promise<Table> {
  const { data, file, maxFileSize } = options;
  return readTable(await readFile(toSource(data), file, maxFileSize), options);
}
