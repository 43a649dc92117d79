import { mkdir, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import type { FileSet } from '@scalearn/core';
import { FolderError, systemCode } from '../errors.ts';
import { checkpointName, commitName, temporaryName } from './names.ts';
import { filesOfRun, runFileName } from './run-json.ts';
import { removeTemporaries, syncFolder, writeFileSynced } from './write-file.ts';

// How the content of a folder is replaced without touching the folder itself, which may be where a disk is mounted. New
// files are written whole into a folder within it, under a temporary name; giving that folder its final name decides that
// the new content counts. What is then left, removing old files and moving the new ones to their places, can be begun
// again and again until it is done: by this process, or by the next one, if it is killed.

/** In the folder of a commit: the new files, and names of the old ones that go. */
const newFiles = 'files';
const removals = 'remove.json';

/**
 * Replaces the files of a run, or of whatever the folder holds, by others. Files that are not of a run stay.
 *
 * @param removed names of more files that go
 * @throws FolderError or an error of the system; the folder is as it was, or {@link finishCommit} brings the new content
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

/** Puts a folder in order that a process has left which was killed, or failed. */
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

/** Removes the old files. The list goes last: without it, `run.json` may be the new one already. */
async function removeOld(path: string, list: string): Promise<void> {
  const text = await readFile(list, 'utf8').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return;
  // First, so that a reader does not take for a run what is half of one.
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
    // Told below.
  }
  throw new FolderError(
    `${where} is damaged; remove the folder it lies in, and save again what was saved there`,
  );
}

/** @returns whether it was removed: not where it holds more, or is gone already */
async function removeEmpty(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return false;
    throw error;
  }
}

/** Moves the new files to their places, `run.json` last: it says that all are there. */
async function moveNew(path: string, from: string): Promise<void> {
  const found = await readdir(from, { recursive: true, withFileTypes: true });
  const names = found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(from.length + 1))
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

/** @throws FolderError for a file that would lie outside, or whose place something takes that does not go */
async function checkPlace(path: string, name: string, gone: readonly string[]): Promise<void> {
  if (!isWithin(path, name)) throw new FolderError(`the file ${name} would lie outside of ${path}`);
  if (await isFolder(join(path, name)))
    throw new FolderError(`${join(path, name)} is a folder, where a file is to lie; move it away`);
  for (let folder = dirname(name); folder !== '.'; folder = dirname(folder)) {
    const found = await stat(join(path, folder)).catch(() => undefined);
    if (found && !found.isDirectory() && !gone.includes(folder))
      throw new FolderError(`${join(path, folder)} is a file, where a folder is to be; move it away`);
  }
}

const isWithin = (folder: string, name: string): boolean => join(folder, name).startsWith(`${folder}${sep}`);

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
