import type { ConvertedType, FieldRepetitionType, LogicalType, ParquetType, SchemaElement } from 'hyparquet';
import { ParquetError, type ThriftStruct, whole } from './thrift.ts';
import { structAt, textAt } from './values.ts';

/** A column of the table. It may be a structure of several stored columns. */
export interface Column {
  readonly name: string;
  /** The element and its descendants, in the reader's form. */
  readonly elements: readonly SchemaElement[];
  readonly leaves: readonly Leaf[];
  /** The type of its values if they cannot be a text, a label or a number; otherwise undefined. */
  readonly refused: string | undefined;
}

/** A column as it is stored. */
export interface Leaf {
  readonly path: readonly string[];
  readonly type: ParquetType;
  /** Size in bytes of a value of fixed length. */
  readonly width: number;
  readonly maxDefinition: number;
  readonly maxRepetition: number;
}

export const storedTypes: readonly ParquetType[] = [
  ...(['BOOLEAN', 'INT32', 'INT64', 'INT96', 'FLOAT', 'DOUBLE', 'BYTE_ARRAY'] as const),
  'FIXED_LEN_BYTE_ARRAY',
];
const repetitions: readonly FieldRepetitionType[] = ['REQUIRED', 'OPTIONAL', 'REPEATED'];
const widths: Readonly<Partial<Record<ParquetType, number>>> = {
  ...{ INT32: 4, INT64: 8, INT96: 12, FLOAT: 4, DOUBLE: 8 },
};
const deepest = 16;
/** Maximum number of digits of a decimal. More digits are not exact as a number. */
const mostDigits = 15;

/** Returns the columns that the elements of a schema describe. Throws `ParquetError` unless they form one tree. */
export function readSchema(structs: readonly ThriftStruct[]): Column[] {
  const [root, ...rest] = structs;
  if (root === undefined) throw new ParquetError('it has no schema');
  const walk = new SchemaWalk(rest);
  const count = whole(root.get(5), 'the number of its columns', structs.length);
  const columns = Array.from({ length: count }, () => walk.column());
  if (!walk.isDone) throw new ParquetError('its schema has parts that no column has');
  const names = new Set(columns.map(({ name }) => name));
  if (names.size < columns.length) throw new ParquetError('two of its columns have the same name');
  return columns;
}

interface Place {
  readonly path: readonly string[];
  readonly maxDefinition: number;
  readonly maxRepetition: number;
}

class SchemaWalk {
  readonly #structs: readonly ThriftStruct[];
  #next = 0;

  constructor(structs: readonly ThriftStruct[]) {
    this.#structs = structs;
  }

  get isDone(): boolean {
    return this.#next === this.#structs.length;
  }

  column(): Column {
    const elements: SchemaElement[] = [];
    const leaves: Leaf[] = [];
    const refused = this.#node({ path: [], maxDefinition: 0, maxRepetition: 0 }, elements, leaves);
    return { name: elements[0]!.name, elements, leaves, refused };
  }

  /** Adds an element and its descendants. Returns what makes it unusable, if anything. */
  #node(above: Place, elements: SchemaElement[], leaves: Leaf[]): string | undefined {
    const struct = this.#structs[this.#next++];
    if (struct === undefined) throw new ParquetError('its schema is cut short');
    const name = textAt(struct, 4, 'the name of a column');
    const repetition = repetitions[whole(struct.get(3), 'the repetition of a column', 2)]!;
    const place = {
      path: [...above.path, name],
      maxDefinition: above.maxDefinition + (repetition === 'REQUIRED' ? 0 : 1),
      maxRepetition: above.maxRepetition + (repetition === 'REPEATED' ? 1 : 0),
    };
    if (place.path.length > deepest) throw new ParquetError('its columns are too deep');
    const shared = { name, repetition_type: repetition };
    const children =
      struct.get(5) === undefined ? 0 : whole(struct.get(5), 'the number of parts of a column');
    const meaning = meaningOf(struct);
    if (children === 0) {
      const { type, width, refused, ...element } = leafElement(struct, meaning);
      elements.push({ ...shared, type, ...(width > 0 && { type_length: width }), ...element });
      leaves.push({ ...place, type, width });
      return refused;
    }
    const own = groupElement(meaning);
    elements.push({ ...shared, num_children: children, ...own.element });
    const names = new Set<string>();
    let refused = own.refused;
    for (let i = 0; i < children; i++) {
      const at = elements.length;
      refused = this.#node(place, elements, leaves) ?? refused;
      names.add(elements[at]!.name);
    }
    if (names.size < children || names.has('__proto__'))
      throw new ParquetError(`the names of the parts of ${JSON.stringify(name)} cannot be kept apart`);
    return refused;
  }
}

type Refusable<T> = T & { readonly refused?: string };

function groupElement(meaning: Meaning | undefined): Refusable<{ element: Partial<SchemaElement> }> {
  const { type } = meaning ?? {};
  if (type === undefined) return { element: {} };
  if (type === 'LIST' || type === 'MAP') return { element: { converted_type: type } };
  if (type === 'MAP_KEY_VALUE') return { element: {} };
  return { element: {}, refused: type };
}

