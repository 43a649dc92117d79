import { jsonBoolean } from '@scalearn/core/files';
import { denseHead } from '@scalearn/core/methods';
import { wordPieceVocabulary } from '../tokenizer/files/bert.ts';
import type { TransformerConfig } from './config.ts';
import { type ConfigKeys, checkDerived, readConfigFields, writeConfigFields } from './config-fields.ts';
import { defineEncoderFamily, type EncoderFamily } from './family.ts';
import {
  buildPostNorm,
  embeddingWeights,
  type PostNormNames,
  postNormModules,
  postNormWeights,
} from './post-norm.ts';

interface DistilbertConfig extends TransformerConfig {
  /** Whether the table of positions has sines and cosines, which do not train. Files hold the table. */
  readonly hasFixedPositions: boolean;
}

const positions = 'embeddings.position_embeddings.weight';

const keys: ConfigKeys = {
  vocabSize: 'vocab_size',
  hiddenSize: 'dim',
  layers: 'n_layers',
  heads: 'n_heads',
  intermediateSize: 'hidden_dim',
  activation: 'activation',
  maxPositions: 'max_position_embeddings',
  padTokenId: 'pad_token_id',
  hiddenDropout: 'dropout',
  attentionDropout: 'attention_dropout',
  classifierDropout: 'seq_classif_dropout',
  initializerRange: 'initializer_range',
};

const names: PostNormNames = {
  stack: 'transformer',
  layer: 'transformer.layer',
  query: 'attention.q_lin',
  key: 'attention.k_lin',
  value: 'attention.v_lin',
  queryKeyValue: 'attention.qkv_lin',
  attentionOutput: 'attention.out_lin',
  attentionNorm: 'sa_layer_norm',
  intermediate: 'ffn.lin1',
  output: 'ffn.lin2',
  outputNorm: 'output_layer_norm',
  layerOutput: 'output_adapters',
};

/** DistilBERT (Sanh et al. 2019, arXiv 1910.01108): BERT's layers without token types and pooler. */
export const distilbert: EncoderFamily = defineEncoderFamily<DistilbertConfig>({
  modelType: 'distilbert',
  prefix: 'distilbert',
  pythonClass: 'DistilBert',
  modules: postNormModules('distilbert', names),
  staticHead: () =>
    denseHead({
      modules: ['pre_classifier', 'classifier'],
      activation: 'relu',
      inputDropout: 0,
    }),
  headKeys: [
    ...['pre_classifier', 'classifier', 'qa_outputs'],
    ...['vocab_transform', 'vocab_layer_norm', 'vocab_projector'],
  ],
  readConfig(fields) {
    const given = { modelType: 'distilbert', padTokenId: 0, typeVocabSize: 0, classifierDropout: 0.2 };
    const config = readConfigFields(fields, keys, given);
    const hasFixedPositions = fields.take('sinusoidal_pos_embds', jsonBoolean, false);
    const { hiddenSize, layers, heads } = config;
    // transformers also accepts these names. If a file has both, they must agree.
    checkDerived(fields, {
      hidden_size: hiddenSize,
      num_hidden_layers: layers,
      num_attention_heads: heads,
    });
    return { ...config, hasFixedPositions };
  },
  writeConfig: (config) => ({
    ...writeConfigFields(config, keys),
    sinusoidal_pos_embds: config.hasFixedPositions,
  }),
  weights: (config) => [
    ...embeddingWeights(config).map((spec) =>
      config.hasFixedPositions && spec.name === positions ? { ...spec, fixed: true } : spec,
    ),
    ...postNormWeights(config, names),
  ],
  firstPosition: () => 0,
  build: (config, call) => buildPostNorm(config, call, names, { dropsAttention: false }),
  vocabulary: wordPieceVocabulary('DistilBertTokenizer', 'BertTokenizer'),
  maskedLM: {
    dense: 'vocab_transform',
    norm: 'vocab_layer_norm',
    bias: 'vocab_projector.bias',
    words: 'embeddings.word_embeddings.weight',
    tokens: { mask: '[MASK]', others: ['[PAD]', '[UNK]', '[CLS]', '[SEP]'] },
  },
});
