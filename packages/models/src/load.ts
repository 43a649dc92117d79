import { baselineReaders } from '@scalearn/baselines';
import { type Device, type Encoder, readSnapshot, TrainedModel } from '@scalearn/core';
import { hasFunctions, type MethodDefinition } from '@scalearn/core/methods';
import {
  type LoadEncoderOptions,
  loadEncoder,
  type ModelFiles,
  modelFolder,
  openModelFiles,
} from '@scalearn/encoders';
import { ModelError } from './errors.ts';
import { LoadedModel } from './loaded-model.ts';
import { type ModelInfo, modelInfoFile, readModelInfo } from './model-info.ts';
import { tasksOf } from './tasks-of.ts';

/** Options of {@link loadModel}. Those of `loadEncoder` also apply to the model's own files. */
export interface LoadModelOptions extends Omit<LoadEncoderOptions, 'layers' | 'device'> {
  /** The device for the encoder. It may be left out if `encoder` is a loaded encoder. */
  readonly device?: Device;
  /**
   * A loaded encoder, which several models may share, or where to load it from. Default: where it was loaded from when
   * the model was saved.
   */
  readonly encoder?: Encoder | string | URL | ModelFiles;
  /** Definitions of methods besides those of core and baselines. Default: none. */
  readonly methods?: readonly MethodDefinition[];
}

/**
 * Loads a saved model with its encoder, ready to classify texts. It also loads folders of the Python library
 * `adapters`, which do not say which encoder they are for: `encoder` must then be given.
 *
 * @param source a local folder, a URL, a hub name such as `hf:user/model` (or `user/model`, if there is no such folder), or
 * opened files
 * @throws ModelError if the folder does not fit its encoder, ModelFileError if files are damaged, HubError
 */
export async function loadModel(
  source: string | URL | ModelFiles,
  options: LoadModelOptions,
): Promise<LoadedModel> {
  const { encoder: given, methods = [], device, ...loading } = options;
  const isNamed = typeof source === 'string' || source instanceof URL;
  const files = isNamed ? await openModelFiles(source, loading) : source;
  const where = files.describe();
  const info = await readModelInfo(modelFolder(files));
  if (!info && (await files.has('run.json')))
    throw new ModelError(
      `${where} is of an earlier version: it has run.json, but no ${modelInfoFile}, which says how texts are read. Use the command (scalearn predict), or train it again.`,
    );
  const isLoaded = isEncoder(given);
  const encoder = isLoaded ? given : await findEncoder(where, info, given, device, loading);
  try {
    checkEncoder(where, info, encoder);
    const target = {
      encoder: encoder.architecture,
      encoderFingerprint: encoder.fingerprint,
      modelName: encoder.name,
    };
    const readers = [...methods.flatMap(({ reader }) => reader ?? []), ...baselineReaders];
    const snapshot = await readSnapshot(modelFolder(files), target, readers);
    const tasks = tasksOf(where, info, snapshot);
    const model = await TrainedModel.fromSnapshot(encoder, snapshot, tasks);
    return new LoadedModel(model, tasks, { ownsEncoder: !isLoaded, warnings: snapshot.warnings ?? [] });
  } catch (error) {
    if (!isLoaded) encoder.dispose();
    throw error;
  }
}

function isEncoder(value: unknown): value is Encoder {
  return hasFunctions(value, 'encode', 'build', 'feeds');
}

/** Loads the encoder of a model from the given place, or from where it was. */
async function findEncoder(
  where: string,
  info: ModelInfo | undefined,
  given: string | URL | ModelFiles | undefined,
  device: Device | undefined,
  loading: Omit<LoadEncoderOptions, 'device'>,
): Promise<Encoder> {
  const place = given ?? info?.encoder.source ?? undefined;
  if (place === undefined)
    throw new ModelError(
      `${where} does not say where its encoder${info ? `, ${info.encoder.name},` : ''} can be loaded from; give encoder: a folder, a hub name or a loaded encoder.`,
    );
  if (!device) throw new ModelError('Give device, as requestDevice returns it, or a loaded encoder.');
  const layers = info ? { layers: info.encoder.layers } : {};
  try {
    return await loadEncoder(place, { ...loading, ...layers, device });
  } catch (error) {
    if (given !== undefined || !(error instanceof Error)) throw error;
    throw new ModelError(
      `The encoder of ${where} cannot be loaded from ${String(place)}. Give encoder: where it is now. ${error.message}`,
      { cause: error },
    );
  }
}

const short = (fingerprint: string): string => `${fingerprint.slice(0, 12)}…`;

function checkEncoder(where: string, info: ModelInfo | undefined, { name, fingerprint }: Encoder): void {
  if (!info || info.encoder.fingerprint === fingerprint) return;
  throw new ModelError(
    `${where} was trained on another encoder, ${info.encoder.name} (fingerprint ${short(info.encoder.fingerprint)}); ${name} has ${short(fingerprint)}.`,
  );
}
