// A custom family with pre-layer-norm: the inputs of its blocks and its last hidden state are normalized.

import { jsonOneOf } from '@scalearn/core/files';
import { add } from '@scalearn/core/graph';
import { denseHead } from '@scalearn/core/methods';
import {
  type ConfigKeys,
  defineEncoderFamily,
  type EncoderFamily,
  embed,
  embeddingWeights,
  encoderBlocks,
  linearWeights,
  normWeights,
  readConfigFields,
  stackedWeights,
  wordPieceVocabulary,
  writeConfigFields,
} from '@scalearn/encoders';

const keys: ConfigKeys = {
  ...{ vocabSize: 'vocab_size', hiddenSize: 'width', layers: 'depth', heads: 'heads' },
  ...{ intermediateSize: 'inner', maxPositions: 'positions', hiddenDropout: 'dropout' },
};

export const preNorm: EncoderFamily = defineEncoderFamily({
  modelType: 'pre-norm',
  prefix: 'model',
  modules: {
    stack: 'model',
    layerOutput: 'model.blocks.*.mlp',
    ...{ query: 'model.blocks.*.attn.q', key: 'model.blocks.*.attn.k', value: 'model.blocks.*.attn.v' },
    attentionOutput: 'model.blocks.*.attn.out',
    ...{ intermediate: 'model.blocks.*.mlp.in', output: 'model.blocks.*.mlp.out' },
  },
  staticHead: ({ headOptions }) =>
    denseHead({
      modules: ['head.dense', 'head.logits'],
      activation: String(headOptions?.activation ?? 'gelu'),
      isInTransformers: false,
    }),
  headKeys: ['head'],
  vocabulary: wordPieceVocabulary('BertTokenizer'),
  readConfig: (fields) => ({
    ...readConfigFields(fields, keys, { modelType: 'pre-norm', padTokenId: 0, typeVocabSize: 0 }),
    headOptions: { activation: fields.take('head_activation', jsonOneOf(['gelu', 'relu']), 'gelu') },
  }),
  writeConfig: (config) => ({
    ...writeConfigFields(config, keys),
    head_activation: config.headOptions?.activation,
  }),
  firstPosition: () => 0,
  weights: (config) => {
    const { layers, hiddenSize: d, intermediateSize: f } = config;
    return [
      ...embeddingWeights(config),
      ...Array.from({ length: layers }, (_, layer) => `blocks.${layer}`).flatMap((block) => [
        ...normWeights(`${block}.norm1`, d),
        ...stackedWeights(
          `${block}.attn.qkv`,
          ['q', 'k', 'v'].map((part) => `${block}.attn.${part}`),
          d,
          d,
        ),
        ...linearWeights(`${block}.attn.out`, d, d),
        ...normWeights(`${block}.norm2`, d),
        ...linearWeights(`${block}.mlp.in`, f, d),
        ...linearWeights(`${block}.mlp.out`, d, f),
      ]),
      ...normWeights('final_norm', d),
    ];
  },
  build(config, call) {
    const blocks = encoderBlocks(config, call);
    const { dense, norm, drop, attend, activate, layerOutput, cuSeqlens } = blocks;
    let x = embed(config, blocks);
    const hiddenStates = [x];
    for (let layer = 0; layer < config.layers; layer++) {
      const block = `blocks.${layer}`;
      const context = attend(dense(`${block}.attn.qkv`, norm(`${block}.norm1`, x)), layer);
      const residual = add(drop(dense(`${block}.attn.out`, context), `${block}/attention`), x);
      const inner = activate(dense(`${block}.mlp.in`, norm(`${block}.norm2`, residual)), layer);
      const hidden = drop(dense(`${block}.mlp.out`, inner), `${block}/output`);
      x = layerOutput({ layer, hidden, residual, norm: (sum) => sum });
      hiddenStates.push(x);
    }
    return { hiddenStates, output: norm('final_norm', x), cuSeqlens };
  },
});
