import { ReferenceDevice } from '@scalearn/core';
import { describe, expect, test } from 'vitest';
import { EncoderConfigError } from '../../src/errors.ts';
import { memoryFolder } from '../../src/folder/memory-folder.ts';
import { loadEncoder, loadTokenizer, parseEncoderConfig } from '../../src/index.ts';
import { encoderConfigJson } from '../../src/model/config.ts';
import { mpnetConfig, tinyFolder } from '../model/tiny-folder.ts';

const device = new ReferenceDevice();

describe('config.json', () => {
  test('as transformers writes it', () => {
    // Of microsoft/mpnet-base, but for its architectures.
    const json = {
      ...{ attention_probs_dropout_prob: 0.1, bos_token_id: 0, eos_token_id: 2, hidden_act: 'gelu' },
      ...{ hidden_dropout_prob: 0.1, hidden_size: 768, initializer_range: 0.02, intermediate_size: 3072 },
      ...{ layer_norm_eps: 1e-5, max_position_embeddings: 514, model_type: 'mpnet', pad_token_id: 1 },
      ...{ num_attention_heads: 12, num_hidden_layers: 12, relative_attention_num_buckets: 32 },
      vocab_size: 30527,
    };
    const config = parseEncoderConfig(json);
    expect(config).toMatchObject({ typeVocabSize: 0, relativeBuckets: 32, layerNormEpsilon: 1e-5 });
    expect(json).toMatchObject({ ...encoderConfigJson(config), model_type: 'mpnet' });
    expect(parseEncoderConfig(encoderConfigJson(config))).toEqual(config);
    // The published class has no dropout of its own for the head.
    expect(parseEncoderConfig({ ...json, classifier_dropout: 0.5 }).classifierDropout).toBe(0.1);
  });

  test.each<[string, Record<string, unknown>]>([
    ['relative_attention_num_buckets is 16', { relative_attention_num_buckets: 16 }],
    ['"relative_attention" is true', { relative_attention: true }],
    ['head_dim is 3, which is not supported, only 4', { head_dim: 3 }],
  ])('is refused: %s', (message, changes) => {
    const parse = (): unknown => parseEncoderConfig({ ...mpnetConfig, ...changes });
    expect(parse).toThrow(EncoderConfigError);
    expect(parse).toThrow(message);
  });
});

test('positions begin at 2, whatever the padding id is, and there are no token types', async () => {
  for (const padding of [1, 5]) {
    const config = { ...mpnetConfig, pad_token_id: padding };
    using encoder = await loadEncoder(memoryFolder(tinyFolder(config)), { device });
    expect(encoder.maxLength).toBe(14);
    const feeds = encoder.feeds([{ inputIds: [2, 4, 3] }]);
    expect([...(feeds.positionIds ?? [])]).toEqual([2, 3, 4]);
    expect(feeds.tokenTypeIds).toBeUndefined();
  }
});

test('more rows of the table than buckets change nothing', async () => {
  using encoder = await loadEncoder(
    memoryFolder(tinyFolder({ ...mpnetConfig, relative_attention_num_buckets: 40 })),
    { device },
  );
  const { output } = encoder.build({ sites: {} });
  using program = await device.compile({ outputs: { output } });
  expect((await program.run(encoder.feeds([{ inputIds: [2, 4, 3] }]))).output).toHaveLength(24);
});

test('the tables of relative positions are freed with the encoder', async () => {
  using own = new ReferenceDevice();
  const encoder = await loadEncoder(memoryFolder(tinyFolder(mpnetConfig)), { device: own });
  encoder.build({ sites: {} });
  encoder.build({ sites: {} });
  expect(own.memory().bytes.constants).toBe(257 * 4);
  encoder.dispose();
  expect(own.memory().total).toBe(0);
});

test('a folder with only vocab.txt has two separators between the texts of a pair', async () => {
  const words = ['<s>', '<pad>', '</s>', '<unk>', '[UNK]', 'a', '##b', '<mask>'];
  const tokenizer = await loadTokenizer(
    memoryFolder({
      'config.json': JSON.stringify({ model_type: 'mpnet' }),
      'vocab.txt': `${words.join('\n')}\n`,
      'tokenizer_config.json': JSON.stringify({ tokenizer_class: 'MPNetTokenizer' }),
    }),
  );
  const ids = (...texts: [string, string?]): string[] =>
    Array.from(tokenizer.encode(...texts).inputIds, (id) => words[id] as string);
  expect(ids('AB', 'a <mask>')).toEqual(['<s>', 'a', '##b', '</s>', '</s>', 'a', '<mask>', '</s>']);
  expect(ids('c')).toEqual(['<s>', '[UNK]', '</s>']);
});
