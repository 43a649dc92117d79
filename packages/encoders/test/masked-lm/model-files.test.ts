import { type FileSet, type HostArray, parseSafetensors, ReferenceDevice } from '@scalearn/core';
import { describe, expect, test } from 'vitest';
import { maskedLMFiles } from '../../src/masked-lm/model-files.ts';
import { parseEncoderConfig } from '../../src/model/config.ts';
import { encoderFeeds } from '../../src/model/feeds.ts';
import { loadEncoder } from '../../src/model/load.ts';
import { encodings, folder, tinyConfig, tinyModel, tokenizerFiles } from './tiny.ts';

const device = new ReferenceDevice('float32');
const texts = await encodings(4);

const read = async (files: FileSet): Promise<HostArray> => {
  using encoder = await loadEncoder(folder({ ...tokenizerFiles, ...files }), { device });
  const last = encoder.build({ sites: {} }).hiddenStates.at(-1);
  const program = await device.compile({ outputs: { last: last as NonNullable<typeof last> } });
  return (await program.run(encoder.feeds(texts))).last as HostArray;
};

describe('a pretrained model as files', () => {
  const model = tinyModel(device);
  const expected = (async () => {
    const last = model.build().hiddenStates.at(-1);
    const program = await device.compile({ outputs: { last: last as NonNullable<typeof last> } });
    return (await program.run(encoderFeeds(model.config, 'tiny', texts))).last as HostArray;
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
