import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from 'hyparquet';
import { EmptyFileError, MissingColumnError, UnreadableFileError } from '../errors.ts';
import type { DataFile } from '../file.ts';
import type { Table, TableRow } from './table.ts';

/** The rows of a parquet file. */
export async function parquetTable(file: DataFile): Promise<Table> {
  const { path } = file;
  const rows: TableRow[] = [];
  for await (const row of parquetRows(file)) rows.push(row);
  const [first] = rows;
  if (first === undefined) throw new EmptyFileError(path);
  return { path, columns: [...first.values.keys()], rows, typed: true };
}

/**
 * The rows of a parquet file one by one, read group by group. Whole numbers of 64 bits are numbers here.
 *
 * @param needed the columns to read; all by default
 * @throws MissingColumnError, UnreadableFileError
 */
export async function* parquetRows(
  { path, bytes }: DataFile,
  needed?: readonly string[],
): AsyncGenerator<TableRow, void, undefined> {
  const file = asyncBuffer(bytes);
  const reading = <T>(step: Promise<T>): Promise<T> =>
    step.catch((cause: unknown) => {
      const why = `it is no parquet file, or damaged (${(cause as Error).message}); fetch the file again`;
      throw new UnreadableFileError(path, why, cause);
    });
  const metadata = await reading(parquetMetadataAsync(file));
  const found = parquetSchema(metadata).children.map(({ element }) => element.name);
  const missing = needed?.find((column) => !found.includes(column));
  if (missing !== undefined) throw new MissingColumnError(path, missing, found);
  const how = {
    ...{ file, metadata, parsers: { stringFromBytes: decodeText } },
    ...(needed && { columns: [...needed] }),
    compressors: await compressorsFor(metadata),
  };
  let row = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = row + Number(group.num_rows);
    for (const values of await reading(parquetReadObjects({ ...how, rowStart: row, rowEnd }))) {
      row += 1;
      const named = Object.entries(values).map(([name, value]) => [name, plain(value)] as const);
      yield { path, row, line: row, unit: 'row', values: new Map(named) };
    }
  }
}

/** `slice` of a `Uint8Array` copies, but Node's `Buffer`, which is one, has another. */
function asyncBuffer({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): AsyncBuffer {
  return {
    byteLength,
    slice: (start, end = byteLength) => buffer.slice(byteOffset + start, byteOffset + end),
  };
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A text; none for a row that has none. */
function decodeText(bytes: Uint8Array | undefined): string | undefined {
  return bytes && decoder.decode(bytes);
}

/** Most files use Snappy, which the reader brings along. */
async function compressorsFor({ row_groups }: FileMetaData): Promise<Compressors> {
  const codecs = row_groups.flatMap(({ columns }) => columns.map(({ meta_data }) => meta_data?.codec));
  const isUsual = codecs.every((codec) => codec === 'SNAPPY' || codec === 'UNCOMPRESSED');
  return isUsual ? {} : (await import('hyparquet-compressors')).compressors;
}

/** A value as JSON would have it. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}
