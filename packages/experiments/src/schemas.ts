import { isObject, shown } from '@scalearn/core/files';
import { suggest } from '@scalearn/datasets';
import type { SchemaFault } from '@scalearn/report';
import * as v from 'valibot';

// Parts of schemas of files. Every message says what the value must be, in words that follow "must be".

export const maybeNull = ', or null';
export const maybeMissing = ', or missing';

export const text: v.GenericSchema<unknown, string> = v.pipe(v.string('a text'), v.minLength(1, 'a text'));
export const textOrNull: v.GenericSchema<unknown, string | null> = v.nullable(
  v.pipe(v.string(`a text${maybeNull}`), v.minLength(1, `a text${maybeNull}`)),
);
export const someTexts: v.GenericSchema<unknown, string[]> = v.array(text, 'a list of texts');

/** Describes a fault, in words that follow the name of the value: `must be a text, not 1`. */
export function faultText({ what, found, field }: SchemaFault): string {
  return field === undefined ? `must be ${what}, not ${shown(found)}` : what;
}

/** Schema of a whole number. @param more other accepted values, for the message */
export function whole(least: number, more = ''): v.GenericSchema<unknown, number> {
  const what = `a whole number of at least ${least}${more}`;
  return v.pipe(v.number(what), v.safeInteger(what), v.minValue(least, what));
}

/** Schema of a list that is not empty. */
export function list<T>(item: v.GenericSchema<unknown, T>): v.GenericSchema<unknown, T[]> {
  return v.pipe(v.array(item, 'a list'), v.nonEmpty('a list that is not empty'));
}

/** Schema of one of several words. Its message suggests the most similar one. */
export function oneOf<const Word extends string>(words: readonly Word[]): v.GenericSchema<unknown, Word> {
  return v.picklist(words, ({ input }) => {
    const meant = suggest(String(input), words);
    return `one of ${words.join(', ')}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`;
  });
}

const object = v.custom<object>(isObject, 'an object');

/** Schema of an object with exactly these fields. Its messages are complete, and name the missing or unknown field. */
export function fields<const Entries extends v.ObjectEntries>(
  entries: Entries,
): v.GenericSchema<unknown, v.InferOutput<v.StrictObjectSchema<Entries, undefined>>> {
  const known = Object.keys(entries);
  return v.pipe(
    object,
    v.strictObject(entries, ({ expected, input }) => {
      if (expected !== 'never') return `needs ${expected?.replaceAll('"', "'")}`;
      const meant = suggest(String(input), known);
      const hint = meant === undefined ? ` It has ${known.join(', ')}` : ` Did you mean ${meant}?`;
      return `has no ${shown(input).replace(/^"|"$/g, "'")}.${hint}`;
    }),
  );
}

/** Schema of an object with any of these fields and no others. Fields that are not given are absent, not undefined. */
export function anyOf<T>(
  values: ReadonlyMap<string, v.GenericSchema<unknown, T>>,
): v.GenericSchema<unknown, Record<string, T>> {
  const entries = Object.fromEntries([...values].map(([name, value]) => [name, v.exactOptional(value)]));
  return fields(entries) as v.GenericSchema<unknown, Record<string, T>>;
}

/** Schema of an object whose values all have the same schema. */
export function recordOf<T>(
  value: v.GenericSchema<unknown, T>,
  key: v.GenericSchema<string, string> = v.string(),
): v.GenericSchema<unknown, Record<string, T>> {
  return v.pipe(
    object,
    // Names that valibot would skip.
    v.check(
      (given) => !['__proto__', 'prototype', 'constructor'].some((name) => Object.hasOwn(given, name)),
      "an object without the names '__proto__', 'prototype' and 'constructor'",
    ),
    v.record(key, value),
  );
}

export const number: v.GenericSchema<unknown, number> = v.pipe(v.number('a number'), v.finite('a number'));
export const numberOrNull: v.GenericSchema<unknown, number | null> = v.nullable(
  v.pipe(v.number(`a number${maybeNull}`), v.finite(`a number${maybeNull}`)),
);
