import type { Budget } from './budget.ts';
import type { Chunk } from './footer.ts';
import { type DeltaValues, walkDeltas, walkRuns } from './runs.ts';
import { ParquetError, readStruct, type ThriftStruct, whole } from './thrift.ts';
import { structAt } from './values.ts';

/** Decompresses a page to its claimed size. */
export type Decompress = (bytes: Uint8Array, size: number) => Uint8Array;

const DATA = 0;
const DICTIONARY = 2;
const DATA_V2 = 3;

/**
 * Walks through the pages of a column and every run in them without storing anything. This protects a reader that
 * trusts their claims: it can neither loop nor allocate without bound, nor find too few values.
 *
 * Throws `ParquetError`.
 *
 * @param rows number of rows of the group
 */
export function checkPages(
  bytes: Uint8Array,
  chunk: Chunk,
  rows: number,
  budget: Budget,
  decompress: Decompress,
): void {
  const check = new ChunkCheck(bytes, chunk, budget, decompress);
  check.run();
  const name = JSON.stringify(chunk.leaf.path.join('.'));
  if (check.values !== chunk.values || check.rows !== rows)
    throw new ParquetError(`the column ${name} has ${check.rows} rows of ${rows}`);
}

class ChunkCheck {
  readonly #bytes: Uint8Array;
  readonly #chunk: Chunk;
  readonly #budget: Budget;
  readonly #decompress: Decompress;
  /** Number of values in the dictionary. */
  #dictionary: number | undefined;
  values = 0;
  rows = 0;

  constructor(bytes: Uint8Array, chunk: Chunk, budget: Budget, decompress: Decompress) {
    this.#bytes = bytes;
    this.#chunk = chunk;
    this.#budget = budget;
    this.#decompress = decompress;
  }

  run(): void {
    const { start, end, values } = this.#chunk;
    // An empty column has no pages. One byte cannot be a page.
    for (let offset = start; offset < end - 1 && (this.values < values || values === 0); )
      offset = this.#page(offset);
  }

  /** Returns where the next page begins. */
  #page(offset: number): number {
    const { fields, end } = readStruct(this.#bytes.subarray(0, this.#chunk.end), offset);
    const type = whole(fields.get(1), 'the type of a page');
    const size = whole(fields.get(2), 'the size of a page', 2 ** 31 - 1);
    const stored = whole(fields.get(3), 'the size of a page', 2 ** 31 - 1);
    if (end + stored > this.#chunk.end) throw new ParquetError('a page is cut short');
    this.#budget.charge(size);
    const body = this.#bytes.subarray(end, end + stored);
    if (type === DATA) this.#dataPage(structAt(fields, 5, 'what is known of a page'), body, size);
    else if (type === DATA_V2) this.#dataPageV2(structAt(fields, 8, 'what is known of a page'), body, size);
    else if (type === DICTIONARY)
      this.#dictionaryPage(structAt(fields, 7, 'what is known of a page'), body, size);
    else throw new ParquetError('it has a page of an unknown kind');
    return end + stored;
  }

  #dictionaryPage(header: ThriftStruct, body: Uint8Array, size: number): void {
    const count = whole(header.get(1), 'the number of values of a page');
    const encoding = whole(header.get(2), 'the encoding of a page');
    if (this.#dictionary !== undefined || this.values > 0 || (encoding !== 0 && encoding !== 2))
      throw new ParquetError('a dictionary cannot be right');
    this.#budget.charge(0, count);
    this.#plain(this.#uncompressed(body, size), 0, count);
    this.#dictionary = count;
  }

  #dataPage(header: ThriftStruct, body: Uint8Array, size: number): void {
    const { maxDefinition, maxRepetition } = this.#chunk.leaf;
    const count = whole(header.get(1), 'the number of values of a page');
    this.#budget.charge(0, count);
    const isUsual = (field: number, most: number): boolean => most === 0 || header.get(field) === 3;
    if (!isUsual(3, maxDefinition) || !isUsual(4, maxRepetition))
      throw new ParquetError('a page has levels in the encoding BIT_PACKED, which is not read');
    const page = this.#uncompressed(body, size);
    const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
    let offset = 0;
    const levels = (most: number, visit: (level: number, times: number) => void): void => {
      if (most === 0) return;
      if (offset + 4 > page.length) throw new ParquetError('a page is cut short');
      const end = offset + 4 + view.getUint32(offset, true);
      walkRuns(page, offset + 4, end, bitWidth(most), count, visit);
      offset = end;
    };
    const counts = this.#counts(count);
    levels(maxRepetition, counts.repetition);
    levels(maxDefinition, counts.definition);
    this.#valuesOf(page, offset, counts.present(), header.get(2), false);
    this.#add(count, counts.rows());
  }

