import { ModelFileError } from './errors.ts';
import { isObject } from './json.ts';
import { shown } from './shown.ts';

/** A rule for a field: text that follows "must be" in messages, and a check. */
export interface JsonRule<T> {
  /** Text that follows "must be". */
  readonly what: string;
  /** Returns whether a value follows the rule. */
  fits(value: unknown): value is T;
}

/** Any text, including the empty text. */
export const jsonText: JsonRule<string> = {
  what: 'a text',
  fits: (value) => typeof value === 'string',
};
/** A finite number. */
export const jsonNumber: JsonRule<number> = {
  what: 'a number',
  fits: (value): value is number => typeof value === 'number' && Number.isFinite(value),
};
export const jsonBoolean: JsonRule<boolean> = {
  what: 'true or false',
  fits: (value) => typeof value === 'boolean',
};
export const jsonObject: JsonRule<Readonly<Record<string, unknown>>> = {
  what: 'an object',
  fits: isObject,
};

/** The deepest nesting accepted. No setting is deeper. Deeper values could break or stall recursive code. */
const mostDepth = 32;

function isShallow(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth < mostDepth && Object.values(value).every((part) => isShallow(part, depth + 1));
}

/** Any value that is not nested deeply. */
export const jsonShallow: JsonRule<unknown> = {
  what: 'a value that is not nested deeply',
  fits: (value): value is unknown => isShallow(value),
};

/** A finite number from `least` to below `below`. */
export function jsonNumberIn(least: number, below: number): JsonRule<number> {
  return {
    what: below === Infinity ? `a number of at least ${least}` : `a number from ${least} to below ${below}`,
    fits: (value): value is number => jsonNumber.fits(value) && value >= least && value < below,
  };
}

/** A whole number from `least` to `most`. */
export function jsonCount(least: number, most: number = Number.MAX_SAFE_INTEGER): JsonRule<number> {
  return {
    what:
      most === Number.MAX_SAFE_INTEGER
        ? `a whole number of at least ${least}`
        : `a whole number from ${least} to ${most}`,
    fits: (value): value is number =>
      typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most,
  };
}

/** Exactly one value. */
export function jsonExactly<const T extends string | number | boolean | null>(expected: T): JsonRule<T> {
  return { what: shown(expected), fits: (value): value is T => value === expected };
}

/** One of several texts. */
export function jsonOneOf<const T extends string>(values: readonly T[]): JsonRule<T> {
  return {
    what: values.map((value) => `"${value}"`).join(' or '),
    fits: (value): value is T => values.some((allowed) => allowed === value),
  };
}

export function jsonOr<T, U>(first: JsonRule<T>, second: JsonRule<U>): JsonRule<T | U> {
  return {
    what: `${first.what} or ${second.what}`,
    fits: (value): value is T | U => first.fits(value) || second.fits(value),
  };
}

export function jsonOrNull<T>(rule: JsonRule<T>): JsonRule<T | null> {
  return {
    what: `${rule.what} or null`,
    fits: (value): value is T | null => value === null || rule.fits(value),
  };
}

export function jsonList<T>(rule: JsonRule<T>): JsonRule<readonly T[]> {
  return {
    what: `a list, each element ${rule.what}`,
    fits: (value): value is readonly T[] => Array.isArray(value) && value.every(rule.fits),
  };
}

/** An object whose values all follow one rule. */
export function jsonRecord<T>(rule: JsonRule<T>): JsonRule<Readonly<Record<string, T>>> {
  return {
    what: `an object, each value ${rule.what}`,
    fits: (value): value is Readonly<Record<string, T>> =>
      isObject(value) && Object.values(value).every(rule.fits),
  };
}

type Rules = Readonly<Record<string, JsonRule<unknown>>>;
type ShapeOf<R extends Rules> = { readonly [K in keyof R]: R[K] extends JsonRule<infer T> ? T : never };

/** An object with required and optional fields. Other fields are ignored. */
export function jsonShape<R extends Rules, O extends Rules = Record<never, never>>(
  required: R,
  optional?: O,
): JsonRule<ShapeOf<R> & Partial<ShapeOf<O>>> {
  const fields = Object.entries(required);
  const others = Object.entries(optional ?? {});
  return {
    what: `an object with ${fields.map(([key, { what }]) => `${key} (${what})`).join(', ')}`,
    fits: (value): value is ShapeOf<R> & Partial<ShapeOf<O>> =>
      isObject(value) &&
      fields.every(([key, rule]) => Object.hasOwn(value, key) && rule.fits(value[key])) &&
      others.every(([key, rule]) => !Object.hasOwn(value, key) || rule.fits(value[key])),
  };
}

/** The class of errors about a file. */
type FileError = new (message: string, options?: ErrorOptions) => Error;

/**
 * The object of a JSON file, or an object inside it. Fields are read one by one and always checked. Every error names
 * the file, the field, the expected value and the actual value.
 */
export class JsonFields {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #where: string;
  readonly #path: string;
  readonly #Failure: FileError;

  private constructor(
    fields: Readonly<Record<string, unknown>>,
    where: string,
    path: string,
    Failure: FileError,
  ) {
    this.#fields = fields;
    this.#where = where;
    this.#path = path;
    this.#Failure = Failure;
  }

  /**
   * @param where the file, for messages
   * @throws ModelFileError, or the given error class, if the text is not JSON or not an object
   */
  static parse(text: string, where: string, Failure: FileError = ModelFileError): JsonFields {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw new Failure(`${where} is not JSON; the file is damaged or incomplete`, { cause });
    }
    return JsonFields.of(value, where, Failure);
  }

  /** Wraps a value that has already been parsed. @throws as {@link parse} does */
  static of(value: unknown, where: string, Failure: FileError = ModelFileError): JsonFields {
    if (isObject(value)) return new JsonFields(value, where, '', Failure);
    throw new Failure(`${where} is not a JSON object but ${shown(value)}`);
  }

  get keys(): readonly string[] {
    return Object.keys(this.#fields);
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#fields, key);
  }

  /** Returns a field unchecked, for messages and for `shown`. */
  raw(key: string): unknown {
    return this.has(key) ? this.#fields[key] : undefined;
  }

  /** Returns a required field. */
  get<T>(key: string, rule: JsonRule<T>): T {
    const value = this.raw(key);
    if (rule.fits(value)) return value;
    throw this.error(
      value === undefined
        ? `${this.#path}${key} is missing; it must be ${rule.what}`
        : `${this.#path}${key} is ${shown(value)}; it must be ${rule.what}`,
    );
  }

  /** Returns an optional field, or `fallback` if it is missing. */
  take<T, F>(key: string, rule: JsonRule<T>, fallback: F): T | F {
    return this.has(key) ? this.get(key, rule) : fallback;
  }

  /** Returns a required object. */
  object(key: string): JsonFields {
    return new JsonFields(this.get(key, jsonObject), this.#where, `${this.#path}${key}.`, this.#Failure);
  }

  /** Refuses unknown fields, because their meaning would be ignored. */
  only(known: Iterable<string>): void {
    const names = new Set(known);
    const other = this.keys.filter((key) => !names.has(key));
    if (other.length === 0) return;
    throw this.error(
      `${other
        .slice(0, 5)
        .map((key) => `${this.#path}${shown(key).slice(1, -1)}`)
        .join(', ')} ` +
        `${other.length === 1 ? 'is' : 'are'} not known, so what the file means cannot be told`,
    );
  }

  /** Creates an error about this file. */
  error(message: string, cause?: unknown): Error {
    return new this.#Failure(`${this.#where}: ${message}`, cause === undefined ? {} : { cause });
  }
}
