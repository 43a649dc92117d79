import {
  type Encoder,
  type FileSet,
  type ModelSnapshot,
  snapshotFiles,
  type TrainedModel,
} from '@scalearn/core';
import { type CardDetails, modelCard, modelCardFile } from './model-card.ts';
import {
  type Calibration,
  type EncoderInfo,
  type ModelInfo,
  modelInfoFiles,
  noCalibration,
} from './model-info.ts';
import { writeFolder } from './write-folder.ts';

/** What is stored with a model besides its tensors. */
export interface ModelFilesOptions {
  /** Calibration of the only task, or of each task by its id. See {@link calibrate}. Default: none. */
  readonly calibration?: Calibration | Readonly<Record<string, Calibration>>;
  /** Where the encoder can be loaded from: a hub name, a URL or a path. Default: where it was loaded from. */
  readonly encoder?: string;
  /** How the model was trained and what it scored, for its card, `README.md`. Default: only what the model says. */
  readonly card?: CardDetails;
  /** Further files of the folder, by name. Default: none. */
  readonly files?: FileSet;
}

/** Options of {@link saveModel}. */
export interface SaveModelOptions extends ModelFilesOptions {
  /** Whether a folder that exists is replaced. Default false: it is an error. */
  readonly overwrite?: boolean;
}

/**
 * Returns the files of a model by relative path: its tensors with their configuration, in the formats of the Python
 * library `adapters`, `scalearn.json` with what is needed to load and use it, and a model
 * card, `README.md`. In a page, offer them as a download.
 */
export async function modelFiles(
  model: TrainedModel,
  { calibration = noCalibration, encoder, card = {}, files = {} }: ModelFilesOptions = {},
): Promise<FileSet> {
  const tasks = model.tasks.map(({ id, problem, labels, maxLength, truncation }) => ({
    ...{ id, problem, labels, maxLength, truncation },
    ...(isCalibration(calibration) ? calibration : (calibration[id] ?? noCalibration)),
  }));
  const info = { encoder: encoderInfo(model.encoder, encoder), tasks };
  const { parameterCount: parameters } = model;
  return { ...files, ...snapshotModelFiles(await model.snapshot(), { info, parameters, card }) };
}

/** What {@link snapshotModelFiles} writes beside the tensors. */
export interface SnapshotDescription {
  /** Content of `scalearn.json`. */
  readonly info: ModelInfo;
  /** Numbers of trained values of the method and of the heads. */
  readonly parameters: TrainedModel['parameterCount'];
  /** How the model was trained and what it scored. Default: only what the model says. */
  readonly card?: CardDetails;
}

/** Returns the files of a model that is not on a device, such as a merged one, as {@link modelFiles} does. */
export function snapshotModelFiles(
  snapshot: ModelSnapshot,
  { info, parameters, card = {} }: SnapshotDescription,
): FileSet {
  const files = snapshotFiles(snapshot);
  const methodId = snapshot.method.name;
  const text = modelCard({ ...card, info, methodId, parameters, files });
  return { ...files, ...modelInfoFiles(info), [modelCardFile]: text };
}

function isCalibration(value: object): value is Calibration {
  return 'temperature' in value && typeof value.temperature === 'number';
}

/** Describes an encoder so that it can be found and recognized. */
function encoderInfo({ name, fingerprint, architecture, source }: Encoder, place?: string): EncoderInfo {
  return { name, fingerprint, layers: architecture.layers, source: place ?? source ?? null };
}

/**
 * Saves a model in a folder, in Node and Deno. Readers see the complete folder or nothing of it.
 *
 * @throws ModelError if the folder exists and `overwrite` is not given, or if it cannot be written; it is then unchanged
 */
export async function saveModel(
  model: TrainedModel,
  folder: string,
  { overwrite = false, ...options }: SaveModelOptions = {},
): Promise<void> {
  await writeFolder(folder, await modelFiles(model, options), overwrite);
}
