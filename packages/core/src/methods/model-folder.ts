import { ModelFileError } from '../files/errors.ts';
import type { TensorReader } from '../files/tensor-reader.ts';
import type { NamedTensor } from '../nn/parameters.ts';

import type { Method, MethodTarget } from './method.ts';

/** A model folder, wherever it lies. */
export interface ModelFolder {
  describe(): string;
  /** A file's text, or undefined where there is none. */
  text(path: string): Promise<string | undefined>;
  /** A file of tensors, as `openTensorFile` opens it by its name, or undefined where there is none. */
  tensors(path: string): Promise<TensorReader | undefined>;
}

/** A file's content. @throws ModelFileError where there is none */
export async function requiredFile<T>(
  folder: ModelFolder,
  path: string,
  content: Promise<T | undefined>,
): Promise<T> {
  const found = await content;
  if (found === undefined)
    throw new ModelFileError(`${folder.describe()} has no ${path}; it is not a whole model folder`);
  return found;
}

/** What a stored method is to be put on. */
export interface ReadTarget extends Pick<MethodTarget, 'encoder' | 'encoderFingerprint'> {
  /** Names of the tasks it was trained on together, in joint training. */
  readonly tasks?: readonly string[];
}

/** A method as it lay in a folder. */
export interface StoredMethod extends Pick<MethodTarget, 'encoderConfig'> {
  readonly adapterName: string;
  readonly method: Method;
  /** The trained tensors by name. */
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  /** What could not be checked because its files do not say it, each a sentence for people. */
  readonly warnings?: readonly string[];
}

/**
 * Reads the folders that one kind of method writes.
 *
 * @returns undefined for a folder of another kind
 * @throws ModelFileError for one of its own that is damaged, or does not fit the encoder
 */
export type MethodReader = (folder: ModelFolder, target: ReadTarget) => Promise<StoredMethod | undefined>;
