import type { OptionWords } from './wording.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;

/** Bytes that any file may become, and how many times its size. */
const usual: Readonly<Record<'gzip' | 'parquet', { readonly least: number; readonly times: number }>> = {
  gzip: { least: 2 * MiB, times: 50 },
  parquet: { least: 64 * MiB, times: 200 },
};

/**
 * How many bytes the content of a compressed file may have: more would be a mistake or an attack rather than data.
 * Above 1 GiB it is at most ten times the file.
 *
 * @param given what was asked for instead
 */
export function sizeLimit(bytes: number, kind: keyof typeof usual, given: number | undefined): number {
  if (given !== undefined) return given;
  const { least, times } = usual[kind];
  return Math.max(least, Math.min(times * bytes, Math.max(GiB, 10 * bytes)));
}

/** The end of a message. */
export const howToRaise = (words: OptionWords): string =>
  words.say('maxFileSize', undefined, '; if that is right, allow more: ');
