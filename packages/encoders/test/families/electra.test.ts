import { ReferenceDevice } from '@scalearn/core';
import { describe, expect, test } from 'vitest';
import { EncoderConfigError, EncoderWeightsError } from '../../src/errors.ts';
import { memoryFolder } from '../../src/folder/memory-folder.ts';
import { loadEncoder, loadTokenizer, parseEncoderConfig } from '../../src/index.ts';
import { encoderConfigJson } from '../../src/model/config.ts';
import { electraConfig, tinyFolder, weightsOf } from '../model/tiny-folder.ts';

const device = new ReferenceDevice();

describe('config.json', () => {
  test('as transformers writes it', () => {
    // Of google/electra-small-discriminator, but for its architectures.
    const json = {
      ...{ attention_probs_dropout_prob: 0.1, embedding_size: 128, hidden_act: 'gelu', hidden_size: 256 },
      ...{ hidden_dropout_prob: 0.1, initializer_range: 0.02, intermediate_size: 1024, vocab_size: 30522 },
      ...{ layer_norm_eps: 1e-12, max_position_embeddings: 512, model_type: 'electra' },
      ...{ num_attention_heads: 4, num_hidden_layers: 12, pad_token_id: 0, type_vocab_size: 2 },
      ...{ summary_activation: 'gelu', summary_last_dropout: 0.1, summary_type: 'first' },
      ...{ summary_use_proj: true, position_embedding_type: 'absolute' },
    };
    const config = parseEncoderConfig(json);
    expect(config).toMatchObject({ embeddingSize: 128, hiddenSize: 256, heads: 4, classifierDropout: 0.1 });
    expect(parseEncoderConfig(encoderConfigJson(config))).toEqual(config);
  });

  test.each<[string, Record<string, unknown>]>([
    ['embedding_size is missing', { embedding_size: undefined }],
    ['embedding_size is 0', { embedding_size: 0 }],
    ['position_embedding_type is "relative_key"', { position_embedding_type: 'relative_key' }],
    ['is_decoder is true', { is_decoder: true }],
    ['head_dim is 3, which is not supported, only 4', { head_dim: 3 }],
  ])('is refused: %s', (message, changes) => {
    const parse = (): unknown => parseEncoderConfig({ ...electraConfig, ...changes });
    expect(parse).toThrow(EncoderConfigError);
    expect(parse).toThrow(message);
  });
});

describe('a folder', () => {
  const vector = { shape: [6], data: new Float32Array(6) };

  test('of the discriminator or the generator, whose heads are ignored', async () => {
    const heads = ['discriminator_predictions.dense.bias', 'generator_lm_head.bias', 'classifier.dense.bias'];
    const tensors = [
      ...[...weightsOf(electraConfig)].map(([key, tensor]) => [`electra.${key}`, tensor] as const),
      ...heads.map((key) => [key, vector] as const),
    ];
    using plain = await loadEncoder(memoryFolder(tinyFolder(electraConfig)), { device });
    using whole = await loadEncoder(memoryFolder(tinyFolder(electraConfig, tensors)), { device });
    expect(whole.fingerprint).toBe(plain.fingerprint);
    expect(plain.build({ sites: {} }).pooled).toBeUndefined();
  });

  test('whose embeddings are as wide as the hidden states has no projection', async () => {
    const square = { ...electraConfig, embedding_size: 8 };
    using encoder = await loadEncoder(memoryFolder(tinyFolder(square)), { device });
    expect(encoder.build({ sites: {} }).hiddenStates).toHaveLength(3);
    const tensors = [...weightsOf(square), ...weightsOf(electraConfig)].filter(
      ([key]) => !key.startsWith('embeddings.'),
    );
    const loading = loadEncoder(memoryFolder(tinyFolder(square, new Map(tensors))), { device });
    await expect(loading).rejects.toThrow(EncoderWeightsError);
    await expect(loading).rejects.toThrow('embeddings_project.weight');
  });

  test('with only vocab.txt has the tokenizer of BERT', async () => {
    const files = (modelType: string, tokenizerClass: string) =>
      memoryFolder({
        'config.json': JSON.stringify({ model_type: modelType }),
        'vocab.txt': '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##b\n',
        'tokenizer_config.json': JSON.stringify({ tokenizer_class: tokenizerClass }),
      });
    const tokenizer = await loadTokenizer(files('electra', 'ElectraTokenizer'));
    const bert = await loadTokenizer(files('bert', 'BertTokenizer'));
    expect([...tokenizer.encode('AB a', 'a').inputIds]).toEqual([...bert.encode('AB a', 'a').inputIds]);
  });
});
