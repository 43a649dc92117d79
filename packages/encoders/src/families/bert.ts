import type { JsonFields } from '@scalearn/core/files';
import { type Tensor, tanh } from '@scalearn/core/graph';
import { denseHead, type EncoderGraph, type StaticHead } from '@scalearn/core/methods';
import { wordPieceVocabulary } from '../tokenizer/files/bert.ts';
import { encoderBlocks } from './blocks.ts';
import type { TransformerConfig } from './config.ts';
import {
  type ConfigKeys,
  checkDerived,
  checkHeads,
  readConfigFields,
  writeConfigFields,
} from './config-fields.ts';
import { defineEncoderFamily, type EncoderFamily, type FamilyCall } from './family.ts';
import {
  buildPostNorm,
  embeddingWeights,
  type PostNormNames,
  postNormModules,
  postNormWeights,
} from './post-norm.ts';
import { linearWeights, type WeightSpec } from './weights.ts';

/** Keys of BERT's `config.json`. */
export const bertKeys: ConfigKeys = {
  vocabSize: 'vocab_size',
  hiddenSize: 'hidden_size',
  layers: 'num_hidden_layers',
  heads: 'num_attention_heads',
  intermediateSize: 'intermediate_size',
  activation: 'hidden_act',
  maxPositions: 'max_position_embeddings',
  typeVocabSize: 'type_vocab_size',
  layerNormEpsilon: 'layer_norm_eps',
  padTokenId: 'pad_token_id',
  hiddenDropout: 'hidden_dropout_prob',
  attentionDropout: 'attention_probs_dropout_prob',
  classifierDropout: 'classifier_dropout',
  initializerRange: 'initializer_range',
};

/** Names of the parts of BERT's layers. */
export const bertNames: PostNormNames = {
  stack: 'encoder',
  layer: 'encoder.layer',
  query: 'attention.self.query',
  key: 'attention.self.key',
  value: 'attention.self.value',
  queryKeyValue: 'attention.self.qkv',
  attentionOutput: 'attention.output.dense',
  attentionNorm: 'attention.output.LayerNorm',
  intermediate: 'intermediate.dense',
  output: 'output.dense',
  outputNorm: 'output.LayerNorm',
  layerOutput: 'output',
};
/** Module of the pooler, without the prefix. */
export const pooler = 'pooler.dense';

/** Returns the parts that BERT and RoBERTa share. */
export function bertLike(
  prefix: string,
  given: Pick<TransformerConfig, 'modelType' | 'padTokenId'>,
): Pick<
  EncoderFamily,
  'modelType' | 'prefix' | 'modules' | 'headKeys' | 'readConfig' | 'writeConfig' | 'weights' | 'build'
> {
  return {
    modelType: given.modelType,
    prefix,
    modules: { ...postNormModules(prefix, bertNames), pooler: `${prefix}.${pooler}` },
    headKeys: ['lm_head', 'cls', 'classifier', 'qa_outputs'],
    readConfig(fields: JsonFields): TransformerConfig {
      const config = readConfigFields(fields, bertKeys, given);
      const { hiddenSize } = config;
      checkDerived(fields, { embedding_size: hiddenSize, embedding_hidden_size: hiddenSize });
      checkHeads(fields, config);
      return config;
    },
    writeConfig: (config) => ({
      ...writeConfigFields(config, bertKeys),
      position_embedding_type: 'absolute',
    }),
    weights: (config) => [
      ...embeddingWeights(config),
      ...postNormWeights(config, bertNames),
      ...poolerWeights(config),
    ],
    build: (config, call) => withPooler(buildPostNorm(config, call, bertNames), config, call),
  };
}

/** Returns the weights of the pooler, which a checkpoint may lack. */
export function poolerWeights({ hiddenSize }: TransformerConfig): WeightSpec[] {
  return linearWeights(pooler, hiddenSize, hiddenSize).map((spec) => ({ ...spec, optional: true }));
}

/** Adds the pooler to a graph, if there is one: `tanh(W·first + b)`. */
export function withPooler(graph: EncoderGraph, config: TransformerConfig, call: FamilyCall): EncoderGraph {
  const { dense } = encoderBlocks(config, call);
  const pooled = (first: Tensor): Tensor => tanh(dense(pooler, first));
  return call.has(`${pooler}.weight`) ? { ...graph, pooled } : graph;
}

/** `W₂·drop(tanh(W₁·drop(first) + b₁)) + b₂` */
export const tanhHead = (isInTransformers: boolean): StaticHead =>
  denseHead({
    modules: ['classifier.dense', 'classifier.out_proj'],
    activation: 'tanh',
    isInTransformers,
  });

/** BERT (Devlin et al. 2019, arXiv 1810.04805). */
export const bert: EncoderFamily = defineEncoderFamily({
  ...bertLike('bert', { modelType: 'bert', padTokenId: 0 }),
  pythonClass: 'Bert',
  // The head of the reference code. The class of transformers uses the pooler instead.
  staticHead: () => tanhHead(false),
  firstPosition: () => 0,
  vocabulary: wordPieceVocabulary('BertTokenizer'),
  maskedLM: {
    dense: 'cls.predictions.transform.dense',
    norm: 'cls.predictions.transform.LayerNorm',
    bias: 'cls.predictions.bias',
    words: 'embeddings.word_embeddings.weight',
    tokens: { mask: '[MASK]', others: ['[PAD]', '[UNK]', '[CLS]', '[SEP]'] },
  },
});
