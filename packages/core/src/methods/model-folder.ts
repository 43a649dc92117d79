import { ArgumentError } from '../errors.ts';
import { ModelFileError } from '../files/errors.ts';
import type { TensorReader } from '../files/tensor-reader.ts';
import type { SavedHead } from '../nn/head.ts';
import type { NamedTensor } from '../nn/parameters.ts';

import type { Method, MethodTarget } from './method.ts';

/** A model folder on any storage. */
export interface ModelFolder {
  /** Returns the folder's location, for messages. */
  describe(): string;
  /** Reads a file's text; undefined if there is no such file. */
  text(path: string): Promise<string | undefined>;
  /** Opens a tensor file as `openTensorFile` does by its name; undefined if there is no such file. */
  tensors(path: string): Promise<TensorReader | undefined>;
}

/** Returns a file's content. @throws ModelFileError if the file is missing */
export async function requiredFile<T>(
  folder: ModelFolder,
  path: string,
  content: Promise<T | undefined>,
): Promise<T> {
  const found = await content;
  if (found === undefined)
    throw new ModelFileError(`${folder.describe()} has no ${path}; it is not a complete model folder`);
  return found;
}

/** Makes an object from the settings of a file. An ArgumentError about them becomes an error about the file. */
export function fileFault<T>(where: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (cause instanceof ArgumentError) throw new ModelFileError(`${where}: ${cause.message}`, { cause });
    throw cause;
  }
}

/** The encoder and tasks that a stored method is loaded for. */
export interface ReadTarget extends Pick<MethodTarget, 'encoder' | 'encoderFingerprint'> {
  /** Names of the tasks that were trained together, in joint training; absent otherwise */
  readonly tasks?: readonly string[];
}

/** A method that was read from a folder. */
export interface StoredMethod extends Pick<MethodTarget, 'encoderConfig'> {
  /** Name of the adapter, from its files. */
  readonly adapterName: string;
  /** The method with the settings of its files. */
  readonly method: Method;
  /** The trained tensors by name. */
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  /** The head, if the method's own files contain it; absent if only files of heads can */
  readonly head?: SavedHead;
  /**
   * Warnings about properties that could not be checked, because its files do not contain them; absent if there are
   * none
   */
  readonly warnings?: readonly string[];
}

/**
 * Reads the folders that one method writes.
 *
 * @returns undefined for a folder of another kind
 * @throws ModelFileError for a folder of this method that is damaged or does not fit the encoder
 */
export type MethodReader = (folder: ModelFolder, target: ReadTarget) => Promise<StoredMethod | undefined>;
