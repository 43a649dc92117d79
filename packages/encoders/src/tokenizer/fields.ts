import { isObject } from '@scalearn/core/files';
import { type Json, malformed, shown, unsupported } from './json.ts';

/**
 * Reads the fields of one component of a tokenizer.json by name and type. `close` refuses fields that were not read,
 * because their meaning is unknown.
 */
export class Fields {
  /** The kind of component; empty if an older file omits it. */
  readonly type: string;
  /** Path of the component in the file, for messages. */
  readonly where: string;
  readonly #json: Json;
  readonly #unread: Set<string>;

  constructor(json: unknown, where: string) {
    if (!isObject(json)) throw malformed(where, 'an object');
    const { type = '' } = json;
    if (typeof type !== 'string') throw malformed(`${where}.type`, 'the name of a kind');
    this.type = type;
    this.where = where;
    this.#json = json;
    this.#unread = new Set(Object.keys(json));
    this.#unread.delete('type');
  }

  has(name: string): boolean {
    return this.raw(name) !== undefined;
  }

  /** Returns a field unchecked. */
  raw(name: string): unknown {
    this.#unread.delete(name);
    return Object.hasOwn(this.#json, name) ? this.#json[name] : undefined;
  }

  /** Skips fields that do not affect the ids of a text. */
  skip(...names: string[]): this {
    for (const name of names) this.#unread.delete(name);
    return this;
  }

  string(name: string, fallback?: string): string {
    const value = this.raw(name) ?? fallback;
    if (typeof value === 'string') return value;
    throw malformed(`${this.where}.${name}`, 'a text');
  }

  boolean(name: string, fallback?: boolean): boolean {
    const value = this.raw(name) ?? fallback;
    if (typeof value === 'boolean') return value;
    throw malformed(`${this.where}.${name}`, 'true or false');
  }

  count(name: string, fallback?: number): number {
    const value = this.raw(name) ?? fallback;
    if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
    throw malformed(`${this.where}.${name}`, 'a whole number');
  }

  /** Returns one Unicode character. */
  character(name: string): string {
    const value = this.string(name);
    if ([...value].length === 1) return value;
    throw malformed(`${this.where}.${name}`, 'one character');
  }

  oneOf<T extends string>(name: string, choices: readonly T[], fallback?: T): T {
    const value = this.raw(name) ?? fallback;
    const choice = choices.find((choice) => choice === value);
    if (choice !== undefined) return choice;
    throw unsupported(`${this.where}.${name} ${shown(value)}`, `known are ${choices.join(', ')}`);
  }

  list(name: string): readonly unknown[] {
    const value = this.raw(name);
    if (Array.isArray(value)) return value;
    throw malformed(`${this.where}.${name}`, 'a list');
  }

  /** @throws TokenizerError `unsupported` if there are fields that were not read */
  close(): void {
    const [name] = this.#unread;
    if (name === undefined) return;
    throw unsupported(
      `the option ${shown(name)} in ${this.where}`,
      `${this.type || 'a tokenizer'} has no such option`,
    );
  }
}

/** Maximum nesting depth of components. Real files stay far below it. */
const DEEPEST = 32;

/** Reads the components of a `Sequence`, each with `read`. */
export function readSequence<T>(
  fields: Fields,
  name: string,
  depth: number,
  read: (config: unknown, where: string, depth: number) => T,
): T[] {
  if (depth >= DEEPEST)
    throw unsupported(
      `a Sequence in ${fields.where.slice(0, 40)}…`,
      `it is nested more than ${DEEPEST} deep`,
    );
  return fields.list(name).map((config, i) => read(config, `${fields.where}.${name}[${i}]`, depth + 1));
}
