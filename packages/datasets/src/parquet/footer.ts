import type { CompressionCodec } from 'hyparquet';
import { type Column, type Leaf, readSchema, storedTypes } from './schema.ts';
import { ParquetError, readStruct, type ThriftStruct, whole } from './thrift.ts';
import { listAt, structAt, structsAt, textAt } from './values.ts';

/** The metadata at the end of a parquet file, checked against the size of the file. */
export interface Footer {
  readonly columns: readonly Column[];
  readonly groups: readonly RowGroup[];
  /** Key-value metadata added by programs. */
  readonly notes: ReadonlyMap<string, string>;
}

export interface RowGroup {
  readonly rows: number;
  /** One chunk for every stored column, in column order. */
  readonly chunks: readonly Chunk[];
}

/** The pages of a stored column in one row group. */
export interface Chunk {
  readonly leaf: Leaf;
  readonly codec: CompressionCodec;
  readonly values: number;
  readonly start: number;
  readonly end: number;
}

const codecs: readonly CompressionCodec[] = [
  ...(['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'LZO', 'BROTLI', 'LZ4', 'ZSTD', 'LZ4_RAW'] as const),
];
/** `PAR1`, and `PARE` for an encrypted footer. */
const [magic, encrypted] = [0x31524150, 0x45524150];
const mostLeaves = 4096;

/** Reads the footer of a file. Throws `ParquetError` if it is invalid. */
export function readFooter(bytes: Uint8Array): Footer {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12) throw new ParquetError('it is too short');
  const last = view.getUint32(bytes.length - 4, true);
  if (last === encrypted) throw new ParquetError('it is encrypted');
  if (last !== magic || view.getUint32(0, true) !== magic)
    throw new ParquetError('it does not begin and end as such files do');
  const size = view.getUint32(bytes.length - 8, true);
  const start = bytes.length - 8 - size;
  if (start < 4) throw new ParquetError('it is cut short');
  const { fields } = readStruct(bytes.subarray(start, start + size), 0);
  const columns = readSchema(structsAt(fields, 2, 'its schema'));
  const leaves = columns.flatMap((column) => column.leaves);
  if (leaves.length > mostLeaves) throw new ParquetError(`it has more than ${mostLeaves} columns`);
  const groups = structsAt(fields, 4, 'the list of its row groups').map((group) =>
    readGroup(group, leaves, start),
  );
  const rows = groups.reduce((sum, group) => sum + group.rows, 0);
  if (rows !== whole(fields.get(3), 'the number of its rows'))
    throw new ParquetError('its row groups have more or fewer rows than it says');
  return { columns, groups, notes: readNotes(fields) };
}

function readGroup(group: ThriftStruct, leaves: readonly Leaf[], end: number): RowGroup {
  const rows = whole(group.get(3), 'the number of rows of a group');
  const columns = structsAt(group, 1, 'the columns of a row group');
  if (columns.length !== leaves.length) throw new ParquetError('a row group lacks columns, or has too many');
  return { rows, chunks: columns.map((column, i) => readChunk(column, leaves[i]!, rows, end)) };
}

function readChunk(column: ThriftStruct, leaf: Leaf, rows: number, end: number): Chunk {
  const name = JSON.stringify(leaf.path.join('.'));
  if (column.get(1) !== undefined) throw new ParquetError(`the column ${name} is in another file`);
  if (column.get(8) !== undefined) throw new ParquetError(`the column ${name} is encrypted`);
  const about = structAt(column, 3, `what is known of the column ${name}`);
  const path = listAt(about, 3, `the path of the column ${name}`);
  const isSame = path.length === leaf.path.length && leaf.path.every((part, i) => part === asText(path[i]));
  if (!isSame || whole(about.get(1), `the type of ${name}`) !== storedTypes.indexOf(leaf.type))
    throw new ParquetError(`a row group has another column than ${name}`);
  const codec = codecs[whole(about.get(4), `the compression of ${name}`)];
  if (codec === undefined || codec === 'LZO')
    throw new ParquetError(`the column ${name} has a compression that is not known`);
  const values = whole(about.get(5), `the number of values of ${name}`);
  if (leaf.maxRepetition === 0 && values !== rows)
    throw new ParquetError(`the column ${name} has ${values} values for ${rows} rows`);
  const dictionary = about.get(11) === undefined ? 0 : whole(about.get(11), `the place of ${name}`);
  const start = dictionary || whole(about.get(9), `the place of ${name}`);
  const size = whole(about.get(7), `the size of ${name}`);
  if (start < 4 || start + size > end) throw new ParquetError(`the column ${name} lies outside the file`);
  return { leaf, codec, values, start, end: start + size };
}

function asText(value: unknown): string | undefined {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : undefined;
}

function readNotes(fields: ThriftStruct): ReadonlyMap<string, string> {
  if (fields.get(5) === undefined) return new Map();
  const pairs = structsAt(fields, 5, 'its notes').map((note): [string, string] => [
    textAt(note, 1, 'the key of a note'),
    note.get(2) === undefined ? '' : textAt(note, 2, 'a note'),
  ]);
  return new Map(pairs);
}
