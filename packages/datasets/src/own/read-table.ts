import { DatasetError } from '../errors.ts';
import type { DataFile } from '../file.ts';
import { parquetTable } from '../parquet/rows.ts';
import { type CsvOptions, csvTable } from './csv-table.ts';
import { jsonLinesTable, jsonListTable } from './json-table.ts';
import type { Table } from './table.ts';

/** The supported kinds of files, by the extension of their names. `.gz` may follow. */
export const tableKinds = ['csv', 'tsv', 'jsonl', 'json', 'parquet'] as const;

type Reader = (file: DataFile, options: CsvOptions) => Table | Promise<Table>;

const readers: Readonly<Record<(typeof tableKinds)[number], Reader>> = {
  csv: (file, options) => csvTable(file, ['comma', 'semicolon', 'tab', 'pipe'], options),
  tsv: (file, options) => csvTable(file, ['tab'], options),
  jsonl: jsonLinesTable,
  json: jsonListTable,
  parquet: parquetTable,
};

/** Returns the kind of a file by its name, or undefined for others. */
function tableKind(path: string): (typeof tableKinds)[number] | undefined {
  const end = /\.(\w+)(?:\.gz)?$/i.exec(path)?.[1]?.toLowerCase();
  return tableKinds.find((kind) => kind === end);
}

/** Reads a file of any of these kinds. Throws a `DatasetError` that names the file and the line. */
export async function readTable(file: DataFile, options: CsvOptions = {}): Promise<Table> {
  const kind = tableKind(file.path);
  if (kind === undefined) {
    const ends = tableKinds.map((each) => `.${each}`).join(', ');
    throw new DatasetError(`${file.path} is not of a known kind. Its name must end in one of ${ends}.`);
  }
  checkCsvOptions(options, kind, file.path);
  return readers[kind](file, options);
}

/** Refuses options of separated values for a file of another kind. */
export function checkCsvOptions(options: CsvOptions, kind: string, path: string): void {
  const given = (['delimiter', 'quote', 'header'] as const).find((option) => options[option] !== undefined);
  if (given !== undefined && kind !== 'csv' && kind !== 'tsv')
    throw new DatasetError(
      ({ name }) => `${name(given)} is for .csv and .tsv files, and ${path} is not one; leave it out.`,
    );
}
