import type { FileSet } from '@scalearn/core';
import { writeSafetensors } from '@scalearn/core';
import { configJson } from '../model/config-json.ts';
import type { MaskedLanguageModel } from './model.ts';

export interface MaskedLMFileOptions {
  /** How weights are stored; half precision by default. */
  readonly dtype?: 'F16' | 'F32';
}

/**
 * A model as the files of a Hugging Face folder, but for its tokeniser's: `config.json` and `model.safetensors`, the
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

const architectures = {
  bert: 'BertForMaskedLM',
  roberta: 'RobertaForMaskedLM',
  'xlm-roberta': 'XLMRobertaForMaskedLM',
} as const;

function configOf({ config }: MaskedLanguageModel): Record<string, unknown> {
  return {
    architectures: [architectures[config.modelType]],
    ...configJson(config),
    tie_word_embeddings: true,
    // What it computes in, whatever the file stores.
    dtype: 'float32',
  };
}
