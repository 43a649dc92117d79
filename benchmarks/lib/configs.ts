/** Contents of `config.json` by encoder, as published, with the fields that decide the shape. */
export const encoderConfigs: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'MiniLM-L6': {
    ...{
      model_type: 'bert',
      vocab_size: 30522,
      hidden_size: 384,
      num_hidden_layers: 6,
      num_attention_heads: 12,
    },
    ...{ intermediate_size: 1536, hidden_act: 'gelu', max_position_embeddings: 512, type_vocab_size: 2 },
    layer_norm_eps: 1e-12,
  },
  'DistilBERT-base': {
    ...{ model_type: 'distilbert', vocab_size: 30522, dim: 768, n_layers: 6, n_heads: 12, hidden_dim: 3072 },
    ...{ activation: 'gelu', max_position_embeddings: 512, sinusoidal_pos_embds: false },
  },
  'BERT-base': {
    ...{
      model_type: 'bert',
      vocab_size: 30522,
      hidden_size: 768,
      num_hidden_layers: 12,
      num_attention_heads: 12,
    },
    ...{ intermediate_size: 3072, hidden_act: 'gelu', max_position_embeddings: 512, type_vocab_size: 2 },
    layer_norm_eps: 1e-12,
  },
  'RoBERTa-base': {
    ...{ model_type: 'roberta', vocab_size: 50265, hidden_size: 768, num_hidden_layers: 12 },
    ...{ num_attention_heads: 12, intermediate_size: 3072, hidden_act: 'gelu', max_position_embeddings: 514 },
    ...{ type_vocab_size: 1, layer_norm_eps: 1e-5, pad_token_id: 1 },
  },
  'ELECTRA-base': {
    ...{
      model_type: 'electra',
      vocab_size: 30522,
      embedding_size: 768,
      hidden_size: 768,
      num_hidden_layers: 12,
    },
    ...{ num_attention_heads: 12, intermediate_size: 3072, hidden_act: 'gelu', max_position_embeddings: 512 },
    ...{ type_vocab_size: 2, layer_norm_eps: 1e-12 },
  },
  'MPNet-base': {
    ...{
      model_type: 'mpnet',
      vocab_size: 30527,
      hidden_size: 768,
      num_hidden_layers: 12,
      num_attention_heads: 12,
    },
    ...{ intermediate_size: 3072, hidden_act: 'gelu', max_position_embeddings: 514, layer_norm_eps: 1e-5 },
    ...{ relative_attention_num_buckets: 32, pad_token_id: 1 },
  },
  'ModernBERT-base': {
    ...{ model_type: 'modernbert', vocab_size: 50368, hidden_size: 768, num_hidden_layers: 22 },
    ...{ num_attention_heads: 12, intermediate_size: 1152, hidden_activation: 'gelu', norm_eps: 1e-5 },
    ...{ max_position_embeddings: 8192, global_attn_every_n_layers: 3, local_attention: 128 },
    ...{ global_rope_theta: 160000, local_rope_theta: 10000, pad_token_id: 50283 },
  },
  'DeBERTa-v3-base': {
    ...{ model_type: 'deberta-v2', vocab_size: 128100, hidden_size: 768, num_hidden_layers: 12 },
    ...{ num_attention_heads: 12, intermediate_size: 3072, hidden_act: 'gelu', max_position_embeddings: 512 },
    ...{ type_vocab_size: 0, layer_norm_eps: 1e-7, relative_attention: true, position_buckets: 256 },
    ...{
      norm_rel_ebd: 'layer_norm',
      share_att_key: true,
      pos_att_type: 'p2c|c2p',
      max_relative_positions: -1,
    },
    ...{ position_biased_input: false, pad_token_id: 0 },
  },
};

/** A small ModernBERT: windows of 128 tokens in two of three layers, as in the published ones. */
export const smallModernBert: Readonly<Record<string, unknown>> = {
  ...encoderConfigs['ModernBERT-base'],
  ...{ vocab_size: 8192, hidden_size: 256, num_hidden_layers: 6, num_attention_heads: 4 },
  ...{ intermediate_size: 384, pad_token_id: 0 },
};

/** Tokens of 16 rows, as MRPC and RTE have them. */
export const pairLengths: readonly number[] = [
  ...[44, 52, 61, 38, 71, 55, 47, 66],
  ...[90, 33, 58, 49, 62, 40, 120, 57],
];
