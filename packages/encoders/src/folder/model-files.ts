import type { RandomAccess } from '@scalearn/core/files';
import { isInside } from '@scalearn/hub';
import { MissingModelFileError, type Place, UnreadableModelFileError } from './errors.ts';

/**
 * The files of one model (`config.json`, `tokenizer.json`, `model.safetensors`, …) in any kind of place. Names are
 * relative, use forward slashes, and cannot leave the place.
 */
export interface ModelFiles extends Place {
  /** Returns where the files are, for messages: a path, a URL, or a hub name with its revision. */
  describe(): string;
  /** Returns whether a file exists. */
  has(name: string): Promise<boolean>;
  /** Reads a file as text. @throws MissingModelFileError, UnreadableModelFileError */
  text(name: string): Promise<string>;
  /** Opens a file as bytes that are read on request. @throws MissingModelFileError, UnreadableModelFileError */
  source(name: string): Promise<RandomAccess>;
  /** Returns the size of a file in bytes, without downloading it; only for models on the hub. */
  size?(name: string): Promise<number | undefined>;
  /** Returns the names of all files, sorted; absent for a place that cannot list them, such as a URL */
  list?(): Promise<readonly string[]>;
}

/** Refuses names that could leave the place: absolute paths, `..`, backslashes, schemes and drives. */
export function checkFileName(name: string, where: string): void {
  if (isInside(name)) return;
  throw new UnreadableModelFileError(`${JSON.stringify(name)} is not the name of a file inside ${where}.`);
}

/** Returns the files of a folder inside a place, as a place of its own. */
export function innerFiles(files: ModelFiles, folder: string): ModelFiles {
  checkFileName(folder, files.describe());
  const { list, size } = files;
  const within = `${folder}/`;
  return {
    describe: () => `${files.describe()}/${folder}`,
    advice: files.advice,
    has: (name) => files.has(within + name),
    text: (name) => files.text(within + name),
    source: (name) => files.source(within + name),
    ...(size && { size: (name: string) => size(within + name) }),
    ...(list && {
      list: async () =>
        (await list()).flatMap((name) => (name.startsWith(within) ? [name.slice(within.length)] : [])),
    }),
  };
}

/** Returns the error for a file that the caller requested by name. */
export function missingFile(name: string, place: string | Place): MissingModelFileError {
  return new MissingModelFileError(
    [name],
    place,
    'Check the name of the folder and whether it was copied whole.',
  );
}

/** Maximum size in bytes of a text file. It is the maximum length of a JavaScript string. */
export const LARGEST_TEXT: number = 2 ** 29 - 24;

/** Refuses to read a file as text if it is too large. @throws UnreadableModelFileError */
export function checkTextSize(size: number, name: string, where: string): void {
  if (size <= LARGEST_TEXT) return;
  const message = `${name} in ${where} has ${size} bytes, which is too large for a text file.`;
  throw new UnreadableModelFileError(`${message} Check that it is the right file.`);
}

/** Decodes the bytes of a file as text. @throws UnreadableModelFileError if they are not UTF-8 */
export function decodeText(bytes: Uint8Array, name: string, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UnreadableModelFileError(`${name} in ${where} is not UTF-8 text; it is damaged.`, { cause });
  }
}
