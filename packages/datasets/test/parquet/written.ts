// Writes small parquet files with any type: what other programs write, and what no library does.

type Field = number | bigint | boolean | string | Uint8Array | Fields | readonly Fields[] | readonly string[];
interface Fields {
  readonly [field: number]: Field | undefined;
}

/** How a column is stored, and what the format is told of its meaning: numbers are those of the format. */
export interface Stored {
  readonly type: 'BOOLEAN' | 'INT32' | 'INT64' | 'BYTE_ARRAY' | 'FIXED_LEN_BYTE_ARRAY';
  readonly length?: number;
  readonly converted?: number;
  readonly logical?: Fields;
}

export interface WrittenColumn {
  readonly name: string;
  readonly stored: Stored;
  readonly values: readonly unknown[];
}

const types = { BOOLEAN: 0, INT32: 1, INT64: 2, BYTE_ARRAY: 6, FIXED_LEN_BYTE_ARRAY: 7 };

export function column(name: string, stored: Stored, ...values: readonly unknown[]): WrittenColumn {
  return { name, stored, values };
}

/** So many equal bytes; the first ones may be others. */
export function binaryOf(byte: number, count: number, ...first: readonly number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: count }, (_, i) => first[i] ?? byte);
}

/** A file of one group of required columns, neither compressed nor with dictionaries. */
export function parquetOf(columns: readonly WrittenColumn[]): Uint8Array<ArrayBuffer> {
  const rows = columns[0]!.values.length;
  const bytes: number[] = [...utf8('PAR1')];
  const chunks = columns.map(({ name, stored, values }): Fields => {
    const start = bytes.length;
    const body = stored.type === 'BOOLEAN' ? packed(values) : values.flatMap((value) => plain(value, stored));
    const header = struct({ 1: 0, 2: body.length, 3: body.length, 5: { 1: rows, 2: 0, 3: 3, 4: 3 } });
    bytes.push(...header, ...body);
    const size = BigInt(bytes.length - start);
    const about = { 1: types[stored.type], 2: [], 3: [name], 4: 0, 5: BigInt(rows), 6: size, 7: size };
    return { 2: BigInt(start), 3: { ...about, 9: BigInt(start) } };
  });
  const schema = columns.map(
    ({ name, stored: { type, length, converted, logical } }): Fields => ({
      ...{ 1: types[type], 3: 0, 4: name },
      ...(length !== undefined && { 2: length }),
      ...(converted !== undefined && { 6: converted }),
      ...(logical && { 10: logical }),
    }),
  );
  const group: Fields = { 1: chunks, 2: 0n, 3: BigInt(rows) };
  const footer = struct({
    1: 1,
    2: [{ 4: 'root', 5: columns.length }, ...schema],
    3: BigInt(rows),
    4: [group],
  });
  const size = new Uint8Array(new Uint32Array([footer.length]).buffer);
  return Uint8Array.from([...bytes, ...footer, ...size, ...utf8('PAR1')]);
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function packed(values: readonly unknown[]): number[] {
  const bytes = Array<number>(Math.ceil(values.length / 8)).fill(0);
  for (const [i, value] of values.entries()) if (value === true) bytes[i >> 3]! |= 1 << (i & 7);
  return bytes;
}

function plain(value: unknown, { type }: Stored): number[] {
  if (type === 'INT32') return [...new Uint8Array(Int32Array.of(Number(value)).buffer)];
  if (type === 'INT64') return [...new Uint8Array(BigInt64Array.of(value as bigint).buffer)];
  const bytes = typeof value === 'string' ? utf8(value) : (value as Uint8Array);
  const length = type === 'BYTE_ARRAY' ? new Uint8Array(Uint32Array.of(bytes.length).buffer) : [];
  return [...length, ...bytes];
}

/** A structure in Thrift's compact protocol. */
function struct(fields: Fields): number[] {
  const bytes: number[] = [];
  for (const [id, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const type = typeOf(value);
    // With its number in full.
    bytes.push(type, ...varint(BigInt(id) * 2n), ...(typeof value === 'boolean' ? [] : content(value)));
  }
  return [...bytes, 0];
}

function typeOf(value: Field): number {
  if (typeof value === 'boolean') return value ? 1 : 2;
  if (typeof value === 'number') return 5;
  if (typeof value === 'bigint') return 6;
  if (typeof value === 'string' || value instanceof Uint8Array) return 8;
  return Array.isArray(value) ? 9 : 12;
}

function content(value: Field): number[] {
  if (typeof value === 'number' || typeof value === 'bigint') {
    const number = BigInt(value);
    return varint(number < 0n ? -2n * number - 1n : 2n * number);
  }
  if (typeof value === 'string') return content(utf8(value));
  if (value instanceof Uint8Array) return [...varint(BigInt(value.length)), ...value];
  if (!Array.isArray(value)) return struct(value as Fields);
  const items = value as readonly (Fields | string)[];
  const type = typeof items[0] === 'string' ? 8 : 12;
  return [0xf0 | type, ...varint(BigInt(items.length)), ...items.flatMap((item) => content(item))];
}

function varint(value: bigint): number[] {
  return value < 128n ? [Number(value)] : [Number(value & 127n) | 128, ...varint(value >> 7n)];
}
