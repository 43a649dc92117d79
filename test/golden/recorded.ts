import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Models and data that are too large for the repository. Tests that need them are skipped if they are missing. */
export const shared: string = resolve(root, process.env.SCALEARN_SHARED ?? '../shared');

/** Folders of all recorded data, if a machine has them. `SCALEARN_GOLDEN` may name other folders. */
const goldenFolders: readonly string[] = process.env.SCALEARN_GOLDEN
  ? process.env.SCALEARN_GOLDEN.split(delimiter).map((folder) => resolve(root, folder))
  : [join(shared, 'golden'), join(shared, 'golden-more')];

/** The selection of recorded data in the repository. */
export const selectionFolder: string = fileURLToPath(new URL('cases', import.meta.url));

/**
 * Folders that are searched for recorded data. The first folder with a file is used, because the selection may have
 * only a part.
 */
export const recordedFolders: readonly string[] = [...goldenFolders, selectionFolder].filter((folder) =>
  existsSync(folder),
);

/**
 * Returns the path of a recorded file or folder.
 *
 * @param path relative to the folders of recorded data
 * @throws Error if no folder has it
 */
export function recordedPath(path: string): string {
  const folder = recordedFolders.find((each) => existsSync(join(each, path)));
  if (folder === undefined) throw new Error(`no recorded ${path} in ${recordedFolders.join(' or ')}`);
  return join(folder, path);
}

/** Returns the names in a folder, from all folders of recorded data. */
export function recordedNames(folder = ''): string[] {
  const found = recordedFolders.map((each) => join(each, folder)).filter((each) => existsSync(each));
  return [...new Set(found.flatMap((each) => readdirSync(each)))].sort();
}

/** Returns the bytes of a file, or of the compressed file next to it. */
export function readBytes(path: string): Uint8Array {
  return existsSync(path) ? new Uint8Array(readFileSync(path)) : gunzip(`${path}.gz`);
}

const gunzip = (path: string): Uint8Array => new Uint8Array(gunzipSync(readFileSync(path)));

/** Returns the decompressed bytes of a recorded file. */
export function recordedBytes(path: string): Uint8Array {
  const has = (name: string): boolean => recordedFolders.some((each) => existsSync(join(each, name)));
  return has(path) ? readBytes(recordedPath(path)) : gunzip(recordedPath(`${path}.gz`));
}

/** Returns the value of a recorded JSON file. */
export const recordedJson = <T>(path: string): T => JSON.parse(readFileSync(recordedPath(path), 'utf8')) as T;

/** Returns the records of a recorded file with one JSON value per line. */
export const recordedLines = <T>(path: string): T[] => readLines<T>(recordedPath(path));

/** Returns the records of a file with one JSON value per line. */
export const readLines = <T>(path: string): T[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);

/** Returns why a test that needs a file or folder is skipped, or undefined. */
export const skipReason = (path: string): string | undefined =>
  existsSync(path) ? undefined : `${path} is absent; SCALEARN_SHARED names a folder that has it`;
