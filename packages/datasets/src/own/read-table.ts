import { DatasetError } from '../errors.ts';
import type { DataFile } from '../file.ts';
import { csvTable } from './csv-table.ts';
import { jsonLinesTable, jsonListTable } from './json-table.ts';
import { parquetTable } from './parquet-rows.ts';
import type { Table } from './table.ts';

/** The kinds of files that are read, by the ends of their names; `.gz` may follow. */
export const tableKinds = ['csv', 'tsv', 'jsonl', 'json', 'parquet'] as const;

const readers: Readonly<Record<(typeof tableKinds)[number], (file: DataFile) => Table | Promise<Table>>> = {
  csv: (file) => csvTable(file, [',', ';', '\t']),
  tsv: (file) => csvTable(file, ['\t']),
  jsonl: jsonLinesTable,
  json: jsonListTable,
  parquet: parquetTable,
};

/** The kind of a file by its name, or undefined for others. */
function tableKind(path: string): (typeof tableKinds)[number] | undefined {
  const end = /\.(\w+)(?:\.gz)?$/i.exec(path)?.[1]?.toLowerCase();
  return tableKinds.find((kind) => kind === end);
}

/** Reads a file of any of these kinds. Throws a `DatasetError` that names the file and the line. */
export async function readTable(file: DataFile): Promise<Table> {
  const kind = tableKind(file.path);
  if (kind !== undefined) return readers[kind](file);
  const ends = tableKinds.map((each) => `.${each}`).join(', ');
  throw new DatasetError(`${file.path} is of no known kind. Its name must end in one of ${ends}.`);
}
