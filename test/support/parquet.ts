import { gzipSync, zstdCompressSync } from 'node:zlib';
import { parquetWriteBuffer, type SchemaElement } from 'hyparquet-writer';

/** The type of a column. */
export type ColumnType =
  | 'STRING'
  | 'BYTES' // claimed to be UTF-8, and not checked
  | 'INT32'
  | 'INT64'
  | 'FLOAT'
  | 'BOOLEAN'
  | { readonly list: ColumnType }
  | { readonly struct: Readonly<Record<string, ColumnType>> };

/**
 * Returns a parquet file in the form of the hub's files: values may be missing, and rows are in groups.
 *
 * @param columns types by name
 * @param notes key-value metadata of the file
 */
export function parquetFile(
  columns: Readonly<Record<string, ColumnType>>,
  rows: readonly Readonly<Record<string, unknown>>[],
  codec: 'SNAPPY' | 'GZIP' | 'ZSTD' = 'SNAPPY',
  notes: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const names = Object.keys(columns);
  const elements = Object.entries(columns).flatMap(([name, type]) => schemaOf(name, type));
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: names.map((name) => ({ name, data: rows.map((row) => stored(row[name], columns[name]!)) })),
      schema: [{ name: 'root', num_children: names.length }, ...elements],
      rowGroupSize: [Math.max(1, Math.ceil(rows.length / 3))],
      codec,
      kvMetadata: Object.entries(notes).map(([key, value]) => ({ key, value })),
      compressors: { GZIP: gzipSync, ZSTD: zstdCompressSync },
    }),
  );
}

function schemaOf(name: string, type: ColumnType): SchemaElement[] {
  const optional = { name, repetition_type: 'OPTIONAL' } as const;
  if (type === 'STRING' || type === 'BYTES')
    return [{ ...optional, type: 'BYTE_ARRAY', converted_type: 'UTF8' }];
  if (typeof type === 'string') return [{ ...optional, type }];
  if ('list' in type)
    return [
      { ...optional, converted_type: 'LIST', num_children: 1 },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      ...schemaOf('element', type.list),
    ];
  const fields = Object.entries(type.struct);
  return [
    { ...optional, num_children: fields.length },
    ...fields.flatMap(([field, inner]) => schemaOf(field, inner)),
  ];
}

/** Converts a value for storage. Whole numbers of 64 bits are written from bigints. */
function stored(value: unknown, type: ColumnType): unknown {
  if (type === 'INT64' && typeof value === 'number') return BigInt(value);
  if (typeof type === 'object' && 'list' in type && Array.isArray(value))
    return value.map((item) => stored(item, type.list));
  return value;
}
