import { ReferenceDevice } from '@scalearn/core';
import { describe, expect, test } from 'vitest';
import { EncoderConfigError } from '../../src/errors.ts';
import { memoryFolder } from '../../src/folder/memory-folder.ts';
import { encoderWeights, loadEncoder, parseEncoderConfig } from '../../src/index.ts';
import { encoderConfigJson } from '../../src/model/config.ts';
import { debertaConfig, tinyFolder, weightsOf } from '../model/tiny-folder.ts';

const device = new ReferenceDevice();
type Json = Record<string, unknown>;
const weightNames = (json: Json): string[] =>
  encoderWeights(parseEncoderConfig(json)).map(({ name }) => name);

async function outputOf(json: Json, tensors = weightsOf(json)): Promise<number[]> {
  using encoder = await loadEncoder(memoryFolder(tinyFolder(json, tensors)), { device });
  const { output } = encoder.build({ sites: {} });
  using program = await device.compile({ outputs: { output } });
  const texts = [{ inputIds: [2, 4, 5, 6, 7, 3] }, { inputIds: [2, 3] }];
  return [...((await program.run(encoder.feeds(texts))).output ?? [])];
}

describe('config.json', () => {
  test('as it is published', () => {
    // Of microsoft/deberta-v3-base.
    const json = {
      ...{ model_type: 'deberta-v2', attention_probs_dropout_prob: 0.1, hidden_act: 'gelu' },
      ...{ hidden_dropout_prob: 0.1, hidden_size: 768, initializer_range: 0.02, intermediate_size: 3072 },
      ...{ max_position_embeddings: 512, relative_attention: true, position_buckets: 256 },
      ...{ norm_rel_ebd: 'layer_norm', share_att_key: true, pos_att_type: 'p2c|c2p', layer_norm_eps: 1e-7 },
      ...{ max_relative_positions: -1, position_biased_input: false, num_attention_heads: 12 },
      ...{ num_hidden_layers: 12, type_vocab_size: 0, vocab_size: 128100 },
    };
    const config = parseEncoderConfig(json);
    expect(config).toMatchObject({
      ...{ isRelative: true, scores: ['c2p', 'p2c'], sharesKeys: true, positionBuckets: 256 },
      ...{ maxRelative: 512, normsRelative: true, hasPositions: false, typeVocabSize: 0 },
      ...{ embeddingSize: 768, classifierDropout: 0.1, layerNormEpsilon: 1e-7 },
      headOptions: { activation: 'gelu', inputDropout: 0 },
    });
    expect(parseEncoderConfig(encoderConfigJson(config))).toEqual(config);
    expect(parseEncoderConfig({ ...json, pos_att_type: ['c2p', 'p2c'] })).toEqual(config);
    expect(parseEncoderConfig({ ...json, cls_dropout: 0.5 }).classifierDropout).toBe(0.5);
  });

  test.each<[string, Json]>([
    ['conv_kernel_size is given', { conv_kernel_size: 3 }],
    ['pos_att_type has "p2p"', { pos_att_type: 'p2p|c2p' }],
    ['norm_rel_ebd has "rms"', { norm_rel_ebd: 'rms' }],
    ['pooler_hidden_size is 16, which is not supported, only 8', { pooler_hidden_size: 16 }],
    ['attention_head_size is 2, which is not supported, only 4', { attention_head_size: 2 }],
    ['position_buckets 30 do not fit max_relative_positions 16', { position_buckets: 30 }],
    ['pooler_hidden_act is "glu"', { pooler_hidden_act: 'glu' }],
    ['must be whole numbers', { position_buckets: 2.5 }],
  ])('is refused: %s', (message, changes) => {
    const parse = (): unknown => parseEncoderConfig({ ...debertaConfig, ...changes });
    expect(parse).toThrow(EncoderConfigError);
    expect(parse).toThrow(message);
  });
});

test.each<[string, Json, readonly string[]]>([
  ['shared keys', {}, ['encoder.rel_embeddings.weight', 'encoder.LayerNorm.weight']],
  [
    'projections of its own',
    { share_att_key: false, norm_rel_ebd: 'none' },
    [
      'encoder.layer.1.attention.self.pos_key_proj.bias',
      'encoder.layer.0.attention.self.pos_query_proj.weight',
    ],
  ],
  [
    'only c2p',
    { share_att_key: false, pos_att_type: 'c2p' },
    ['encoder.layer.0.attention.self.pos_key_proj.bias'],
  ],
  ['only p2c', { pos_att_type: ['p2c'] }, ['encoder.rel_embeddings.weight']],
  ['no scores of positions', { pos_att_type: null }, ['encoder.rel_embeddings.weight']],
  ['no relative attention', { relative_attention: false, norm_rel_ebd: 'none' }, []],
  ['no buckets', { position_buckets: -1 }, []],
  ['distances that share the last bucket', { position_buckets: -1, max_relative_positions: 2 }, []],
  [
    'positions, token types and narrow embeddings',
    { position_biased_input: true, type_vocab_size: 2, embedding_size: 6 },
    ['embeddings.position_embeddings.weight', 'embeddings.embed_proj.weight'],
  ],
])('an encoder with %s computes', async (_, changes, names) => {
  const json = { ...debertaConfig, ...changes };
  const own = weightNames(json);
  expect(own).toEqual(expect.arrayContaining([...names]));
  const output = await outputOf(json);
  expect(output).toHaveLength(64);
  expect(output.every(Number.isFinite)).toBe(true);
});

test('a table of positions that the encoder does not read is ignored, as in published files', async () => {
  const unread = [
    'embeddings.position_embeddings.weight',
    'lm_predictions.lm_head.bias',
    'mask_predictions.x',
  ];
  const table = { shape: [16, 8], data: new Float32Array(128) };
  const tensors = new Map([...weightsOf(debertaConfig), ...unread.map((key) => [key, table] as const)]);
  expect(await outputOf(debertaConfig, tensors)).toEqual(await outputOf(debertaConfig));
});

test('gives its graph no positions that it does not read', async () => {
  const keys = async (json: Json): Promise<string[]> => {
    using encoder = await loadEncoder(memoryFolder(tinyFolder(json)), { device });
    return Object.keys(encoder.feeds([{ inputIds: [2, 3] }])).sort();
  };
  expect(await keys(debertaConfig)).toEqual(['cuSeqlens', 'inputIds']);
  expect(await keys({ ...debertaConfig, position_biased_input: true, type_vocab_size: 2 })).toEqual([
    ...['cuSeqlens', 'inputIds', 'positionIds', 'tokenTypeIds'],
  ]);
});
