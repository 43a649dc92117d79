import { mkdir, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import type { FileSet } from '@scalearn/core';
import { FolderError, systemCode } from '../errors.ts';
import { checkpointName, commitName, runFileName, temporaryName } from './names.ts';
import { isFolder, statOf } from './paths.ts';
import { removeTemporaries, syncFolder, writeFileSynced } from './write-file.ts';

// Replaces the content of a folder without replacing the folder itself, which may be a mount point. New files are
// written completely into a subfolder with a temporary name. Renaming the subfolder to its final name commits the new
// content. The remaining work is to remove old files and to move the new ones to their places. It can be repeated until
// it is done, by this process or by the next one if this one is killed.

/** Names in the folder of a commit: the new files, and the list of old files to remove. */
const newFiles = 'files';
const removals = 'remove.json';

/**
 * Replaces the files of a run, or other content of the folder. Files that do not belong to a run stay.
 *
 * @param removed names of further files to remove
 * @throws FolderError or an error of the system; the folder is then unchanged, or {@link finishCommit} puts the new
 * content in place
 */
export async function commitFiles(path: string, files: FileSet, removed: readonly string[]): Promise<void> {
  const existed = await isFolder(path);
  const staged = join(path, temporaryName());
  try {
    const gone = [...(await filesOfRun(path)), ...removed].filter((name) => !Object.hasOwn(files, name));
    for (const name of Object.keys(files)) await checkPlace(path, name, gone);
    await writeFiles(join(staged, newFiles), files);
    await writeFileSynced(join(staged, removals), JSON.stringify(gone));
    await syncFolder(staged);
    await rename(staged, join(path, commitName));
  } catch (error) {
    await rm(staged, { recursive: true, force: true }).catch(() => {});
    if (!existed) await rmdir(path).catch(() => {});
    throw error;
  }
  await syncFolder(path);
  await finishCommit(path);
}

/** Finishes the commit of a process that was killed or failed. */
export async function finishCommit(path: string): Promise<void> {
  const commit = join(path, commitName);
  if (await isFolder(commit)) {
    await removeOld(path, join(commit, removals));
    await moveNew(path, join(commit, newFiles));
    await rm(join(path, checkpointName), { force: true });
    await rm(commit, { recursive: true, force: true });
    await syncFolder(path);
  }
  await removeTemporaries(path);
}

/** Removes the old files. The list is removed last: without the list, `run.json` may already be the new one. */
async function removeOld(path: string, list: string): Promise<void> {
  const text = await readFile(list, 'utf8').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return;
  // `run.json` goes first, so that readers do not mistake a partial folder for a run.
  await rm(join(path, runFileName), { force: true });
  for (const name of readList(text, list)) {
    if (!isWithin(path, name)) continue;
    await rm(join(path, name), { force: true });
    for (let folder = dirname(normalize(name)); folder !== '.'; folder = dirname(folder))
      if (!(await removeEmpty(join(path, folder)))) break;
  }
  await syncFolder(path);
  await rm(list);
}

function readList(text: string, where: string): readonly string[] {
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list) && list.every((name) => typeof name === 'string')) return list;
  } catch {
    // Invalid JSON: the error below covers it as well.
  }
  const advice = 'remove the folder it lies in, and save again what was saved there';
  throw new FolderError(`${where} is damaged; ${advice}`);
}

/** Removes a folder if it is empty. @returns whether it was removed; false if it is not empty or does not exist */
async function removeEmpty(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return false;
    throw error;
  }
}

/** Moves the new files to their places. `run.json` comes last: its presence says that all files are in place. */
async function moveNew(path: string, from: string): Promise<void> {
  const found = await readdir(from, { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile());
  const names = files
    .map(({ parentPath, name }) => join(parentPath, name).slice(from.length + 1))
    .sort((a, b) => Number(a === runFileName) - Number(b === runFileName));
  const touched = new Set<string>();
  for (const name of names) {
    const target = join(path, name);
    if (name === runFileName) for (const each of touched) await syncFolder(each);
    if (!touched.has(dirname(target))) await mkdir(dirname(target), { recursive: true });
    await rename(join(from, name), target);
    touched.add(dirname(target));
  }
  for (const each of touched) await syncFolder(each);
}

async function writeFiles(folder: string, files: FileSet): Promise<void> {
  const made = new Set([folder]);
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    if (!made.has(dirname(path))) await mkdir(dirname(path), { recursive: true });
    await writeFileSynced(path, content);
    made.add(dirname(path));
  }
  for (const each of made) await syncFolder(each);
}

/**
 * Checks the place of a file.
 * @throws FolderError if it lies outside the folder, or if something that stays occupies it
 */
async function checkPlace(path: string, name: string, gone: readonly string[]): Promise<void> {
  if (!isWithin(path, name)) throw new FolderError(`the file ${name} would lie outside of ${path}`);
  if (await isFolder(join(path, name)))
    throw new FolderError(`${join(path, name)} is a folder, but a file must be written there; move it away`);
  for (let folder = dirname(name); folder !== '.'; folder = dirname(folder)) {
    const place = join(path, folder);
    if ((await statOf(place))?.isDirectory() === false && !gone.includes(folder))
      throw new FolderError(`${place} is a file, but a folder must be created there; move it away`);
  }
}

const isWithin = (folder: string, name: string): boolean => join(folder, name).startsWith(`${folder}${sep}`);

/**
 * Returns the names of the files that a run wrote. It uses what is readable of `run.json`, even if other parts are
 * damaged.
 */
async function filesOfRun(folder: string): Promise<readonly string[]> {
  try {
    const { files } = JSON.parse(await readFile(join(folder, runFileName), 'utf8')) as { files: unknown };
    return Array.isArray(files) ? files.filter((file) => typeof file === 'string') : [];
  } catch {
    return [];
  }
}
