import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import type { FileSet } from '@scalearn/core';
import { FolderError, UsageError } from '@scalearn/experiments';
import {
  asFolderError,
  checkpointName,
  isFile,
  isFolder,
  openStoredModel,
  predictionsFileName,
  runFileName,
  type StoredModel,
} from '@scalearn/experiments/runs';
import { HubError, parseHubName } from '@scalearn/hub';
import { modelInfoFile, modelInfoFiles } from '@scalearn/models';

/** A model as others load it. */
export interface PublishedModel {
  readonly files: FileSet;
  /** Where the encoder can be loaded from: a name on the hub or a URL; null if the model does not say. */
  readonly encoder: string | null;
}

/**
 * Reads what a loader needs of a model folder: tensors with their configuration, the model card, and `scalearn.json`
 * without paths of this machine. `run.json`, checkpoints, kept predictions and other files are left out.
 *
 * @param encoder hub name or URL of the encoder; by default that of `scalearn.json`, if it is not a path
 * @throws FolderError for a folder without a model; UsageError for an encoder that others cannot load
 */
export async function publishedModel(path: string, encoder?: string): Promise<PublishedModel> {
  const stored = await openStoredModel(path);
  const { info, run, folder } = stored;
  if (!(await isFolder(path))) throw new FolderError(`${path} is not a folder of this machine; give one`);
  if (!info && run)
    throw new FolderError(
      `${path} is of an earlier version, without ${modelInfoFile}, which loaders need; train the model again`,
    );
  if (!info && (await folder.text('adapter_config.json')) === undefined)
    throw new FolderError(
      `${path} has neither ${modelInfoFile} nor adapter_config.json; give the folder of a trained model`,
    );
  if (encoder !== undefined && !(await canBeLoadedElsewhere(encoder)))
    throw new UsageError(
      `--encoder ${encoder} is not a name on the hub or a URL, so others could not load it; give one, or leave it out`,
    );
  const files: Record<string, Uint8Array | string> = {};
  for (const name of await namesOf(stored)) files[name] = await read(path, name);
  if (!info) return { files, encoder: null };
  const own = info.encoder.source;
  const source = encoder ?? (own !== null && (await canBeLoadedElsewhere(own)) ? own : null);
  Object.assign(files, modelInfoFiles({ ...info, encoder: { ...info.encoder, source } }));
  return { files, encoder: source };
}

/** Returns whether another machine can load an encoder from there. */
async function canBeLoadedElsewhere(source: string): Promise<boolean> {
  if (/^https?:\/\//.test(source)) return true;
  if (await isFolder(source)) return false;
  try {
    return parseHubName(source).repo.length > 0;
  } catch (error) {
    if (error instanceof HubError) return false;
    throw error;
  }
}

/** Files of a run's folder that only this machine uses. */
const ownFiles: readonly string[] = [runFileName, checkpointName, predictionsFileName];
const kinds = /\.(?:json|safetensors|bin|md)$/;

/** Returns the names of the files to publish, sorted. */
async function namesOf({ path, run }: StoredModel): Promise<readonly string[]> {
  const names = run?.files ?? (await listed(path));
  return names
    .filter((name) => kinds.test(name) && !ownFiles.includes(basename(name)) && !/(^|\/)\./.test(name))
    .toSorted();
}

/** Lists the files of a folder without those of other runs in it. */
async function listed(path: string): Promise<readonly string[]> {
  const names = (await readdir(path, { recursive: true })).map((name) => name.split(sep).join('/'));
  const runs = names.filter((name) => basename(name) === runFileName && name !== runFileName);
  const isOther = (name: string): boolean => runs.some((run) => name.startsWith(`${dirname(run)}/`));
  const files: string[] = [];
  for (const name of names) if (!isOther(name) && (await isFile(join(path, name)))) files.push(name);
  return files;
}

async function read(path: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(join(path, name));
  } catch (error) {
    throw asFolderError(error, `${join(path, name)} could not be read`);
  }
}
