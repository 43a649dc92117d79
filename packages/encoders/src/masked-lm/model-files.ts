import type { FileSet } from '@scalearn/core';
import { writeSafetensors } from '@scalearn/core/files';
import { encoderConfigJson } from '../model/config.ts';
import type { MaskedLanguageModel } from './model.ts';

export interface MaskedLMFileOptions {
  /** How weights are stored; half precision by default. */
  readonly dtype?: 'F16' | 'F32';
}

/**
 * A model as the files of a Hugging Face folder, but for its tokenizer's: `config.json` and `model.safetensors`, the
 * decoder tied to the word embeddings. `loadEncoder` reads it, and so does transformers (`AutoModelForMaskedLM`,
 * `AutoModel`).
 */
export async function maskedLMFiles(
  model: MaskedLanguageModel,
  { dtype = 'F16' }: MaskedLMFileOptions = {},
): Promise<FileSet> {
  const tensors = await model.parameters.read();
  const weights = [...tensors].map(([name, { shape, data }]) => [name, { shape, data, dtype }] as const);
  return {
    'config.json': `${JSON.stringify(configOf(model), null, 2)}\n`,
    // transformers reads only files that say they are PyTorch's.
    'model.safetensors': writeSafetensors(weights, { format: 'pt' }),
  };
}

function configOf({ config, family }: MaskedLanguageModel): Record<string, unknown> {
  return {
    ...(family.pythonClass === undefined ? {} : { architectures: [`${family.pythonClass}ForMaskedLM`] }),
    ...encoderConfigJson(config, { families: [family] }),
    tie_word_embeddings: true,
    // What it computes in, whatever the file stores.
    dtype: 'float32',
  };
}
