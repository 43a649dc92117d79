import {
  type JsonFields,
  jsonBoolean,
  jsonCount,
  jsonList,
  jsonNumberIn,
  jsonOneOf,
  jsonOrNull,
  jsonText,
  shown,
} from '@scalearn/core/files';
import { activations, embedding, input, rotary, type Tensor } from '@scalearn/core/graph';
import type { AttentionFormOf } from './blocks.ts';
import type { TransformerConfig } from './config.ts';
import {
  type ConfigKeys,
  checkDerived,
  checkHeads,
  readConfigFields,
  writeConfigFields,
} from './config-fields.ts';
import { defineEncoderFamily, type EncoderFamily, type FamilyCall } from './family.ts';
import { normedHead } from './normed-head.ts';
import { buildPreNorm, type PreNormBiases, type PreNormNames, preNormWeights } from './pre-norm.ts';
import { rotaryAngles } from './rotary.ts';
import { normWeights, weightSpec } from './weights.ts';

interface ModernBertConfig extends TransformerConfig, PreNormBiases {
  readonly embeddingDropout: number;
  /** Every so many layers, from the first, attention has no window. */
  readonly globalEvery: number;
  /** Width of the window of the other layers. */
  readonly localAttention: number;
  /** Bases of the rotary positions. */
  readonly globalBase: number;
  readonly localBase: number;
}

const keys: ConfigKeys = {
  vocabSize: 'vocab_size',
  hiddenSize: 'hidden_size',
  layers: 'num_hidden_layers',
  heads: 'num_attention_heads',
  intermediateSize: 'intermediate_size',
  activation: 'hidden_activation',
  maxPositions: 'max_position_embeddings',
  layerNormEpsilon: 'norm_eps',
  padTokenId: 'pad_token_id',
  hiddenDropout: 'mlp_dropout',
  attentionDropout: 'attention_dropout',
  classifierDropout: 'classifier_dropout',
  initializerRange: 'initializer_range',
};
const given = {
  ...{ modelType: 'modernbert', padTokenId: 50283, typeVocabSize: 0, layerNormEpsilon: 1e-5 },
  ...{ hiddenDropout: 0, attentionDropout: 0, classifierDropout: 0 },
};
const own = ['local_attention', 'rope_theta'];

function readConfig(fields: JsonFields): ModernBertConfig {
  const config = readConfigFields(fields, keys, given, own);
  checkHeads(fields, config);
  const { hiddenSize, heads, layerNormEpsilon: normEpsilon } = config;
  if ((hiddenSize / heads) % 2 !== 0)
    throw fields.error(`rotary positions need heads of an even size, not ${hiddenSize / heads}`);
  const flag = (key: string): boolean => fields.take(key, jsonBoolean, false);
  const base = jsonNumberIn(1, Infinity);
  const globalBase = fields.take('global_rope_theta', base, 160000);
  checkDerived(fields, { rope_theta: globalBase, partial_rotary_factor: 1 });
  const globalEvery = fields.take('global_attn_every_n_layers', jsonCount(1), 3);
  const normBias = flag('norm_bias');
  const whole: ModernBertConfig = {
    ...config,
    ...{ globalEvery, globalBase, normBias },
    embeddingDropout: fields.take('embedding_dropout', jsonNumberIn(0, 1), 0),
    localAttention: fields.take('local_attention', jsonCount(0), 128),
    localBase: fields.take('local_rope_theta', jsonOrNull(base), 10000) ?? globalBase,
    attentionBias: flag('attention_bias'),
    feedForwardBias: flag('mlp_bias'),
    headOptions: {
      pooling: fields.take('classifier_pooling', jsonOneOf(['cls', 'mean']), 'cls'),
      activation: fields.take('classifier_activation', jsonOneOf(Object.keys(activations)), 'gelu'),
      denseBias: flag('classifier_bias'),
      ...{ normBias, normEpsilon },
    },
  };
  // Newer files name the kind of each layer, too.
  const types = fields.take('layer_types', jsonOrNull(jsonList(jsonText)), null);
  const odd = types?.findIndex((type, layer) => (type === 'full_attention') !== isGlobal(whole, layer)) ?? -1;
  if (odd >= 0)
    throw fields.error(
      `layer_types has ${shown(types?.[odd])} for layer ${odd}, which does not fit global_attn_every_n_layers ${globalEvery}`,
    );
  return whole;
}

