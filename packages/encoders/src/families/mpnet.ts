import { jsonCount } from '@scalearn/core/files';
import { broadcastTo, relativeBuckets, reshape, transpose } from '@scalearn/core/graph';
import { wordPieceVocabularyOfMPNet } from '../tokenizer/files/bert.ts';
import { bertKeys, pooler, poolerWeights, tanhHead, withPooler } from './bert.ts';
import type { AttentionFormOf } from './blocks.ts';
import type { TransformerConfig } from './config.ts';
import { type ConfigKeys, checkHeads, readConfigFields, writeConfigFields } from './config-fields.ts';
import { defineEncoderFamily, type EncoderFamily, type FamilyCall } from './family.ts';
import {
  buildPostNorm,
  embeddingWeights,
  type PostNormNames,
  postNormModules,
  postNormWeights,
} from './post-norm.ts';
import { t5Bucket } from './relative-buckets.ts';
import { weightSpec } from './weights.ts';

interface MPNetConfig extends TransformerConfig {
  /** Number of rows of the table of relative positions. */
  readonly relativeBuckets: number;
}

const { typeVocabSize: _, classifierDropout: __, ...keys }: ConfigKeys = bertKeys;
const bucketsKey = 'relative_attention_num_buckets';

const names: PostNormNames = {
  stack: 'encoder',
  layer: 'encoder.layer',
  query: 'attention.attn.q',
  key: 'attention.attn.k',
  value: 'attention.attn.v',
  queryKeyValue: 'attention.attn.qkv',
  attentionOutput: 'attention.attn.o',
  attentionNorm: 'attention.LayerNorm',
  intermediate: 'intermediate.dense',
  output: 'output.dense',
  outputNorm: 'output.LayerNorm',
  layerOutput: 'output',
};
const table = 'encoder.relative_attention_bias.weight';

/** Number of buckets, and the distance of the last one: those of the published code, whatever `config.json` says. */
const [buckets, farthest] = [32, 128] as const;

/** Every layer adds the table's row of the distance to the logits. */
function relativePositions(
  { heads, relativeBuckets: rows }: MPNetConfig,
  { weight, constant }: FamilyCall,
): AttentionFormOf {
  const row = reshape(transpose(weight(table)), [1, heads * rows]);
  const list = constant('relative positions', () => {
    const data = relativeBuckets(farthest, (distance) => t5Bucket(distance, buckets, farthest));
    return { data, shape: [data.length] };
  });
  const scores = broadcastTo(row, ['tokens', heads * rows]);
  return () => ({ positions: { scores, sides: 'queries', buckets: list } });
}

/**
 * MPNet (Song et al. 2020, arXiv 2004.09297): BERT's layers without token types, with a table of relative positions for
 * all layers.
 */
export const mpnet: EncoderFamily = defineEncoderFamily<MPNetConfig>({
  modelType: 'mpnet',
  prefix: 'mpnet',
  pythonClass: 'MPNet',
  modules: { ...postNormModules('mpnet', names), pooler: `mpnet.${pooler}` },
  staticHead: () => tanhHead(true),
  headKeys: ['lm_head', 'classifier', 'qa_outputs'],
  readConfig(fields) {
    const given = { modelType: 'mpnet', padTokenId: 1, typeVocabSize: 0 };
    const config = readConfigFields(fields, keys, given, [bucketsKey]);
    checkHeads(fields, config);
    const rows = fields.take(bucketsKey, jsonCount(1), buckets);
    if (rows < buckets)
      throw fields.error(
        `${bucketsKey} is ${rows}; the encoder uses ${buckets} buckets, so there must be as many`,
      );
    return { ...config, relativeBuckets: rows };
  },
  writeConfig: (config) => ({ ...writeConfigFields(config, keys), [bucketsKey]: config.relativeBuckets }),
  weights: (config) => [
    ...embeddingWeights(config),
    ...postNormWeights(config, names),
    weightSpec(table, [config.relativeBuckets, config.heads]),
    ...poolerWeights(config),
  ],
  // The published code counts positions from 2, independent of the padding id.
  firstPosition: () => 2,
  build: (config, call) =>
    withPooler(
      buildPostNorm(config, call, names, { attention: () => relativePositions(config, call) }),
      config,
      call,
    ),
  vocabulary: wordPieceVocabularyOfMPNet('MPNetTokenizer'),
  maskedLM: {
    dense: 'lm_head.dense',
    norm: 'lm_head.layer_norm',
    bias: 'lm_head.bias',
    // The head always uses GELU, independent of the layers.
    activation: 'gelu',
    words: 'embeddings.word_embeddings.weight',
    tokens: { mask: '<mask>', others: ['<s>', '<pad>', '</s>', '[UNK]'] },
  },
});
