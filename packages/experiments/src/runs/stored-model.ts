import { join, resolve } from 'node:path';
import type { ModelFolder } from '@scalearn/core';
import { localFolder, modelFolder, namedHubRepository, openModelFiles } from '@scalearn/encoders';
import type { HubOptions } from '@scalearn/hub';
import { type Calibration, type ModelInfo, noCalibration, readModelInfo } from '@scalearn/models';
import { FolderError } from '../errors.ts';
import { checkpointName, commitName, runFileName } from '../folders/names.ts';
import { isFile, statOf } from '../folders/paths.ts';
import { typed } from '../options/own-data.ts';
import { readRunFile } from './run-json.ts';
import type { RunFile } from './run-schema.ts';

/** A model folder with what its files say about it. */
export interface StoredModel {
  /** The folder as the user named it, or `hf:` with a name on the hub. */
  readonly path: string;
  /** Its files. */
  readonly folder: ModelFolder;
  /** Its `run.json`, which the command writes. */
  readonly run: RunFile | undefined;
  /** Its `scalearn.json`, which the command and the library write. */
  readonly info: ModelInfo | undefined;
}

/**
 * Opens a model folder and reads what describes it.
 *
 * @throws the errors of {@link openModelFolder}; FolderError, ModelError for a damaged description
 */
export async function openStoredModel(path: string, hub: HubOptions = {}): Promise<StoredModel> {
  const folder = await openModelFolder(path, hub);
  return { path, folder, run: await readRunFile(path), info: await readModelInfo(folder) };
}

/** Returns the absolute path of a model folder. A name on the hub is returned unchanged. */
export const modelPlace = (path: string): string => (isOnHub(path) ? path : resolve(path));

/** Returns whether a model is named on the hub: `hf:owner/name`. */
export const isOnHub = (path: string): boolean => namedHubRepository(path) !== undefined;

/**
 * Opens a model folder on this machine, or, as `hf:owner/name`, on the hub.
 *
 * @param hub how to reach the hub
 * @throws HubError if the hub cannot provide it; UnreadableModelFileError if there is no such folder; FolderError if it was not saved completely, or if its
 * run is unfinished
 */
export async function openModelFolder(path: string, hub: HubOptions = {}): Promise<ModelFolder> {
  if (isOnHub(path)) return modelFolder(await openModelFiles(path, hub));
  const folder = modelFolder(await localFolder(path));
  if (await statOf(join(path, commitName)))
    throw new FolderError(
      `${path} was not saved completely, because the command was stopped; finish it with the same command, or scalearn train --resume --out ${typed(path)}`,
    );
  if ((await isFile(join(path, checkpointName))) && !(await isFile(join(path, runFileName))))
    throw new FolderError(
      `${path} holds an unfinished run, and no model yet; continue it with: scalearn train --resume --out ${typed(path)}`,
    );
  return folder;
}

/**
 * Returns how a model's outputs become probabilities, as its `scalearn.json` says.
 *
 * @returns the calibration of a task by its id; `noCalibration` for folders of earlier versions and of other programs
 */
export function storedCalibration({ info }: Pick<StoredModel, 'info'>): (task: string) => Calibration {
  const tasks = info?.tasks ?? [];
  // A model of one task accepts other tasks with the same labels, such as new files.
  return (id) => tasks.find((task) => task.id === id) ?? (tasks.length === 1 ? tasks[0]! : noCalibration);
}
