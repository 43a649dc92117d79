import { ReferenceDevice } from '@scalearn/core';
import { randomInput, topologicalOrder } from '@scalearn/core/graph';
import { createDropout, type Dropout } from '@scalearn/core/methods';
import { describe, expect, test } from 'vitest';
import { EncoderConfigError } from '../../src/errors.ts';
import { memoryFolder } from '../../src/folder/memory-folder.ts';
import { encoderArchitecture, encoderWeights, loadEncoder, parseEncoderConfig } from '../../src/index.ts';
import { encoderConfigJson } from '../../src/model/config.ts';
import { modernbertConfig, tinyFolder } from '../model/tiny-folder.ts';

const device = new ReferenceDevice();
const weightNames = (json: Record<string, unknown>): string[] =>
  encoderWeights(parseEncoderConfig(json)).map(({ name }) => name);

describe('config.json', () => {
  test('as transformers writes it', () => {
    // Of answerdotai/ModernBERT-base, but for its architectures.
    const json = {
      ...{
        attention_bias: false,
        attention_dropout: 0.0,
        bos_token_id: 50281,
        classifier_activation: 'gelu',
      },
      ...{ classifier_bias: false, classifier_dropout: 0.0, classifier_pooling: 'mean', cls_token_id: 50281 },
      ...{ decoder_bias: true, deterministic_flash_attn: false, embedding_dropout: 0.0, eos_token_id: 50282 },
      ...{ global_attn_every_n_layers: 3, global_rope_theta: 160000.0, gradient_checkpointing: false },
      ...{ hidden_activation: 'gelu', hidden_size: 768, initializer_cutoff_factor: 2.0 },
      ...{ initializer_range: 0.02, intermediate_size: 1152, layer_norm_eps: 1e-5, local_attention: 128 },
      ...{ local_rope_theta: 10000.0, max_position_embeddings: 8192, mlp_bias: false, mlp_dropout: 0.0 },
      ...{ model_type: 'modernbert', norm_bias: false, norm_eps: 1e-5, num_attention_heads: 12 },
      ...{ num_hidden_layers: 22, pad_token_id: 50283, position_embedding_type: 'absolute' },
      ...{ sep_token_id: 50282, tie_word_embeddings: true, vocab_size: 50368 },
    };
    const config = parseEncoderConfig(json);
    expect(config).toMatchObject({
      ...{ globalEvery: 3, localAttention: 128, globalBase: 160000, localBase: 10000, normBias: false },
      ...{ hiddenDropout: 0, attentionDropout: 0, classifierDropout: 0, layerNormEpsilon: 1e-5 },
      headOptions: { pooling: 'mean', activation: 'gelu', denseBias: false },
    });
    expect(json).toMatchObject({ ...encoderConfigJson(config), model_type: 'modernbert' });
    expect(parseEncoderConfig(encoderConfigJson(config))).toEqual(config);
  });

  test("has the library's defaults", () => {
    const { local_attention: _, global_attn_every_n_layers: __, ...short } = modernbertConfig;
    expect(parseEncoderConfig(short)).toMatchObject({
      ...{ globalEvery: 3, localAttention: 128, globalBase: 160000, localBase: 10000 },
      headOptions: { pooling: 'cls', normEpsilon: 1e-5 },
    });
    expect(parseEncoderConfig({ ...short, local_rope_theta: null })).toMatchObject({ localBase: 160000 });
  });

  test.each<[string, Record<string, unknown>]>([
    ['classifier_pooling is "max"', { classifier_pooling: 'max' }],
    ['hidden_activation is "glu"', { hidden_activation: 'glu' }],
    ['"rope_scaling" is {"rope_type": "yarn"}', { rope_scaling: { rope_type: 'yarn' } }],
    ['"rope_parameters" is', { rope_parameters: { rope_theta: 1 } }],
    ['rope_theta is 5, which is not supported, only 160000', { rope_theta: 5 }],
    ['layer_types has "full_attention" for layer 1', { layer_types: ['full_attention', 'full_attention'] }],
    ['global_attn_every_n_layers is 0', { global_attn_every_n_layers: 0 }],
    ['heads of an even size, not 1', { num_attention_heads: 8 }],
    ['partial_rotary_factor is 0.5', { partial_rotary_factor: 0.5 }],
  ])('is refused: %s', (message, changes) => {
    const parse = (): unknown => parseEncoderConfig({ ...modernbertConfig, ...changes });
    expect(parse).toThrow(EncoderConfigError);
    expect(parse).toThrow(message);
  });
});

test('the first layer has no norm before its attention, and biases are there if the file says so', () => {
  const plain = weightNames(modernbertConfig);
  expect(plain.filter((name) => name.endsWith('attn_norm.weight'))).toEqual(['layers.1.attn_norm.weight']);
  expect(plain.filter((name) => name.endsWith('bias'))).toEqual([]);
  const biased = weightNames({ ...modernbertConfig, norm_bias: true, attention_bias: true, mlp_bias: true });
  expect(biased.filter((name) => name.endsWith('bias'))).toHaveLength(plain.length - 1);
});

test('an encoder with all biases computes, and its head has those that the file says', async () => {
  const biases = { norm_bias: true, attention_bias: true, mlp_bias: true, classifier_bias: true };
  const json = { ...modernbertConfig, ...biases };
  using encoder = await loadEncoder(memoryFolder(tinyFolder(json)), { device });
  const { output } = encoder.build({ sites: {} });
  using program = await device.compile({ outputs: { output } });
  expect((await program.run(encoder.feeds([{ inputIds: [2, 4, 3] }]))).output).toHaveLength(24);
  const names = (config: Record<string, unknown>): string[] => {
    const { staticHead, ...sizes } = encoderArchitecture(parseEncoderConfig(config));
    return staticHead.parameters(staticHead.modules, sizes).map(({ name }) => name);
  };
  expect(names(modernbertConfig)).toEqual(['head.dense.weight', 'head.norm.weight']);
  expect(names(json)).toEqual([
    ...['head.dense.weight', 'head.dense.bias', 'head.norm.weight', 'head.norm.bias'],
  ]);
});

test('every second layer attends in a window of half of local_attention to each side', async () => {
  using encoder = await loadEncoder(memoryFolder(tinyFolder(modernbertConfig)), { device });
  const order = topologicalOrder({ outputs: { output: encoder.build({ sites: {} }).output } });
  const attention = order.filter(({ operation }) => operation.name === 'attention');
  expect(attention.map(({ attributes }) => (attributes as { window?: number }).window)).toEqual([
    undefined,
    2,
  ]);
});

test('drops hidden states where transformers does', async () => {
  const dropout = { embedding_dropout: 0.1, attention_dropout: 0.2, mlp_dropout: 0.3 };
  const json = { ...modernbertConfig, ...dropout };
  using encoder = await loadEncoder(memoryFolder(tinyFolder(json)), { device });
  const dropped: Record<string, number> = {};
  const recorder: Dropout = {
    ...createDropout(randomInput()),
    apply: (x, p, name) => {
      dropped[name] = p;
      return x;
    },
  };
  encoder.build({ sites: {}, dropout: recorder });
  expect(dropped).toEqual({
    ...{ embeddings: 0.1, 'layer.0/attentionOutput': 0.2, 'layer.1/attentionOutput': 0.2 },
    ...{ 'layer.0/output': 0.3, 'layer.1/output': 0.3 },
  });
  using plain = await loadEncoder(memoryFolder(tinyFolder(modernbertConfig)), { device });
  expect(encoder.fingerprint).toBe(plain.fingerprint);
});
