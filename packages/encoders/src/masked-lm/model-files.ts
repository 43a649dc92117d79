import type { FileSet } from '@scalearn/core';
import { writeSafetensors } from '@scalearn/core';
import type { EncoderConfig } from '../model/config.ts';
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
    'config.json': `${JSON.stringify(configJson(model.config), null, 2)}\n`,
    // transformers reads only files that say they are PyTorch's.
    'model.safetensors': writeSafetensors(weights, { format: 'pt' }),
  };
}

const architectures = {
  bert: 'BertForMaskedLM',
  roberta: 'RobertaForMaskedLM',
  'xlm-roberta': 'XLMRobertaForMaskedLM',
} as const;

/** The inverse of `parseEncoderConfig`. */
function configJson(config: EncoderConfig): Record<string, unknown> {
  return {
    architectures: [architectures[config.modelType]],
    model_type: config.modelType,
    vocab_size: config.vocabSize,
    hidden_size: config.hiddenSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    intermediate_size: config.intermediateSize,
    hidden_act: config.activation,
    max_position_embeddings: config.maxPositions,
    type_vocab_size: config.typeVocabSize,
    layer_norm_eps: config.layerNormEpsilon,
    pad_token_id: config.padTokenId,
    hidden_dropout_prob: config.hiddenDropout,
    attention_probs_dropout_prob: config.attentionDropout,
    classifier_dropout: config.classifierDropout,
    initializer_range: config.initializerRange,
    position_embedding_type: 'absolute',
    tie_word_embeddings: true,
    // What it computes in, whatever the file stores.
    dtype: 'float32',
  };
}
