import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Models and data that are too large for the repository. Tests that need them are skipped where they are absent. */
export const shared: string = resolve(root, process.env.SCALEARN_SHARED ?? '../shared');

/** All that was recorded, where a machine has it: folders, of which `SCALEARN_GOLDEN` may name others. */
const goldenFolders: readonly string[] = process.env.SCALEARN_GOLDEN
  ? process.env.SCALEARN_GOLDEN.split(delimiter).map((folder) => resolve(root, folder))
  : [join(shared, 'golden'), join(shared, 'golden-more')];

/** The selection of it that every clone has. */
export const selectionFolder: string = fileURLToPath(new URL('cases', import.meta.url));

/** Where recorded data is looked for. The first folder that has a file gives it: the selection may have only a part. */
export const recordedFolders: readonly string[] = [...goldenFolders, selectionFolder].filter((folder) =>
  existsSync(folder),
);

/**
 * Where a recorded file or folder lies.
 *
 * @param path relative to the folders of recorded data
 * @throws Error if no folder has it
 */
export function recordedPath(path: string): string {
  const folder = recordedFolders.find((each) => existsSync(join(each, path)));
  if (folder === undefined) throw new Error(`no recorded ${path} in ${recordedFolders.join(' or ')}`);
  return join(folder, path);
}

/** What a folder holds in any of the folders of recorded data. */
export function recordedNames(folder = ''): string[] {
  const found = recordedFolders.map((each) => join(each, folder)).filter((each) => existsSync(each));
  return [...new Set(found.flatMap((each) => readdirSync(each)))].sort();
}

/** The bytes of a file, or of the file compressed beside it. */
export function readBytes(path: string): Uint8Array {
  return existsSync(path) ? new Uint8Array(readFileSync(path)) : gunzip(`${path}.gz`);
}

const gunzip = (path: string): Uint8Array => new Uint8Array(gunzipSync(readFileSync(path)));

/** The bytes of a recorded file, as they were before compression. */
export function recordedBytes(path: string): Uint8Array {
  const has = (name: string): boolean => recordedFolders.some((each) => existsSync(join(each, name)));
  return has(path) ? readBytes(recordedPath(path)) : gunzip(recordedPath(`${path}.gz`));
}

/** The value of a recorded JSON file. */
export const recordedJson = <T>(path: string): T => JSON.parse(readFileSync(recordedPath(path), 'utf8')) as T;

/** The records of a recorded file that holds one JSON value on each line. */
export const recordedLines = <T>(path: string): T[] => readLines<T>(recordedPath(path));

/** The records of a file that holds one JSON value on each line. */
export const readLines = <T>(path: string): T[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);

/** Why a test that needs a file or folder is skipped, or undefined. */
export const skipReason = (path: string): string | undefined =>
  existsSync(path) ? undefined : `${path} is absent; SCALEARN_SHARED names a folder that has it`;
