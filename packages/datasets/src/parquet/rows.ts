import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetRead,
  snappyUncompress,
} from 'hyparquet';
import { EmptyFileError, MissingColumnError, UnreadableFileError } from '../errors.ts';
import type { DataFile } from '../file.ts';
import { howToRaise, sizeLimit } from '../limits.ts';
import { CellValues, hasNoRows, type Table, type TableRow } from '../own/table.ts';
import { Unreadable } from '../unreadable.ts';
import { Budget, TooLargeError } from './budget.ts';
import { classNamesOf } from './class-names.ts';
import { type Chunk, type Footer, type RowGroup, readFooter } from './footer.ts';
import { checkPages } from './pages.ts';
import type { Column } from './schema.ts';
import { checkSnappyBlock } from './snappy-block.ts';
import { decodeUtf8 } from './values.ts';
import { checkZstdFrame } from './zstd-frame.ts';

/** Reads the rows of a parquet file, with the class names that the Hugging Face libraries store in it. */
export async function parquetTable(file: DataFile): Promise<Table> {
  const { path } = file;
  const footer = footerOf(file);
  const rows: TableRow[] = [];
  for await (const row of rowsOf(file, footer, footer.columns)) rows.push(row);
  if (rows.length === 0) throw new EmptyFileError(path, hasNoRows);
  const columns = footer.columns.map(({ name }) => name);
  return { path, columns, rows, typed: true, classNames: classNamesOf(footer.notes, path) };
}

/**
 * Yields the rows of a parquet file one by one, reading one row group at a time. Whole numbers beyond 2^53 are bigints.
 * Values that are not a text, label or number, such as dates, are {@link Unreadable}.
 *
 * @param needed the columns to read; default all
 * @throws MissingColumnError, UnreadableFileError
 */
export async function* parquetRows(
  file: DataFile,
  needed?: readonly string[],
): AsyncGenerator<TableRow, void, undefined> {
  const footer = footerOf(file);
  const found = footer.columns.map(({ name }) => name);
  const missing = needed?.find((column) => !found.includes(column));
  if (missing !== undefined) throw new MissingColumnError(file.path, missing, found);
  yield* rowsOf(
    file,
    footer,
    needed ? footer.columns.filter(({ name }) => needed.includes(name)) : footer.columns,
  );
}

function footerOf({ path, bytes }: DataFile): Footer {
  try {
    return readFooter(bytes);
  } catch (error) {
    throw damaged(path, error);
  }
}

async function* rowsOf(
  { path, bytes, maxSize }: DataFile,
  { columns: all, groups }: Footer,
  columns: readonly Column[],
): AsyncGenerator<TableRow, void, undefined> {
  const budget = new Budget(sizeLimit(bytes.length, 'parquet', maxSize));
  const readable = columns.filter(({ refused }) => refused === undefined);
  const positions = new Map(readable.map(({ name }, i) => [name, i]));
  // All refused values share one position after the others.
  const refused = columns.flatMap(({ name, refused }) =>
    refused === undefined ? [] : [[name, refused] as const],
  );
  for (const [name] of refused) positions.set(name, positions.size);
  const markers = refused.map(([, what]) => new Unreadable(what));
  const isNeeded = all.flatMap((column) => column.leaves.map(() => readable.includes(column)));
  let row = 0;
  for (const group of groups) {
    const needed: RowGroup = { rows: group.rows, chunks: group.chunks.filter((_, i) => isNeeded[i]) };
    const found = await readGroup(bytes, needed, readable, budget).catch((error: unknown) => {
      throw damaged(path, error);
    });
    for (const cells of found) {
      row += 1;
      const values = new CellValues([...cells.map(plain), ...markers], positions);
      yield { path, row, line: row, unit: 'row', values };
    }
  }
}

