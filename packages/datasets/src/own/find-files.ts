import { DatasetError, MissingFileError } from '../errors.ts';
import { type DataFile, readFile } from '../file.ts';
import type { FileSource } from '../source.ts';
import { tableKinds } from './read-table.ts';

/** The files of a task of your own. */
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

/** Finds `train.csv` and its like, and the files of the other splits where there are any. */
export async function findFiles(source: FileSource): Promise<OwnFiles> {
  const train = await findSplit(source, 'train');
  if (train === undefined) throw new MissingFileError(candidates('train'), source.describe());
  const validation = await findSplit(source, 'validation');
  const test = await findSplit(source, 'test');
  return { train, ...(validation && { validation }), ...(test && { test }) };
}

async function findSplit(source: FileSource, split: keyof OwnFiles): Promise<DataFile | undefined> {
  const found: DataFile[] = [];
  for (const path of candidates(split)) {
    try {
      found.push(await readFile(source, path));
    } catch (error) {
      if (!(error instanceof MissingFileError)) throw error;
    }
  }
  const [file, other] = found;
  if (other === undefined) return file;
  throw new DatasetError(
    `${file?.path} and ${other.path} in ${source.describe()} could both be the ${split} split. Rename or move one of them.`,
  );
}

const candidates = (split: keyof OwnFiles): string[] =>
  names[split].flatMap((name) => tableKinds.map((kind) => `${name}.${kind}`));
