import type { OptionWords } from './wording.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;

/** Limits of the decompressed size: a minimum in bytes, and a multiple of the file's size. */
const usual: Readonly<Record<'gzip' | 'parquet', { readonly least: number; readonly times: number }>> = {
  gzip: { least: 2 * MiB, times: 50 },
  parquet: { least: 64 * MiB, times: 200 },
};

/**
 * Returns the maximum size in bytes of a compressed file's content. A larger content indicates a mistake or an attack.
 * Above 1 GiB the limit is ten times the file's size.
 *
 * @param given limit set by the caller, which replaces the default
 */
export function sizeLimit(bytes: number, kind: keyof typeof usual, given: number | undefined): number {
  if (given !== undefined) return given;
  const { least, times } = usual[kind];
  return Math.max(least, Math.min(times * bytes, Math.max(GiB, 10 * bytes)));
}

/** The end of a message: how to raise the limit. */
export const howToRaise = (words: OptionWords): string =>
  words.say('maxFileSize', undefined, '; if that is right, allow more: ');
