import { isObject, LabelError, MalformedRowError, shown } from '../errors.ts';
import type { TableRow } from '../own/table.ts';

/** The values of a row by name, checked when they are read. Throws `MalformedRowError` with file, line and name. */
export class Fields {
  readonly #row: TableRow;
  /** Path of these values within the row, for messages. */
  readonly #within: string;

  constructor(row: TableRow, within = '') {
    this.#row = row;
    this.#within = within;
  }

  text(name: string): string {
    const value = this.#value(name);
    return typeof value === 'string' ? value : this.#refuse(name, 'a text');
  }

  whole(name: string): number {
    const value = this.#value(name);
    return isWhole(value) ? value : this.#refuse(name, 'a whole number of at least 0');
  }

  /** Returns a number within a range. Throws `LabelError`, because numbers are labels. */
  number(name: string, min: number, max: number): number {
    const value = this.#value(name);
    if (typeof value === 'number' && value >= min && value <= max) return value;
    return this.#refuseLabel(value, `a number from ${min} to ${max}`);
  }

  texts(name: string): readonly string[] {
    const value = this.#value(name);
    const isList = Array.isArray(value) && value.every((item) => typeof item === 'string');
    return isList ? value : this.#refuse(name, 'a list of texts');
  }

  object(name: string): Fields {
    const value = this.#value(name);
    return isObject(value) ? this.#inner(name, value) : this.#refuse(name, 'an object');
  }

  objects(name: string): readonly Fields[] {
    const value = this.#value(name);
    if (!Array.isArray(value) || !value.every(isObject)) return this.#refuse(name, 'a list of objects');
    return value.map((item, i) => this.#inner(`${name}[${i}]`, item));
  }

  /** Returns the id of a class, which is written as its id or its name, or as a boolean if there are two classes. */
  label(name: string, classes: readonly string[]): number {
    return this.#classId(this.#value(name), classes);
  }

  /**
   * Returns the ids of any number of classes, each written as in {@link label}. Returns none for a row that lacks the
   * list.
   */
  labels(name: string, classes: readonly string[]): readonly number[] {
    const value = this.#value(name);
    if (value === null) return [];
    if (!Array.isArray(value)) return this.#refuse(name, 'a list of labels');
    return value.map((item) => this.#classId(item, classes));
  }

  /** Returns this row with other values: one of several rows on a line. */
  with(values: Readonly<Record<string, unknown>>): Fields {
    return new Fields({ ...this.#row, values: new Map(Object.entries(values)) });
  }

  /** Refuses the row as a whole. The message says what is wrong. */
  refuse(what: string): never {
    const { path, line, unit } = this.#row;
    throw new MalformedRowError(path, line, `${what} Repair the row or fetch the file again.`, unit);
  }

  #classId(value: unknown, classes: readonly string[]): number {
    const id = typeof value === 'boolean' && classes.length === 2 ? Number(value) : value;
    if (isWhole(id) && id < classes.length) return id;
    const named = typeof value === 'string' ? classes.indexOf(value) : -1;
    if (named >= 0) return named;
    return this.#refuseLabel(value, `one of ${classes.join(', ')}`);
  }

  #refuseLabel(value: unknown, expected: string): never {
    const { path, line, unit } = this.#row;
    throw new LabelError(path, line, typeof value === 'string' ? value : shown(value), expected, unit);
  }

  #value(name: string): unknown {
    return this.#row.values.get(name);
  }

  #inner(name: string, values: Record<string, unknown>): Fields {
    const row = { ...this.#row, values: new Map(Object.entries(values)) };
    return new Fields(row, `${this.#within}${name}.`);
  }

  #refuse(name: string, expected: string): never {
    const value = this.#value(name);
    const found = value === undefined ? 'missing' : shown(value).slice(0, 40);
    return this.refuse(`${this.#within}${name} is ${found}, expected ${expected}.`);
  }
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
