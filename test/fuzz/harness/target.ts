import type * as fc from 'fast-check';

/** One input: files by name, as a parser would find them. */
export type Files = Readonly<Record<string, Uint8Array>>;

/** A parser with a generator of almost valid inputs. */
export interface FuzzTarget {
  /** Valid inputs that it must accept. Without this check, outdated generators would test nothing. */
  readonly valid: readonly Files[];
  /** Returns damaged versions of valid files. */
  readonly generate: fc.Arbitrary<Files>;
  /** Reads the files as the product does, and uses the result. Throws the product's errors. */
  parse(files: Files): Promise<unknown> | unknown;
}

/** Returns a required file of the input. */
export function fileOf(files: Files, name: string): Uint8Array {
  const bytes = files[name];
  if (!bytes) throw new TypeError(`the input has no file ${name}`);
  return bytes;
}

const decoder = new TextDecoder();
export const textOf = (files: Files, name: string): string => decoder.decode(fileOf(files, name));
const encoder = new TextEncoder();
export const utf8 = (text: string): Uint8Array => encoder.encode(text);
