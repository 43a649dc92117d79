import {
  type JsonFields,
  jsonBoolean,
  jsonCount,
  jsonNumber,
  jsonNumberIn,
  jsonOneOf,
  jsonOrNull,
} from '@scalearn/core/files';
import { activations, type Tensor } from '@scalearn/core/graph';
import { denseHead } from '@scalearn/core/methods';
import { sentencePieceOfDebertaV2 } from '../tokenizer/files/sentencepiece.ts';
import { bertKeys, bertNames } from './bert.ts';
import type { TransformerConfig } from './config.ts';
import {
  type ConfigKeys,
  checkDerived,
  checkHeads,
  largestSize,
  readConfigFields,
  readNames,
  writeConfigFields,
} from './config-fields.ts';
import {
  type DisentangledConfig,
  type DisentangledNames,
  disentangledAttention,
  disentangledWeights,
} from './disentangled.ts';
import { defineEncoderFamily, type EncoderFamily } from './family.ts';
import {
  buildPostNorm,
  embed,
  embeddingWeights,
  type PostNormNames,
  postNormModules,
  postNormWeights,
} from './post-norm.ts';
import { linearWeights, type WeightSpec } from './weights.ts';

interface DebertaConfig extends TransformerConfig, DisentangledConfig {
  /** Width of the tables of words, positions and token types. */
  readonly embeddingSize: number;
  /** Whether there is a table of positions. */
  readonly hasPositions: boolean;
}

const { typeVocabSize: _, classifierDropout: __, ...bert }: ConfigKeys = bertKeys;
const keys: ConfigKeys = { ...bert, classifierDropout: 'cls_dropout' };
const names: PostNormNames = {
  ...bertNames,
  ...{ query: 'attention.self.query_proj', key: 'attention.self.key_proj' },
  ...{ value: 'attention.self.value_proj', queryKeyValue: 'attention.self.qkv_proj' },
};
const relative: DisentangledNames = {
  ...{ table: 'encoder.rel_embeddings.weight', norm: 'encoder.LayerNorm' },
  ...{ c2p: 'attention.self.pos_key_proj', p2c: 'attention.self.pos_query_proj' },
};
const projection = 'embeddings.embed_proj';

function readConfig(fields: JsonFields): DebertaConfig {
  const typeVocabSize = fields.take('type_vocab_size', jsonCount(0, largestSize), 0);
  const given = { modelType: 'deberta-v2', padTokenId: 0, typeVocabSize, layerNormEpsilon: 1e-7 };
  const config = readConfigFields(fields, keys, given, ['relative_attention']);
  checkHeads(fields, config);
  checkDerived(fields, { pooler_hidden_size: config.hiddenSize });
  if ((fields.take('conv_kernel_size', jsonOrNull(jsonNumber), 0) ?? 0) > 0)
    throw fields.error(
      'conv_kernel_size is given; encoders with a convolution after the first layer cannot be read',
    );
  const positionBuckets = Math.max(0, fields.take('position_buckets', jsonNumber, -1));
  const most = fields.take('max_relative_positions', jsonNumber, -1);
  const maxRelative = most < 1 ? config.maxPositions : most;
  const isRelative = fields.take('relative_attention', jsonBoolean, false);
  if (![positionBuckets, maxRelative].every((n) => Number.isInteger(n) && n <= largestSize))
    throw fields.error(`position_buckets and max_relative_positions must be whole numbers`);
  if (isRelative && positionBuckets > 0 && !(positionBuckets > 1 && maxRelative > positionBuckets / 2 + 1))
    throw fields.error(
      `position_buckets ${positionBuckets} do not fit max_relative_positions ${maxRelative}, which must be more than half of them`,
    );
  const inputDropout = fields.take('pooler_dropout', jsonNumberIn(0, 1), 0);
  return {
    ...config,
    embeddingSize:
      fields.take('embedding_size', jsonOrNull(jsonCount(1, largestSize)), null) ?? config.hiddenSize,
    hasPositions: fields.take('position_biased_input', jsonBoolean, true),
    ...{ isRelative, positionBuckets, maxRelative },
    scores: readNames(fields, 'pos_att_type', ['c2p', 'p2c']),
    sharesKeys: fields.take('share_att_key', jsonBoolean, false),
    normsRelative: readNames(fields, 'norm_rel_ebd', ['layer_norm']).length > 0,
    headOptions: {
      activation: fields.take('pooler_hidden_act', jsonOneOf(Object.keys(activations)), 'gelu'),
      inputDropout,
    },
  };
}

function weights(config: DebertaConfig): WeightSpec[] {
  const { hiddenSize: d, embeddingSize: width, hasPositions } = config;
  return [
    ...embeddingWeights(config, { width, normWidth: d, hasPositions }),
    ...(width === d ? [] : linearWeights(projection, d, width, false)),
    ...postNormWeights(config, names),
    ...disentangledWeights(config, names, relative),
  ];
}

/**
 * DeBERTa-v2 and DeBERTa-v3 (He et al. 2021, arXiv 2006.03654 and 2111.09543): BERT's layers with attention to relative
 * positions.
 */
export const debertaV2: EncoderFamily = defineEncoderFamily<DebertaConfig>({
  modelType: 'deberta-v2',
  prefix: 'deberta',
  pythonClass: 'DebertaV2',
  vocabulary: sentencePieceOfDebertaV2(),
  modules: postNormModules('deberta', names),
  staticHead: ({ headOptions = {} }) =>
    denseHead({
      modules: ['pooler.dense', 'classifier'],
      activation: String(headOptions.activation ?? 'gelu'),
      inputDropout: Number(headOptions.inputDropout ?? 0),
    }),
  headKeys: [
    ...['pooler', 'classifier', 'cls', 'lm_predictions', 'mask_predictions', 'qa_outputs'],
    // Published files have a table of positions that the encoder does not read.
    'embeddings.position_embeddings',
  ],
  readConfig,
  writeConfig: ({ headOptions = {}, ...config }) => ({
    ...writeConfigFields(config, keys),
    type_vocab_size: config.typeVocabSize,
    embedding_size: config.embeddingSize,
    position_biased_input: config.hasPositions,
    relative_attention: config.isRelative,
    // In the order of published files.
    pos_att_type: config.scores.toReversed().join('|'),
    share_att_key: config.sharesKeys,
    position_buckets: config.positionBuckets || -1,
    max_relative_positions: config.maxRelative,
    norm_rel_ebd: config.normsRelative ? 'layer_norm' : 'none',
    pooler_hidden_size: config.hiddenSize,
    pooler_hidden_act: headOptions.activation,
    pooler_dropout: headOptions.inputDropout,
  }),
  weights,
  firstPosition: () => 0,
  readsPositions: ({ hasPositions }) => hasPositions,
  build: (config, call) =>
    buildPostNorm(config, call, names, {
      embeddings: (parts) => {
        const { hasPositions, embeddingSize, hiddenSize } = config;
        const project = (sum: Tensor): Tensor => parts.dense(projection, sum);
        return embed(config, parts, {
          ...(embeddingSize === hiddenSize ? { hasPositions } : { hasPositions, project }),
        });
      },
      attention: (parts) => disentangledAttention(config, call, parts, names, relative),
    }),
});
