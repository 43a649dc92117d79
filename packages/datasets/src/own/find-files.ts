import { DatasetError, MissingFileError } from '../errors.ts';
import { type DataFile, readFile } from '../file.ts';
import type { FileSource } from '../source.ts';
import { tableKinds } from './read-table.ts';

/** The files of a custom task. */
export interface OwnFiles {
  readonly train: DataFile;
  readonly validation?: DataFile;
  readonly test?: DataFile;
}

const names: Readonly<Record<keyof OwnFiles, readonly string[]>> = {
  train: ['train', 'training'],
  validation: ['validation', 'valid', 'val', 'dev'],
  test: ['test'],
};

/**
 * Finds `train.csv` or a file of another supported format, and the files of the other splits if they exist.
 *
 * @param maxSize maximum size in bytes of a file's content
 */
export async function findFiles(source: FileSource, maxSize?: number): Promise<OwnFiles> {
  const train = await findTable(source, names.train, 'the train split', maxSize);
  const validation = await findTable(source, names.validation, 'the validation split', maxSize).catch(
    whereMissing,
  );
  const test = await findTable(source, names.test, 'the test split', maxSize).catch(whereMissing);
  return { train, ...(validation && { validation }), ...(test && { test }) };
}

/**
 * Finds the one file with any of these names and the extension of a table format.
 *
 * @param what description of the file, for messages
 * @param maxSize maximum size in bytes of its content
 * @throws MissingFileError if there is none, or DatasetError if there are several
 */
export async function findTable(
  source: FileSource,
  names: readonly string[],
  what: string,
  maxSize?: number,
): Promise<DataFile> {
  const candidates = names.flatMap((name) => tableKinds.map((kind) => `${name}.${kind}`));
  const found: DataFile[] = [];
  for (const path of candidates) {
    const file = await readFile(source, path, maxSize).catch(whereMissing);
    if (file) found.push(file);
  }
  const [file, other] = found;
  if (file === undefined) {
    const ends = tableKinds.map((kind) => `.${kind}`).join(', ');
    throw new MissingFileError(
      candidates,
      source.describe(),
      `Found no file for ${what} in ${source.describe()}. It is called ${names.join(' or ')} with one of ${ends} at the end, and .gz after it where it is compressed.`,
    );
  }
  if (other === undefined) return file;
  throw new DatasetError(
    `${file.path} and ${other.path} in ${source.describe()} could both be ${what}. Rename or move one of them.`,
  );
}

function whereMissing(error: unknown): undefined {
  if (!(error instanceof MissingFileError)) throw error;
}
