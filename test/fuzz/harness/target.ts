import type * as fc from 'fast-check';

/** One input: files by name, as a parser would find them. */
export type Files = Readonly<Record<string, Uint8Array>>;

/** A parser with a generator of what is nearly right for it. */
export interface FuzzTarget {
  /** What it must read: generators of files that no longer are what they were would try nothing. */
  readonly valid: readonly Files[];
  /** Valid files, damaged. */
  readonly generate: fc.Arbitrary<Files>;
  /** Reads them as the product does, and uses what it read. Throws what the product throws. */
  parse(files: Files): Promise<unknown> | unknown;
}

/** A file of the input that there must be. */
export function fileOf(files: Files, name: string): Uint8Array {
  const bytes = files[name];
  if (!bytes) throw new TypeError(`the input has no file ${name}`);
  return bytes;
}

const decoder = new TextDecoder();
export const textOf = (files: Files, name: string): string => decoder.decode(fileOf(files, name));
const encoder = new TextEncoder();
export const utf8 = (text: string): Uint8Array => encoder.encode(text);