async function readGroup(
  bytes: Uint8Array<ArrayBuffer>,
  group: RowGroup,
  columns: readonly Column[],
  budget: Budget,
): Promise<readonly (readonly unknown[])[]> {
  budget.charge(0, group.rows);
  const compressors = await compressorsFor(group.chunks);
  for (const chunk of group.chunks)
    checkPages(bytes, chunk, group.rows, budget, (page, size) => compressors[chunk.codec]!(page, size));
  if (columns.length === 0 || group.rows === 0) return Array.from({ length: group.rows }, () => []);
  let rows: readonly (readonly unknown[])[] = [];
  await parquetRead({
    ...{ file: asyncBuffer(bytes), metadata: metadataOf(group, columns), compressors, utf8: false },
    parsers: { stringFromBytes: decodeText },
    rowFormat: 'array',
    onComplete(found) {
      rows = found;
    },
  });
  return rows;
}

/** Returns the metadata of a file with one group, in the form that the reader expects. */
function metadataOf({ rows, chunks }: RowGroup, columns: readonly Column[]): FileMetaData {
  const described = chunks.map(({ leaf, codec, values, start, end }) => ({
    file_offset: 0n,
    meta_data: {
      ...{
        type: leaf.type,
        encodings: [],
        path_in_schema: [...leaf.path],
        codec,
        num_values: BigInt(values),
      },
      ...{ total_uncompressed_size: 0n, total_compressed_size: BigInt(end - start) },
      data_page_offset: BigInt(start),
    },
  }));
  const group = { columns: described, total_byte_size: 0n, num_rows: BigInt(rows) };
  return {
    ...{ version: 1, metadata_length: 0, num_rows: BigInt(rows), row_groups: [group] },
    schema: [{ name: 'root', num_children: columns.length }, ...columns.flatMap(({ elements }) => elements)],
  };
}

function damaged(path: string, error: unknown): UnreadableFileError {
  const why = error instanceof Error ? error.message : 'unknown';
  return new UnreadableFileError(
    path,
    error instanceof TooLargeError
      ? (words) => `${why}${howToRaise(words)}`
      : `it is not a parquet file, or it is damaged (${why}); fetch the file again`,
    error,
  );
}

/** `slice` of a `Uint8Array` copies, but `slice` of Node's subclass `Buffer` does not. */
function asyncBuffer({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): AsyncBuffer {
  return {
    byteLength,
    slice: (start, end = byteLength) => buffer.slice(byteOffset + start, byteOffset + end),
  };
}

const notUtf8 = new Unreadable('text that is not valid UTF-8');
const binary = new Unreadable('binary data');

/** Decodes a text. Returns undefined for a row without one. */
function decodeText(bytes: Uint8Array | undefined): unknown {
  if (bytes === undefined) return undefined;
  try {
    return decodeUtf8(bytes);
  } catch {
    return notUtf8;
  }
}

/** Returns the decompressors. The reader includes Snappy, which most files use. */
async function compressorsFor(chunks: readonly Chunk[]): Promise<Compressors> {
  const isUsual = chunks.every(({ codec }) => codec === 'SNAPPY' || codec === 'UNCOMPRESSED');
  if (!isUsual) {
    const { compressors, decompressZstd } = await import('hyparquet-compressors');
    return {
      ...compressors,
      SNAPPY: uncompressSnappy,
      ZSTD(bytes, size) {
        checkZstdFrame(bytes, size);
        return decompressZstd(bytes);
      },
    };
  }
  return { SNAPPY: uncompressSnappy };
}

function uncompressSnappy(bytes: Uint8Array, size: number): Uint8Array {
  checkSnappyBlock(bytes, size);
  const page = new Uint8Array(size);
  snappyUncompress(bytes, page);
  return page;
}

/** Returns a value as JSON would have it. Older writers do not mark bytes as texts. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (typeof value !== 'object' || value === null || value instanceof Unreadable) return value;
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Uint8Array) {
    const text = decodeText(value);
    return text === notUtf8 ? binary : text;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}
