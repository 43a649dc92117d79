import type { FileSet } from '@scalearn/core';
import { writeSafetensors } from '@scalearn/core/files';
import { encoderConfigJson } from '../model/config.ts';
import type { MaskedLanguageModel } from './model.ts';

export interface MaskedLMFileOptions {
  /** Storage type of the weights. Default: half precision. */
  readonly dtype?: 'F16' | 'F32';
}

/**
 * Returns a model as the files of a Hugging Face folder without the tokenizer's files: `config.json` and
 * `model.safetensors`, with the decoder tied to the word embeddings. `loadEncoder` and transformers
 * (`AutoModelForMaskedLM`, `AutoModel`) read it.
 */
export async function maskedLMFiles(
  model: MaskedLanguageModel,
  { dtype = 'F16' }: MaskedLMFileOptions = {},
): Promise<FileSet> {
  const tensors = await model.parameters.read();
  const weights = [...tensors].map(([name, { shape, data }]) => [name, { shape, data, dtype }] as const);
  return {
    'config.json': `${JSON.stringify(configOf(model), null, 2)}\n`,
    // transformers only reads files with the format `pt`.
    'model.safetensors': writeSafetensors(weights, { format: 'pt' }),
  };
}

function configOf({ config, family }: MaskedLanguageModel): Record<string, unknown> {
  return {
    ...(family.pythonClass === undefined ? {} : { architectures: [`${family.pythonClass}ForMaskedLM`] }),
    ...encoderConfigJson(config, { families: [family] }),
    tie_word_embeddings: true,
    // The type used in computation, independent of the storage type.
    dtype: 'float32',
  };
}