type LeafElement = Refusable<{
  type: ParquetType;
  width: number;
  converted_type?: ConvertedType;
  logical_type?: LogicalType;
  scale?: number;
}>;

/**
 * Returns how a stored column is read. Writers declare the type in either of two ways; the result uses the one that the
 * reader reads.
 */
function leafElement(struct: ThriftStruct, meaning: Meaning | undefined): LeafElement {
  const type = storedTypes[whole(struct.get(1), 'the type of a column', storedTypes.length - 1)]!;
  const isFixed = type === 'FIXED_LEN_BYTE_ARRAY';
  const width = isFixed ? whole(struct.get(2), 'the length of values', 2 ** 20) : (widths[type] ?? 0);
  if (isFixed && width === 0) throw new ParquetError('the length of values cannot be right');
  const stored = { type, width: isFixed ? width : 0 };
  const only = (fits: boolean, how: Partial<LeafElement>): LeafElement => {
    if (!fits) throw new ParquetError(`a column of ${type} cannot be ${meaning?.type}`);
    return { ...stored, ...how };
  };
  switch (meaning?.type) {
    case undefined:
      if (type === 'INT96') return { ...stored, refused: 'TIMESTAMP' };
      return isFixed ? { ...stored, refused: 'binary data' } : stored;
    case 'STRING':
    case 'UTF8':
    case 'ENUM':
    case 'JSON':
      return only(type === 'BYTE_ARRAY', { converted_type: 'UTF8' });
    case 'INTEGER':
      return only(type === 'INT32' || type === 'INT64', unsigned(type, meaning.isSigned === true));
    case 'DECIMAL': {
      const [scale, precision] = [meaning.scale ?? 0, meaning.precision ?? 0];
      whole(scale, 'the digits of a DECIMAL', 1000);
      if (precision > mostDigits || precision < 1 || scale > mostDigits || width > 16)
        return { ...stored, refused: `DECIMAL of more than ${mostDigits} digits` };
      const fits = type === 'INT32' || type === 'INT64' || type === 'BYTE_ARRAY' || isFixed;
      return only(fits, { converted_type: 'DECIMAL', scale });
    }
    case 'UUID':
      return only(isFixed && width === 16, { logical_type: { type: 'UUID' } });
    case 'FLOAT16':
      return only(isFixed && width === 2, { logical_type: { type: 'FLOAT16' } });
    case 'NULL':
      return stored;
    default:
      return { ...stored, refused: meaning?.type ?? '' };
  }
}

function unsigned(type: ParquetType, isSigned: boolean): Partial<LeafElement> {
  if (isSigned) return {};
  return { converted_type: type === 'INT64' ? 'UINT_64' : 'UINT_32' };
}

interface Meaning {
  readonly type: string;
  readonly isSigned?: boolean;
  readonly scale?: number;
  readonly precision?: number;
}

const converted: readonly (string | Meaning)[] = [
  ...[
    'UTF8',
    'MAP',
    'MAP_KEY_VALUE',
    'LIST',
    'ENUM',
    'DECIMAL',
    'DATE',
    'TIME',
    'TIME',
    'TIMESTAMP',
    'TIMESTAMP',
  ],
  ...Array.from({ length: 4 }, () => ({ type: 'INTEGER', isSigned: false })),
  ...Array.from({ length: 4 }, () => ({ type: 'INTEGER', isSigned: true })),
  ...['JSON', 'BSON', 'INTERVAL'],
];
/** Logical types by field number. One field is set. */
const logical: Readonly<Record<number, string>> = {
  ...{ 1: 'STRING', 2: 'MAP', 3: 'LIST', 4: 'ENUM', 5: 'DECIMAL', 6: 'DATE', 7: 'TIME', 8: 'TIMESTAMP' },
  ...{ 10: 'INTEGER', 11: 'NULL', 12: 'JSON', 13: 'BSON', 14: 'UUID', 15: 'FLOAT16', 16: 'VARIANT' },
  ...{ 17: 'GEOMETRY', 18: 'GEOGRAPHY', 19: 'FILE' },
};

/** Returns the meaning of a column's values beyond their storage type. The newer declaration takes precedence. */
function meaningOf(struct: ThriftStruct): Meaning | undefined {
  const union = struct.get(10) === undefined ? undefined : structAt(struct, 10, 'the type of a column');
  const [field] = union?.keys() ?? [];
  if (union && field !== undefined) {
    const type = logical[field] ?? `the unknown type ${field}`;
    const details = structAt(union, field, 'the type of a column');
    if (type === 'INTEGER') return { type, isSigned: details.get(2) === true };
    if (type === 'DECIMAL') return { type, scale: numberAt(details, 1), precision: numberAt(details, 2) };
    return { type };
  }
  if (struct.get(6) === undefined) return undefined;
  const code = whole(struct.get(6), 'the type of a column', 1000);
  const known = converted[code] ?? `the unknown type ${code}`;
  if (typeof known !== 'string') return known;
  return known === 'DECIMAL'
    ? { type: known, scale: numberAt(struct, 7), precision: numberAt(struct, 8) }
    : { type: known };
}

function numberAt(struct: ThriftStruct, field: number): number {
  return struct.get(field) === undefined ? 0 : whole(struct.get(field), 'the digits of a DECIMAL', 1000);
}
