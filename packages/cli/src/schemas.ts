import * as v from 'valibot';

// Parts of schemas of files. Every message says what the value must be, in words that follow "must be".

export const maybeNull = ', or null';
export const maybeMissing = ', or missing';

export const text: v.GenericSchema<string> = v.pipe(v.string('a text'), v.minLength(1, 'a text'));
export const textOrNull: v.GenericSchema<string | null> = v.nullable(
  v.pipe(v.string(`a text${maybeNull}`), v.minLength(1, `a text${maybeNull}`)),
);
export const someTexts: v.GenericSchema<string[]> = v.array(text, 'a list of texts');

/** A whole number. @param more what else may stand there, for the message */
export function whole(least: number, more = ''): v.GenericSchema<number> {
  const what = `a whole number of at least ${least}${more}`;
  return v.pipe(v.number(what), v.safeInteger(what), v.minValue(least, what));
}
