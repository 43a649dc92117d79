import { TokenizerError } from './errors.ts';

/** An object of a JSON file whose fields are still to be checked. */
export type Json = Readonly<Record<string, unknown>>;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws TokenizerError `malformed` unless the text is a JSON object */
export function parseJson(text: string, file: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new TokenizerError(
      'malformed',
      `${file} is not JSON: ${(cause as Error).message}. Fetch it again.`,
      { cause },
    );
  }
  if (isJson(value)) return value;
  throw new TokenizerError('malformed', `${file} is not a JSON object. Fetch it again.`);
}

/** The error for a field of `tokenizer.json` that is not what it should be. */
export function malformed(what: string, expected: string): TokenizerError {
  return new TokenizerError(
    'malformed',
    `${what} of tokenizer.json is not ${expected}. Fetch the file again.`,
  );
}

/** The error for a kind or an option that this library does not have. */
export function unsupported(what: string, why: string): TokenizerError {
  return new TokenizerError(
    'unsupported',
    `tokenizer.json has ${what}, which is not supported: ${why}. Use an encoder with another tokenizer, or change that part of the file.`,
  );
}

/** A value of a file for a message: strings and numbers as they are, of all else the kind. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (value === null || typeof value !== 'object') return String(value);
  return Array.isArray(value) ? 'a list' : 'an object';
}

export function isId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31;
}
