import {
  openShardedSafetensors,
  openTensorFile,
  parseShardIndex,
  type TensorReader,
} from '@scalearn/core/files';
import { MissingModelFileError } from './errors.ts';
import type { ModelFiles } from './model-files.ts';

/** Single files and the indexes of sharded ones, in search order. */
const forms = [
  { whole: 'model.safetensors', index: 'model.safetensors.index.json' },
  { whole: 'pytorch_model.bin', index: 'pytorch_model.bin.index.json' },
] as const;

/**
 * Opens the tensors of a model as one reader: `model.safetensors`, or the files listed in
 * `model.safetensors.index.json`. If neither exists, torch files with the names of transformers. Only headers are read
 * now. Each tensor is read on request.
 *
 * @throws MissingModelFileError if none of them exists, SafetensorsError or TorchFileError if a file is malformed
 */
export async function openCheckpoint(files: ModelFiles): Promise<TensorReader> {
  const open = async (name: string): Promise<TensorReader> =>
    openTensorFile(await files.source(name), `${files.describe()}/${name}`);

  for (const { whole, index } of forms) {
    if (await files.has(whole)) return open(whole);
    if (!(await files.has(index))) continue;
    const shards = parseShardIndex(await files.text(index), `${files.describe()}/${index}`);
    return openShardedSafetensors(shards, async (shard) =>
      (await files.has(shard)) ? open(shard) : undefined,
    );
  }
  throw new MissingModelFileError(
    forms.flatMap(({ whole, index }) => [whole, index]),
    files,
    'Weights are read from these files; check that this is the place of an encoder.',
  );
}
