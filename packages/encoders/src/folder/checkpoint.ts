import { openSafetensors, openShards, parseShardIndex, type TensorReader } from '@scalearn/core';
import { MissingModelFileError } from './errors.ts';
import type { ModelFiles } from './model-files.ts';

const WHOLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';
const PICKLES = ['pytorch_model.bin', 'pytorch_model.bin.index.json'];

/**
 * The tensors of a model: `model.safetensors`, or the files that `model.safetensors.index.json` names, as one reader.
 * Only headers are read now; each tensor when it is asked for.
 *
 * @throws MissingModelFileError where there is neither, SafetensorsError where a file is malformed
 */
export async function openCheckpoint(files: ModelFiles): Promise<TensorReader> {
  const open = async (name: string): Promise<TensorReader> =>
    openSafetensors(await files.source(name), `${files.describe()}/${name}`);

  if (await files.has(WHOLE)) return open(WHOLE);
  if (!(await files.has(INDEX))) {
    throw new MissingModelFileError([WHOLE, INDEX], files.describe(), await hint(files));
  }
  const index = parseShardIndex(await files.text(INDEX), `${files.describe()}/${INDEX}`);
  return openShards(index, async (shard) => ((await files.has(shard)) ? open(shard) : undefined));
}

async function hint(files: ModelFiles): Promise<string> {
  for (const pickle of PICKLES) {
    if (!(await files.has(pickle))) continue;
    return `It has ${pickle}; save the model as safetensors with transformers: model.save_pretrained(folder).`;
  }
  return 'Weights are read from these files; check that this is the place of an encoder.';
}
