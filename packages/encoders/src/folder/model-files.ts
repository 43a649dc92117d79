import type { RandomAccess } from '@scalearn/core/files';
import { isInside } from '@scalearn/hub';
import { MissingModelFileError, type Place, UnreadableModelFileError } from './errors.ts';

/**
 * The files of one model (`config.json`, `tokenizer.json`, `model.safetensors`, …), wherever they lie. Names are
 * relative, with forward slashes, and cannot leave the place.
 */
export interface ModelFiles extends Place {
  /** Where the files are, for messages: a path, a URL, a hub name with its revision. */
  describe(): string;
  /** Whether there is such a file. */
  has(name: string): Promise<boolean>;
  /** A file as text. @throws MissingModelFileError, UnreadableModelFileError */
  text(name: string): Promise<string>;
  /** A file as bytes that are read when they are asked for. @throws MissingModelFileError, UnreadableModelFileError */
  source(name: string): Promise<RandomAccess>;
}

/** Refuses names that could lead out of the place: absolute ones, `..`, backslashes, schemes and drives. */
export function checkFileName(name: string, where: string): void {
  if (isInside(name)) return;
  throw new UnreadableModelFileError(`${JSON.stringify(name)} is not the name of a file inside ${where}.`);
}

/** The error for a file that the caller asked for by name. */
export function missingFile(name: string, place: string | Place): MissingModelFileError {
  return new MissingModelFileError(
    [name],
    place,
    'Check the name of the folder and whether it was copied whole.',
  );
}

/** Bytes of text that are read: no JavaScript string is longer, and no configuration or vocabulary comes near. */
export const LARGEST_TEXT: number = 2 ** 29 - 24;

/** Refuses to load a whole file as text that is far too large to be one. @throws UnreadableModelFileError */
export function checkTextSize(size: number, name: string, where: string): void {
  if (size <= LARGEST_TEXT) return;
  const message = `${name} in ${where} has ${size} bytes, which is too much for a file of text.`;
  throw new UnreadableModelFileError(`${message} Check that it is the right file.`);
}

/** The bytes of a file as text. @throws UnreadableModelFileError where they are not UTF-8 */
export function decodeText(bytes: Uint8Array, name: string, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UnreadableModelFileError(`${name} in ${where} is not UTF-8 text; it is damaged.`, { cause });
  }
}
