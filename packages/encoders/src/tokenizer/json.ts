import { isObject } from '@scalearn/core/files';
import { TokenizerError } from './errors.ts';

/** An object of a JSON file with unchecked fields. */
export type Json = Readonly<Record<string, unknown>>;

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
  if (isObject(value)) return value;
  throw new TokenizerError('malformed', `${file} is not a JSON object. Fetch it again.`);
}

/** Returns the error for an invalid field of `tokenizer.json`. */
export function malformed(what: string, expected: string): TokenizerError {
  return new TokenizerError(
    'malformed',
    `${what} of tokenizer.json is not ${expected}. Fetch the file again.`,
  );
}

/** Returns the error for an unsupported kind or option. */
export function unsupported(what: string, why: string): TokenizerError {
  return new TokenizerError(
    'unsupported',
    `tokenizer.json has ${what}, which is not supported: ${why}. Use an encoder with another tokenizer, or change that part of the file.`,
  );
}

/** Formats a value of a file for a message: strings and numbers in full, otherwise the type. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (value === null || typeof value !== 'object') return String(value);
  return Array.isArray(value) ? 'a list' : 'an object';
}

export function isId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31;
}
