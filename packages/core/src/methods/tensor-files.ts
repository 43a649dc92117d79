import { ModelFileError } from '../files/errors.ts';
import { writeSafetensors } from '../files/safetensors/writer.ts';
import type { TensorReader } from '../files/tensor-reader.ts';
import type { TensorToWrite } from '../files/tensor-to-write.ts';
import { writeTorchFile } from '../files/torch/writer.ts';
import type { FileSet } from './method.ts';
import type { ModelFolder } from './model-folder.ts';

/**
 * Returns the names of the two files with the same tensors, by their common path: `rte/adapter` gives
 * `rte/adapter.safetensors` and `rte/pytorch_adapter.bin`. The `adapters` library reads the second file unless it is
 * told to read the first (docs/reference/formats.md#the-adapters-library). Folders contain both for all programs.
 */
function filesOf(path: string): readonly [safetensors: string, torch: string] {
  const at = path.lastIndexOf('/') + 1;
  return [`${path}.safetensors`, `${path.slice(0, at)}pytorch_${path.slice(at)}.bin`];
}

/**
 * Encodes tensors as files of a model folder.
 *
 * @param path such as `adapter`, `model_head` or `model_adapter_fusion`, after the subfolder, if any
 * @param metadata metadata of the safetensors file; torch files have none
 */
export function tensorFiles(
  path: string,
  tensors: Iterable<readonly [name: string, tensor: TensorToWrite]>,
  metadata: Readonly<Record<string, string>> = {},
): FileSet {
  const [safetensors, torch] = filesOf(path);
  const all = [...tensors];
  return {
    [safetensors]: writeSafetensors(all, { format: 'pt', ...metadata }),
    [torch]: writeTorchFile(all),
  };
}

/** The tensors of one file, and the name of the file in messages. */
export interface FolderTensors {
  /** Reads the tensors. */
  readonly tensors: TensorReader;
  /** The file, for messages. */
  readonly where: string;
}

/**
 * Opens the tensors of a model folder: the safetensors file if there is one, else the torch file.
 *
 * @throws ModelFileError if there is neither; SafetensorsError or TorchFileError for a malformed file
 */
export async function openFolderTensors(folder: ModelFolder, path: string): Promise<FolderTensors> {
  const files = filesOf(path);
  for (const file of files) {
    const tensors = await folder.tensors(file);
    if (tensors) return { tensors, where: `${folder.describe()}/${file}` };
  }
  throw new ModelFileError(
    `${folder.describe()} has no ${files.join(' and no ')}; it is not a complete model folder`,
  );
}
