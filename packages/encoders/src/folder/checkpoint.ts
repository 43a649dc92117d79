import {
  openShardedSafetensors,
  openTensorFile,
  parseShardIndex,
  type TensorReader,
} from '@scalearn/core/files';
import { MissingModelFileError } from './errors.ts';
import type { ModelFiles } from './model-files.ts';

/** Whole files and the indexes of sharded ones, in the order in which they are looked for. */
const forms = [
  { whole: 'model.safetensors', index: 'model.safetensors.index.json' },
  { whole: 'pytorch_model.bin', index: 'pytorch_model.bin.index.json' },
] as const;

/**
 * The tensors of a model: `model.safetensors`, or the files that `model.safetensors.index.json` names, as one reader;
 * where there is neither, torch files by the names that transformers gives them. Only headers are read now; each tensor
 * when it is asked for.
 *
 * @throws MissingModelFileError where there is none of them, SafetensorsError or TorchFileError where a file is malformed
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
