import {
  type JsonFields,
  jsonBoolean,
  jsonCount,
  jsonList,
  jsonNumber,
  jsonNumberIn,
  jsonOneOf,
  jsonOr,
  jsonOrNull,
  jsonText,
  shown,
} from '@scalearn/core/files';
import {
  activations,
  concat,
  headMatmul,
  linear,
  relativeBuckets,
  scale,
  split,
  type Tensor,
} from '@scalearn/core/graph';
import { denseHead } from '@scalearn/core/methods';
import { bertKeys, bertNames } from './bert.ts';
import type { AttentionFormOf, EncoderBlocks } from './blocks.ts';
import type { TransformerConfig } from './config.ts';
import {
  type ConfigKeys,
  checkDerived,
  checkHeads,
  largestSize,
  readConfigFields,
  writeConfigFields,
} from './config-fields.ts';
import { defineEncoderFamily, type EncoderFamily, type FamilyCall } from './family.ts';
import {
  buildPostNorm,
  embed,
  embeddingWeights,
  type PostNormNames,
  postNormModules,
  postNormWeights,
} from './post-norm.ts';
import { logBucket } from './relative-buckets.ts';
import { linearWeights, normWeights, type WeightSpec, weightSpec } from './weights.ts';

interface DebertaConfig extends TransformerConfig {
  /** Width of the tables of words, positions and token types. */
  readonly embeddingSize: number;
  /** Whether there is a table of positions. */
  readonly hasPositions: boolean;
  /** Whether attention has scores of relative positions. */
  readonly isRelative: boolean;
  /** The scores: of contents and positions (`c2p`), of positions and contents (`p2c`). */
  readonly scores: readonly ('c2p' | 'p2c')[];
  /** Whether the layers' projections of queries and keys also project the relative positions. */
  readonly sharesKeys: boolean;
  /** Number of buckets of distances to each side; 0 if every distance has one. */
  readonly positionBuckets: number;
  /** Distance that has the last bucket. */
  readonly maxRelative: number;
  /** Whether the table of relative positions passes a layer norm. */
  readonly normsRelative: boolean;
}

const { typeVocabSize: _, classifierDropout: __, ...bert }: ConfigKeys = bertKeys;
const keys: ConfigKeys = { ...bert, classifierDropout: 'cls_dropout' };
const names: PostNormNames = {
  ...bertNames,
  ...{ query: 'attention.self.query_proj', key: 'attention.self.key_proj' },
  ...{ value: 'attention.self.value_proj', queryKeyValue: 'attention.self.qkv_proj' },
};
const relative = { table: 'encoder.rel_embeddings.weight', norm: 'encoder.LayerNorm' } as const;
const own = { c2p: 'attention.self.pos_key_proj', p2c: 'attention.self.pos_query_proj' } as const;
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
    scores: readParts(fields, 'pos_att_type', ['c2p', 'p2c']),
    sharesKeys: fields.take('share_att_key', jsonBoolean, false),
    normsRelative: readParts(fields, 'norm_rel_ebd', ['layer_norm']).length > 0,
    headOptions: {
      activation: fields.take('pooler_hidden_act', jsonOneOf(Object.keys(activations)), 'gelu'),
      inputDropout,
    },
  };
}

/** Reads a list, or names joined by `|`. */
function readParts<const T extends string>(
  fields: JsonFields,
  key: string,
  known: readonly T[],
): readonly T[] {
  const value = fields.take(key, jsonOrNull(jsonOr(jsonText, jsonList(jsonText))), null) ?? [];
  const parts =
    typeof value === 'string'
      ? value
          .toLowerCase()
          .split('|')
          .map((part) => part.trim())
      : value;
  const other = parts.find((part) => !['', 'none', ...known].includes(part));
  if (other !== undefined)
    throw fields.error(`${key} has ${shown(other)}, which is not supported, only ${known.join(' and ')}`);
  return known.filter((part) => parts.includes(part));
}