  #dataPageV2(header: ThriftStruct, body: Uint8Array, size: number): void {
    const { maxDefinition, maxRepetition } = this.#chunk.leaf;
    const count = whole(header.get(1), 'the number of values of a page');
    const empty = whole(header.get(2), 'the number of empty values of a page', count);
    this.#budget.charge(0, count);
    const definitions = whole(header.get(5), 'the size of the levels of a page', body.length);
    const repetitions = whole(header.get(6), 'the size of the levels of a page', body.length);
    const start = definitions + repetitions;
    if (start > body.length || start > size) throw new ParquetError('a page is cut short');
    if ((maxRepetition === 0 && repetitions > 0) || (maxDefinition === 0 && start > 0))
      throw new ParquetError('a page has levels that its column has not');
    const counts = this.#counts(count);
    if (maxRepetition > 0) walkRuns(body, 0, repetitions, bitWidth(maxRepetition), count, counts.repetition);
    if (maxDefinition > 0)
      walkRuns(body, repetitions, start, bitWidth(maxDefinition), count, counts.definition);
    if (counts.present() !== count - empty || counts.rows() !== header.get(3))
      throw new ParquetError('a page has more or fewer values than it says');
    const rest = body.subarray(start);
    const isPlain = header.get(7) === false || size === start;
    const page = isPlain ? rest : this.#uncompressed(rest, size - start);
    this.#valuesOf(page, 0, count - empty, header.get(4), true);
    this.#add(count, counts.rows());
  }

  /** Counts the present values and the started rows from the levels. */
  #counts(count: number): LevelCounts {
    const { maxDefinition, maxRepetition } = this.#chunk.leaf;
    let [present, rows, first] = [0, 0, true];
    const isFirst = this.values === 0;
    return {
      repetition: (level: number, times: number): void => {
        if (level > maxRepetition || (first && isFirst && level > 0))
          throw new ParquetError('a page has a level that its column has not');
        first = false;
        if (level === 0) rows += times;
      },
      definition: (level: number, times: number): void => {
        if (level > maxDefinition) throw new ParquetError('a page has a level that its column has not');
        if (level === maxDefinition) present += times;
      },
      present: (): number => (maxDefinition === 0 ? count : present),
      rows: (): number => (maxRepetition === 0 ? count : rows),
    };
  }

  #add(values: number, rows: number): void {
    this.values += values;
    this.rows += rows;
    if (this.values > this.#chunk.values) throw new ParquetError('a column has more values than it says');
  }

  #uncompressed(body: Uint8Array, size: number): Uint8Array {
    const page = this.#chunk.codec === 'UNCOMPRESSED' ? body : this.#decompress(body, size);
    if (page.length !== size) throw new ParquetError('a page has another size than it says');
    return page;
  }

  #valuesOf(page: Uint8Array, start: number, count: number, encoding: unknown, isV2: boolean): void {
    const { type } = this.#chunk.leaf;
    switch (encoding) {
      case 0:
        this.#plain(page, start, count);
        return;
      case 2:
      case 8:
        this.#indices(page, start, count, isV2);
        return;
      case 3: {
        if (type !== 'BOOLEAN') break;
        const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
        if (start + 4 > page.length) throw new ParquetError('a page is cut short');
        walkRuns(page, start + 4, start + 4 + view.getUint32(start, true), 1, count, () => {});
        return;
      }
      case 5:
        if (type !== 'INT32' && type !== 'INT64') break;
        walkDeltas(page, start, count);
        return;
      case 6:
        if (type !== 'BYTE_ARRAY') break;
        this.#lengths(page, walkDeltas(page, start, count));
        return;
      case 7:
        if (type !== 'BYTE_ARRAY' && type !== 'FIXED_LEN_BYTE_ARRAY') break;
        this.#prefixes(page, start, count);
        return;
      case 9:
        if (type === 'BYTE_ARRAY' || type === 'BOOLEAN') break;
        this.#fits(page, start, count * this.#chunk.leaf.width);
        return;
    }
    throw new ParquetError(
      `a page of ${type} has the encoding ${String(Number(encoding))}, which is not read`,
    );
  }

  #plain(page: Uint8Array, start: number, count: number): void {
    const { type, width } = this.#chunk.leaf;
    if (type !== 'BYTE_ARRAY') {
      this.#fits(page, start, type === 'BOOLEAN' ? Math.ceil(count / 8) : count * width);
      return;
    }
    const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
    let offset = start;
    for (let i = 0; i < count; i++) {
      this.#fits(page, offset, 4);
      offset += 4 + view.getUint32(offset, true);
    }
    this.#fits(page, offset, 0);
  }

  #indices(page: Uint8Array, start: number, count: number, isV2: boolean): void {
    // The width of the indices comes first. The second version may omit it if there are no indices.
    if (count > 0 || !isV2) this.#fits(page, start, 1);
    if (count === 0) return;
    const choices = this.#dictionary;
    if (choices === undefined) throw new ParquetError('a column lacks its dictionary');
    const width = page[start]!;
    const visit = (index: number): void => {
      if (index >= choices) throw new ParquetError('a page has a value that its dictionary lacks');
    };
    if (width === 0 && !isV2) visit(0);
    else walkRuns(page, start + 1, page.length, width, count, visit);
  }

  #lengths(page: Uint8Array, { values, end }: DeltaValues): void {
    let offset = end;
    for (const length of values) {
      if (length < 0) throw new ParquetError('a text has a negative length');
      offset += length;
    }
    this.#fits(page, offset, 0);
  }

  /** Checks texts that share a prefix with the one before them. They can become much larger than their page. */
  #prefixes(page: Uint8Array, start: number, count: number): void {
    const prefixes = walkDeltas(page, start, count);
    const suffixes = walkDeltas(page, prefixes.end, count);
    this.#lengths(page, suffixes);
    let before = 0;
    for (const [i, prefix] of prefixes.values.entries()) {
      if (prefix < 0 || prefix > before) throw new ParquetError('a text begins with more than there is');
      before = prefix + suffixes.values[i]!;
      this.#budget.charge(before);
    }
  }

  #fits(page: Uint8Array, offset: number, size: number): void {
    if (offset + size > page.length) throw new ParquetError('a page is cut short');
  }
}

interface LevelCounts {
  repetition(level: number, times: number): void;
  definition(level: number, times: number): void;
  present(): number;
  rows(): number;
}

/** Returns the number of bits of the levels up to a maximum. */
function bitWidth(most: number): number {
  return 32 - Math.clz32(most);
}