const isGlobal = ({ globalEvery }: ModernBertConfig, layer: number): boolean => layer % globalEvery === 0;

/** Rotates queries and keys by their positions. Most layers have a window, and another base. */
function rotaryAttention(config: ModernBertConfig, { constant }: FamilyCall): AttentionFormOf {
  const { maxPositions, hiddenSize, heads, globalBase, localBase, localAttention } = config;
  const positions = input('positionIds', ['tokens'], 'i32');
  const angles = (name: string, base: number): Tensor => {
    const make = () => rotaryAngles(maxPositions, hiddenSize / heads, base);
    return embedding(constant(`${name} angles`, make), positions);
  };
  const everywhere = angles('global', globalBase);
  const nearby = angles('local', localBase);
  return (qkv, layer) =>
    isGlobal(config, layer)
      ? { queriesKeysValues: rotary(qkv, everywhere, 2 * heads) }
      : {
          queriesKeysValues: rotary(qkv, nearby, 2 * heads),
          window: Math.floor(localAttention / 2),
        };
}

const names: PreNormNames = {
  layer: 'layers',
  attentionNorm: 'attn_norm',
  queryKeyValue: 'attn.Wqkv',
  attentionOutput: 'attn.Wo',
  feedForwardNorm: 'mlp_norm',
  intermediate: 'mlp.Wi',
  output: 'mlp.Wo',
  finalNorm: 'final_norm',
};
const [words, wordNorm] = ['embeddings.tok_embeddings', 'embeddings.norm'] as const;

/**
 * ModernBERT (Warner et al. 2024, arXiv 2412.13663): layers that norm what goes into their blocks, rotary positions, most
 * attention in a window, and gated feed-forward blocks.
 */
export const modernbert: EncoderFamily = defineEncoderFamily<ModernBertConfig>({
  modelType: 'modernbert',
  prefix: 'model',
  pythonClass: 'ModernBert',
  tokenizerClass: 'PreTrainedTokenizer',
  modules: {
    stack: 'model',
    layerOutput: 'model.layers.*.mlp',
    attentionOutput: 'model.layers.*.attn.Wo',
    intermediate: 'model.layers.*.mlp.Wi',
    output: 'model.layers.*.mlp.Wo',
  },
  staticHead: ({ headOptions = {} }) =>
    normedHead({
      pooling: headOptions.pooling === 'mean' ? 'mean' : 'first',
      activation: String(headOptions.activation ?? 'gelu'),
      denseBias: headOptions.denseBias === true,
      normBias: headOptions.normBias === true,
      normEpsilon: Number(headOptions.normEpsilon ?? given.layerNormEpsilon),
    }),
  headKeys: ['head', 'decoder', 'classifier', 'qa_outputs'],
  readConfig,
  writeConfig: ({ headOptions = {}, ...config }) => ({
    ...writeConfigFields(config, keys),
    norm_bias: config.normBias,
    attention_bias: config.attentionBias,
    mlp_bias: config.feedForwardBias,
    embedding_dropout: config.embeddingDropout,
    global_attn_every_n_layers: config.globalEvery,
    local_attention: config.localAttention,
    global_rope_theta: config.globalBase,
    local_rope_theta: config.localBase,
    classifier_pooling: headOptions.pooling,
    classifier_activation: headOptions.activation,
    classifier_bias: headOptions.denseBias,
  }),
  weights: (config) => [
    weightSpec(`${words}.weight`, [config.vocabSize, config.hiddenSize]),
    ...normWeights(wordNorm, config.hiddenSize, config.normBias),
    ...preNormWeights(config, names, config),
  ],
  firstPosition: () => 0,
  build: (config, call) =>
    buildPreNorm(config, call, names, {
      attention: rotaryAttention(config, call),
      embeddings: ({ rows, norm }) => {
        const embedded = norm(wordNorm, rows(words, 'inputIds'));
        return call.dropout?.apply(embedded, config.embeddingDropout, 'embeddings') ?? embedded;
      },
    }),
});