function weights(config: DebertaConfig): WeightSpec[] {
  const { hiddenSize: d, embeddingSize: width, hasPositions, isRelative, scores, sharesKeys } = config;
  const projections = isRelative && !sharesKeys ? scores : [];
  return [
    ...embeddingWeights(config, { width, normWidth: d, hasPositions }),
    ...(width === d ? [] : linearWeights(projection, d, width, false)),
    ...postNormWeights(config, names),
    ...Array.from({ length: config.layers }, (_, layer) =>
      projections.flatMap((part) => linearWeights(`${names.layer}.${layer}.${own[part]}`, d, d)),
    ).flat(),
    ...(isRelative ? [weightSpec(relative.table, [2 * spanOf(config), d])] : []),
    ...(config.normsRelative ? normWeights(relative.norm, d) : []),
  ];
}

/** Returns the number of rows of the table of relative positions to each side. */
const spanOf = ({ positionBuckets, maxRelative }: DebertaConfig): number => positionBuckets || maxRelative;

/** Lists the row of the table for each distance. */
function bucketList(config: DebertaConfig): Int32Array {
  const { positionBuckets, maxRelative, maxPositions } = config;
  const span = spanOf(config);
  const signed = (distance: number): number =>
    positionBuckets > 0 ? logBucket(distance, positionBuckets, maxRelative) : distance;
  return relativeBuckets(maxPositions, (distance) =>
    Math.max(0, Math.min(2 * span - 1, signed(distance) + span)),
  );
}

/**
 * Disentangled attention: the logits of contents, of contents and relative positions, and of relative positions and
 * contents, each in the same scale.
 */
function disentangled(
  config: DebertaConfig,
  call: FamilyCall,
  { norm, dense, drop }: EncoderBlocks,
): AttentionFormOf {
  const { hiddenSize: d, heads, scores, isRelative, sharesKeys, normsRelative } = config;
  const factor = 1 / Math.sqrt((d / heads) * (1 + scores.length));
  if (!isRelative || scores.length === 0) return () => ({ scale: factor });
  const [first] = scores;
  const sides = scores.length === 2 ? 'both' : first === 'c2p' ? 'queries' : 'keys';
  const table = call.weight(relative.table);
  const positions = normsRelative ? norm(relative.norm, table) : table;
  const buckets = call.constant('relative positions', () => {
    const data = bucketList(config);
    return { data, shape: [data.length] };
  });
  return (qkv, layer) => {
    const dropped = drop(positions, `layer.${layer}/relative`);
    const inLayer = (name: string): string => `${names.layer}.${layer}.${name}`;
    const projected = ({ c2p, p2c }: Readonly<Record<'c2p' | 'p2c', () => Tensor>>): Tensor =>
      concat(
        scores.map((part) => (part === 'c2p' ? c2p() : p2c())),
        1,
      );
    const three = (x: Tensor): readonly Tensor[] => split(x, [d, d, d], 1);
    const ofPositions = (): Tensor => {
      if (!sharesKeys)
        return projected({
          c2p: () => dense(inLayer(own.c2p), dropped),
          p2c: () => dense(inLayer(own.p2c), dropped),
        });
      const [query, key] = three(dense(inLayer(names.queryKeyValue), dropped)) as [Tensor, Tensor];
      const { attentionKey } = call.sites;
      return projected({ c2p: () => attentionKey?.(key, { layer }) ?? key, p2c: () => query });
    };
    const [query, key] = three(qkv) as [Tensor, Tensor];
    const ofContents = projected({ c2p: () => query, p2c: () => key });
    const products = headMatmul(ofContents, scale(ofPositions(), factor), heads * scores.length, {
      transposeB: true,
    });
    return { scale: factor, positions: { scores: products, sides, buckets } };
  };
}

/**
 * DeBERTa-v2 and DeBERTa-v3 (He et al. 2021, arXiv 2006.03654 and 2111.09543): BERT's layers with attention to relative
 * positions.
 */
export const debertaV2: EncoderFamily = defineEncoderFamily<DebertaConfig>({
  modelType: 'deberta-v2',
  prefix: 'deberta',
  pythonClass: 'DebertaV2',
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
    pos_att_type: config.scores.join('|'),
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
        const project = (sum: Tensor): Tensor => linear(sum, call.weight(`${projection}.weight`));
        return embed(config, parts, {
          ...(embeddingSize === hiddenSize ? { hasPositions } : { hasPositions, project }),
        });
      },
      attention: (parts) => disentangled(config, call, parts),
    }),
});
