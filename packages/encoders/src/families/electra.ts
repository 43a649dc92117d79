import { jsonCount } from '@scalearn/core/files';
import { denseHead } from '@scalearn/core/methods';
import { wordPieceVocabulary } from '../tokenizer/files/bert.ts';
import { bertKeys, bertNames } from './bert.ts';
import type { TransformerConfig } from './config.ts';
import { checkHeads, largestSize, readConfigFields, writeConfigFields } from './config-fields.ts';
import { defineEncoderFamily, type EncoderFamily } from './family.ts';
import { buildPostNorm, embed, embeddingWeights, postNormModules, postNormWeights } from './post-norm.ts';
import { linearWeights } from './weights.ts';

interface ElectraConfig extends TransformerConfig {
  /** Width of the embeddings. */
  readonly embeddingSize: number;
}

const projection = 'embeddings_project';
const isProjected = ({ embeddingSize, hiddenSize }: ElectraConfig): boolean => embeddingSize !== hiddenSize;

/**
 * The discriminator of ELECTRA (Clark et al. 2020, arXiv 2003.10555): BERT's layers without a pooler, on embeddings that
 * may be narrower than the hidden states and are then projected.
 */
export const electra: EncoderFamily = defineEncoderFamily<ElectraConfig>({
  modelType: 'electra',
  prefix: 'electra',
  pythonClass: 'Electra',
  modules: postNormModules('electra', bertNames),
  staticHead: () => denseHead({ modules: ['classifier.dense', 'classifier.out_proj'], activation: 'gelu' }),
  headKeys: [
    ...['discriminator_predictions', 'generator_predictions', 'generator_lm_head'],
    ...['classifier', 'qa_outputs', 'sequence_summary'],
  ],
  readConfig(fields) {
    const config = readConfigFields(fields, bertKeys, { modelType: 'electra', padTokenId: 0 });
    checkHeads(fields, config);
    return { ...config, embeddingSize: fields.get('embedding_size', jsonCount(1, largestSize)) };
  },
  writeConfig: (config) => ({
    ...writeConfigFields(config, bertKeys),
    embedding_size: config.embeddingSize,
    position_embedding_type: 'absolute',
  }),
  weights: (config) => [
    ...embeddingWeights(config, { width: config.embeddingSize }),
    ...(isProjected(config) ? linearWeights(projection, config.hiddenSize, config.embeddingSize) : []),
    ...postNormWeights(config, bertNames),
  ],
  firstPosition: () => 0,
  build: (config, call) =>
    buildPostNorm(config, call, bertNames, {
      embeddings: (parts) => {
        const embeddings = embed(config, parts);
        return isProjected(config) ? parts.dense(projection, embeddings) : embeddings;
      },
    }),
  vocabulary: wordPieceVocabulary('ElectraTokenizer', 'BertTokenizer'),
});
