import { type FileSet, type HostArray, ReferenceDevice } from '@scalearn/core';
import { parseSafetensors, type TensorToWrite, writeSafetensors } from '@scalearn/core/files';
import { encoderFeeds, loadEncoder, memoryFolder, parseEncoderConfig } from '@scalearn/encoders';
import { describe, expect, test } from 'vitest';
import { loadMaskedLM, MaskedLanguageModel, maskedLMFiles, maskingVocabulary } from '../src/index.ts';
import { encodings, loadTinyTokenizer, tinyConfig, tinyModel, tokenizerFiles } from './tiny.ts';

const device = new ReferenceDevice('float32');
const texts = await encodings(4);

const read = async (files: FileSet): Promise<HostArray> => {
  using encoder = await loadEncoder(memoryFolder({ ...tokenizerFiles, ...files }), { device });
  const last = encoder.build({ sites: {} }).hiddenStates.at(-1);
  const program = await device.compile({ outputs: { last: last as NonNullable<typeof last> } });
  return (await program.run(encoder.feeds(texts))).last as HostArray;
};

describe('a pretrained model as files', () => {
  const model = tinyModel(device);
  const expected = (async () => {
    const last = model.build().hiddenStates.at(-1);
    const program = await device.compile({ outputs: { last: last as NonNullable<typeof last> } });
    return (await program.run(encoderFeeds(model.family, model.config, 'tiny', texts))).last as HostArray;
  })();

  test('is loaded as an encoder with the same hidden states', async () => {
    expect(await read(await maskedLMFiles(model, { dtype: 'F32' }))).toEqual(await expected);
  });

  test('is stored in half precision', async () => {
    const files = await maskedLMFiles(model);
    const [half, whole] = [Array.from(await read(files)), await expected];
    const gap = Math.max(...half.map((value, i) => Math.abs(value - (whole[i] as number))));
    expect(gap).toBeGreaterThan(0);
    expect(gap).toBeLessThan(0.02);
    const entries = [...parseSafetensors(files['model.safetensors'] as Uint8Array, 'model').entries];
    expect(entries.every(([, { dtype }]) => dtype === 'F16')).toBe(true);
  });

  test('has the keys of BertForMaskedLM, without its untrained pooler', async () => {
    const { 'model.safetensors': bytes } = await maskedLMFiles(model);
    const file = parseSafetensors(bytes as Uint8Array, 'model');
    const keys = [...file.entries.keys()];
    expect(file.metadata.get('format')).toBe('pt');
    expect(keys.filter((key) => !key.startsWith('bert.')).sort()).toEqual([
      'cls.predictions.bias',
      'cls.predictions.transform.LayerNorm.bias',
      'cls.predictions.transform.LayerNorm.weight',
      'cls.predictions.transform.dense.bias',
      'cls.predictions.transform.dense.weight',
    ]);
    expect(keys).toContain('bert.encoder.layer.1.attention.self.query.weight');
    expect(keys).toHaveLength(5 + 2 * 16 + 5);
  });

  test('has a configuration that says all of the model’s own', async () => {
    const { 'config.json': text } = await maskedLMFiles(model);
    const json = JSON.parse(text as string);
    expect(json.architectures).toEqual(['BertForMaskedLM']);
    expect(parseEncoderConfig(json)).toEqual(tinyConfig);
  });
});

describe('loading a model to pretrain it further', () => {
  const model = tinyModel(device);
  const files = async (): Promise<FileSet> => ({
    ...tokenizerFiles,
    ...(await maskedLMFiles(model, { dtype: 'F32' })),
  });
  /** The same files, some of whose tensors have other names, or are left out. */
  const renamed = async (name: (key: string) => string | undefined): Promise<FileSet> => {
    const all = await files();
    const file = parseSafetensors(all['model.safetensors'] as Uint8Array, 'model');
    const tensors = [...file.entries].flatMap(([key, { shape }]): [string, TensorToWrite][] => {
      const other = name(key);
      return other === undefined ? [] : [[other, { shape, data: file.float32(key) }]];
    });
    return { ...all, 'model.safetensors': writeSafetensors(tensors) };
  };

  test('gives the same weights, head and tokenizer', async () => {
    const whole = await files();
    const json = JSON.parse(whole['config.json'] as string) as object;
    const untied = { ...whole, 'config.json': JSON.stringify({ ...json, tie_word_embeddings: false }) };
    await expect(loadMaskedLM(memoryFolder(untied), { device })).rejects.toThrow(
      'tie_word_embeddings is false',
    );
    const loaded = await loadMaskedLM(memoryFolder(whole), { device });
    expect(await loaded.model.parameters.read()).toEqual(await model.parameters.read());
    expect(loaded.tokenizer.encode('Anna').inputIds).toHaveLength(3);
  });

  test('knows older names of LayerNorm', async () => {
    const old = await renamed((key) =>
      key.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta'),
    );
    const loaded = await loadMaskedLM(memoryFolder(old), { device });
    expect(await loaded.model.parameters.read()).toEqual(await model.parameters.read());
  });

  test('draws a head where there is none, and refuses half of one', async () => {
    const none = await renamed((key) => (key.startsWith('cls.') ? undefined : key));
    const load = async (seed: number): Promise<Float32Array | undefined> => {
      const loaded = await loadMaskedLM(memoryFolder(none), { device, seed });
      return (await loaded.model.parameters.read()).get('cls.predictions.transform.dense.weight')?.data;
    };
    expect(await load(1)).toEqual(await load(1));
    expect(await load(1)).not.toEqual(await load(2));
    const half = await renamed((key) => (key === 'cls.predictions.bias' ? undefined : key));
    await expect(loadMaskedLM(memoryFolder(half), { device })).rejects.toThrow(
      'missing (1): cls.predictions.bias',
    );
  });
});

test('a DistilBERT is trained, and saved as DistilBertForMaskedLM', async () => {
  const device = new ReferenceDevice();
  const config = parseEncoderConfig({
    ...{ model_type: 'distilbert', vocab_size: 160, dim: 8, n_layers: 2, n_heads: 2, hidden_dim: 12 },
    ...{ max_position_embeddings: 16, pad_token_id: 0 },
  });
  using model = new MaskedLanguageModel({ device, config });
  const { maskId, specialIds } = maskingVocabulary(await loadTinyTokenizer(), config);
  expect(specialIds.has(maskId)).toBe(true);
  const files = { ...tokenizerFiles, ...(await maskedLMFiles(model, { dtype: 'F32' })) };
  expect(JSON.parse(files['config.json'] as string)).toMatchObject({
    architectures: ['DistilBertForMaskedLM'],
    ...{ model_type: 'distilbert', dim: 8, n_layers: 2, n_heads: 2, hidden_dim: 12 },
  });
  const { entries } = parseSafetensors(files['model.safetensors'] as Uint8Array, 'model');
  expect([...entries.keys()].filter((key) => !key.startsWith('distilbert.')).sort()).toEqual([
    'vocab_layer_norm.bias',
    'vocab_layer_norm.weight',
    'vocab_projector.bias',
    'vocab_transform.bias',
    'vocab_transform.weight',
  ]);
  const again = await loadMaskedLM(memoryFolder(files), { device });
  using loaded = again.model;
  expect(await loaded.parameters.read()).toEqual(await model.parameters.read());
  const texts = await encodings(2);
  const batch = { texts, positions: Int32Array.of(1), labels: Int32Array.of(7) };
  using program = await device.compile({ outputs: { loss: model.build().loss } });
  const { loss } = await program.run(model.feeds(batch));
  expect(loss?.[0]).toBeCloseTo(Math.log(160), 1);
});
