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
import {
  activations,
  add,
  embedding,
  input,
  multiply,
  rotary,
  split,
  type Tensor,
} from '@scalearn/core/graph';
import type { EncoderGraph } from '@scalearn/core/methods';
import { type AttentionFormOf, encoderBlocks } from './blocks.ts';
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
import { rotaryAngles } from './rotary.ts';
import { linearWeights, normWeights, type WeightSpec, weightSpec } from './weights.ts';

interface ModernBertConfig extends TransformerConfig {
  readonly embeddingDropout: number;
  /** Every so many layers, from the first, attention has no window. */
  readonly globalEvery: number;
  /** Width of the window of the other layers. */
  readonly localAttention: number;
  /** Bases of the rotary positions. */
  readonly globalBase: number;
  readonly localBase: number;
  readonly attentionBias: boolean;
  readonly feedForwardBias: boolean;
  readonly normBias: boolean;
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

function weights(config: ModernBertConfig): WeightSpec[] {
  const { hiddenSize: d, intermediateSize: f, attentionBias, feedForwardBias, normBias } = config;
  return [
    weightSpec('embeddings.tok_embeddings.weight', [config.vocabSize, d]),
    ...normWeights('embeddings.norm', d, normBias),
    ...Array.from({ length: config.layers }, (_, layer) => [
      ...(layer > 0 ? normWeights(`layers.${layer}.attn_norm`, d, normBias) : []),
      ...linearWeights(`layers.${layer}.attn.Wqkv`, 3 * d, d, attentionBias),
      ...linearWeights(`layers.${layer}.attn.Wo`, d, d, attentionBias),
      ...normWeights(`layers.${layer}.mlp_norm`, d, normBias),
      ...linearWeights(`layers.${layer}.mlp.Wi`, 2 * f, d, feedForwardBias),
      ...linearWeights(`layers.${layer}.mlp.Wo`, d, f, feedForwardBias),
    ]).flat(),
    ...normWeights('final_norm', d, normBias),
  ];
}

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

function build(config: ModernBertConfig, call: FamilyCall): EncoderGraph {
  const blocks = encoderBlocks(config, call);
  const { rows, dense, norm, drop, attend, activate, layerOutput, cuSeqlens } = blocks;
  const { dropout } = call;
  const { embeddingDropout, attentionDropout, intermediateSize } = config;
  const embedded = norm('embeddings.norm', rows('embeddings.tok_embeddings', 'inputIds'));
  let x = dropout?.apply(embedded, embeddingDropout, 'embeddings') ?? embedded;
  const form = rotaryAttention(config, call);
  const hiddenStates = [x];
  for (let layer = 0; layer < config.layers; layer++) {
    const name = `layers.${layer}`;
    const context = attend(
      dense(`${name}.attn.Wqkv`, layer > 0 ? norm(`${name}.attn_norm`, x) : x),
      layer,
      form,
    );
    const mixed = dense(`${name}.attn.Wo`, context);
    const residual = add(
      dropout?.apply(mixed, attentionDropout, `layer.${layer}/attentionOutput`) ?? mixed,
      x,
    );
    const wide = dense(`${name}.mlp.Wi`, norm(`${name}.mlp_norm`, residual));
    const [inner, gate] = split(wide, [intermediateSize, intermediateSize], 1) as [Tensor, Tensor];
    const gated = drop(multiply(activate(inner, layer), gate), `layer.${layer}/output`);
    x = layerOutput({ layer, hidden: dense(`${name}.mlp.Wo`, gated), residual, norm: (sum) => sum });
    hiddenStates.push(x);
  }
  return { hiddenStates, output: norm('final_norm', x), cuSeqlens };
}

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
      pooling: headOptions.pooling === 'mean' ? 'mean' : 'cls',
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
  weights,
  firstPosition: () => 0,
  build,
});
