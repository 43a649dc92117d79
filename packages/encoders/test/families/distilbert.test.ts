import { ReferenceDevice } from '@scalearn/core';
import { type TensorToWrite, writeSafetensors } from '@scalearn/core/files';
import { randomInput } from '@scalearn/core/graph';
import { createDropout, type Dropout } from '@scalearn/core/methods';
import { describe, expect, test } from 'vitest';
import { EncoderConfigError, EncoderWeightsError } from '../../src/errors.ts';
import { memoryFolder } from '../../src/folder/memory-folder.ts';
import {
  encoderWeights,
  loadEncoder,
  loadTokenizer,
  parseEncoderConfig,
  type TransformerEncoder,
} from '../../src/index.ts';
import { encoderConfigJson } from '../../src/model/config.ts';
import { distilbertConfig, tinyFolder, weightsOf } from '../model/tiny-folder.ts';

const device = new ReferenceDevice();

describe('config.json', () => {
  test('as transformers writes it', () => {
    // Of distilbert-base-uncased-finetuned-sst-2-english, but for its architectures and labels.
    const json = {
      ...{ activation: 'gelu', attention_dropout: 0.1, dim: 768, dropout: 0.1, finetuning_task: 'sst-2' },
      ...{
        hidden_dim: 3072,
        initializer_range: 0.02,
        max_position_embeddings: 512,
        model_type: 'distilbert',
      },
      ...{ n_heads: 12, n_layers: 6, output_past: true, pad_token_id: 0, qa_dropout: 0.1 },
      ...{ seq_classif_dropout: 0.3, sinusoidal_pos_embds: false, tie_weights_: true, vocab_size: 30522 },
    };
    const config = parseEncoderConfig(json);
    expect(config).toEqual({
      ...{ modelType: 'distilbert', vocabSize: 30522, hiddenSize: 768, layers: 6, heads: 12 },
      ...{ intermediateSize: 3072, activation: 'gelu', maxPositions: 512, typeVocabSize: 0 },
      ...{ layerNormEpsilon: 1e-12, padTokenId: 0, hiddenDropout: 0.1, attentionDropout: 0.1 },
      ...{ classifierDropout: 0.3, initializerRange: 0.02, hasFixedPositions: false },
    });
    expect(json).toMatchObject({ ...encoderConfigJson(config), model_type: 'distilbert' });
    expect(parseEncoderConfig(encoderConfigJson(config))).toEqual(config);
  });

  test('sines and cosines of positions stay as they are when the encoder trains', async () => {
    const rates = async (fixed: boolean): Promise<readonly (readonly [string, number | undefined])[]> => {
      const json = { ...distilbertConfig, sinusoidal_pos_embds: fixed };
      const config = parseEncoderConfig(json);
      expect(encoderConfigJson(config)).toMatchObject({ sinusoidal_pos_embds: fixed });
      using encoder = await loadEncoder(memoryFolder(tinyFolder(json)), { device });
      return (await encoder.parameters()).map(({ name, rate }) => [name, rate]);
    };
    expect((await rates(true)).filter(([, rate]) => rate === 0)).toEqual([
      ['embeddings.position_embeddings.weight', 0],
    ]);
    expect((await rates(false)).filter(([, rate]) => rate === 0)).toEqual([]);
  });

  test("has the library's defaults", () => {
    const { pad_token_id: _, ...short } = distilbertConfig;
    expect(parseEncoderConfig(short)).toMatchObject({
      ...{ classifierDropout: 0.2, hiddenDropout: 0.1, attentionDropout: 0.1, padTokenId: 0 },
      ...{ activation: 'gelu', layerNormEpsilon: 1e-12, initializerRange: 0.02 },
    });
  });

  test.each<[string, Record<string, unknown>]>([
    ['dim is missing', { dim: undefined }],
    ['dim 8 is not a multiple of 3 heads', { n_heads: 3 }],
    ['hidden_size is 16, which is not supported, only 8', { hidden_size: 16 }],
    ['num_hidden_layers is 12, which is not supported, only 2', { num_hidden_layers: 12 }],
    ['num_attention_heads is 12', { num_attention_heads: 12 }],
    ['sinusoidal_pos_embds is "no"; it must be true or false', { sinusoidal_pos_embds: 'no' }],
    ['seq_classif_dropout is 2; it must be a number', { seq_classif_dropout: 2 }],
    ['activation is "glu"; it must be one of gelu', { activation: 'glu' }],
    ['pruned_heads is {"0": [1]}', { pruned_heads: { 0: [1] } }],
    ['"relative_attention" is true', { relative_attention: true }],
    ['auto_map names code', { auto_map: { AutoModel: 'x.Y' } }],
  ])('is refused: %s', (message, changes) => {
    const parse = (): unknown => parseEncoderConfig({ ...distilbertConfig, ...changes });
    expect(parse).toThrow(EncoderConfigError);
    expect(parse).toThrow(message);
  });
});

const load = (files: Record<string, string | Uint8Array>): Promise<TransformerEncoder> =>
  loadEncoder(memoryFolder(files), { device });

