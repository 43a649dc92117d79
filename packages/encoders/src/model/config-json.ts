import type { EncoderConfig } from './config.ts';

/** The inverse of `parseEncoderConfig`: the content of a `config.json`, but for what its heads decide. */
export function configJson(config: EncoderConfig): Record<string, unknown> {
  return {
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
  };
}