async function hidden(encoder: TransformerEncoder): Promise<unknown> {
  const { output } = encoder.build({ sites: {} });
  using program = await device.compile({ outputs: { output } });
  return (await program.run(encoder.feeds([{ inputIds: [2, 4, 3] }, { inputIds: [2, 3] }]))).output;
}

describe('a folder', () => {
  const weights = weightsOf(distilbertConfig);
  const renamed = (name: (key: string) => string): [string, TensorToWrite][] =>
    [...weights].map(([key, tensor]) => [name(key), tensor]);
  const vector = { shape: [8], data: new Float32Array(8) };

  test.each<[string, [string, TensorToWrite][]]>([
    ["with the encoder's prefix", renamed((key) => `distilbert.${key}`)],
    ['whose norm is named as once', renamed((key) => key.replace('LayerNorm.weight', 'LayerNorm.gamma'))],
    [
      'of a whole model, its heads ignored',
      [
        ...renamed((key) => `distilbert.${key}`),
        ...['pre_classifier.bias', 'classifier.bias', 'qa_outputs.bias'].map(
          (key): [string, TensorToWrite] => [key, vector],
        ),
        ...['vocab_transform.bias', 'vocab_layer_norm.weight', 'vocab_projector.bias'].map(
          (key): [string, TensorToWrite] => [key, vector],
        ),
      ],
    ],
  ])('%s gives the same encoder', async (_, tensors) => {
    using plain = await load(tinyFolder(distilbertConfig));
    using other = await load(tinyFolder(distilbertConfig, tensors));
    expect(other.fingerprint).toBe(plain.fingerprint);
    expect(await hidden(other)).toEqual(await hidden(plain));
  });

  test('has no token types and no pooler', async () => {
    using encoder = await load(tinyFolder(distilbertConfig));
    expect(encoder.maxLength).toBe(16);
    const text = encoder.encode(['ab', 'a'], { maxLength: 16, truncation: 'longestFirst' });
    expect(Object.keys(text)).toEqual(['inputIds']);
    expect(Object.keys(encoder.feeds([text])).sort()).toEqual(['cuSeqlens', 'inputIds', 'positionIds']);
    expect(encoder.feeds([text]).positionIds?.[0]).toBe(0);
    expect(encoder.build({ sites: {} }).pooled).toBeUndefined();
    expect(encoder.architecture).toMatchObject({ prefix: 'distilbert', pythonClass: 'DistilBert' });
    expect(encoderWeights(encoder.config).map(({ name }) => name)).not.toContain('pooler.dense.weight');
  });

  test('that lacks tensors, or has those of BERT, is refused with their names', async () => {
    const bert = [...renamed((key) => key), ['embeddings.token_type_embeddings.weight', vector] as const];
    const short = bert.filter(([key]) => key !== 'transformer.layer.1.ffn.lin2.bias');
    const error = await load(tinyFolder(distilbertConfig, short)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EncoderWeightsError);
    expect(error).toMatchObject({
      missing: ['transformer.layer.1.ffn.lin2.bias'],
      unexpected: ['embeddings.token_type_embeddings.weight'],
    });
  });

  test("drops hidden states where transformers does: not the attention's output, as BERT does", async () => {
    const names = async (config: Record<string, unknown>): Promise<string[]> => {
      using encoder = await load(tinyFolder(config));
      const dropped: string[] = [];
      const dropout: Dropout = {
        ...createDropout(randomInput()),
        apply: (x, _, name) => {
          dropped.push(name);
          return x;
        },
      };
      encoder.build({ sites: {}, dropout });
      return dropped;
    };
    expect(await names(distilbertConfig)).toEqual(['embeddings', 'layer.0/output', 'layer.1/output']);
  });
});

describe('a folder with only vocab.txt', () => {
  const vocabulary = '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##b\n';
  const files = (config: object, modelType = 'distilbert') =>
    memoryFolder({
      'config.json': JSON.stringify({ model_type: modelType }),
      'vocab.txt': vocabulary,
      'tokenizer_config.json': JSON.stringify(config),
    });

  test.each(['DistilBertTokenizer', 'DistilBertTokenizerFast', 'BertTokenizer', undefined])(
    'has the tokenizer of BERT: %s',
    async (name) => {
      const config = name === undefined ? {} : { tokenizer_class: name };
      const tokenizer = await loadTokenizer(files(config));
      const bert = await loadTokenizer(files({}, 'bert'));
      expect([...tokenizer.encode('AB a', 'a').inputIds]).toEqual([...bert.encode('AB a', 'a').inputIds]);
    },
  );

  test('is refused with a tokenizer of another class', async () => {
    await expect(loadTokenizer(files({ tokenizer_class: 'T5Tokenizer' }))).rejects.toThrow(
      'only DistilBertTokenizer can be built',
    );
    await expect(loadTokenizer(files({ tokenizer_class: 'DistilBertTokenizer' }, 'bert'))).rejects.toThrow(
      'only BertTokenizer can be built',
    );
  });
});

test('half a file of weights is damaged, not another encoder', async () => {
  const files = tinyFolder(distilbertConfig);
  const cut = writeSafetensors(weightsOf(distilbertConfig)).slice(0, 600);
  await expect(load({ ...files, 'model.safetensors': cut })).rejects.toThrow('model.safetensors');
});
