import { TorchFileError } from '@scalearn/core';
import { writeSafetensors, writeTorchFile } from '@scalearn/core/files';
import { describe, expect, test } from 'vitest';
import { recordedJson, recordedPath } from '../../../../test/golden/recorded.ts';
import { openCheckpoint } from '../../src/folder/checkpoint.ts';
import { MissingModelFileError } from '../../src/folder/errors.ts';
import { localFolder } from '../../src/folder/local-folder.ts';
import type { ModelFiles } from '../../src/folder/model-files.ts';
import { memoryFiles } from './memory-files.ts';

const one = (name: string, value: number) =>
  writeSafetensors([[name, { shape: [1], data: Float32Array.of(value) }]]);
const index = JSON.stringify({ weight_map: { a: 'x.safetensors', b: 'y.safetensors' } });
const torch = (name: string, value: number) =>
  writeTorchFile([[name, { shape: [1], data: Float32Array.of(value) }]]);
const sharded = {
  'model.safetensors.index.json': index,
  'x.safetensors': one('a', 1),
  'y.safetensors': one('b', 2),
};

describe('openCheckpoint', () => {
  test('reads model.safetensors', async () => {
    const reader = await openCheckpoint(memoryFiles({ 'model.safetensors': one('a', 3) }));
    expect([...(await reader.readFloat32('a'))]).toEqual([3]);
  });

  test('reads shards as one', async () => {
    const reader = await openCheckpoint(memoryFiles(sharded));
    expect([...reader.entries.keys()]).toEqual(['a', 'b']);
    expect([...(await reader.readFloat32('b'))]).toEqual([2]);
  });

  test('errors name the file', async () => {
    const files = memoryFiles({ ...sharded, 'y.safetensors': new Uint8Array(3) });
    await expect(openCheckpoint(files)).rejects.toThrow(/^memory\/y\.safetensors: /);
  });

  test('reads torch files, whole or in shards, where there are no others', async () => {
    const whole = { 'pytorch_model.bin': torch('a', 3) };
    expect([...(await (await openCheckpoint(memoryFiles(whole))).readFloat32('a'))]).toEqual([3]);
    const shards = {
      'pytorch_model.bin.index.json': JSON.stringify({ weight_map: { a: 'x.bin', b: 'y.bin' } }),
      'x.bin': torch('a', 1),
      'y.bin': torch('b', 2),
    };
    const reader = await openCheckpoint(memoryFiles(shards));
    expect([...(await reader.readFloat32('b'))]).toEqual([2]);
    const both = await openCheckpoint(memoryFiles({ ...whole, 'model.safetensors': one('a', 4) }));
    expect([...(await both.readFloat32('a'))]).toEqual([4]);
  });

  test('refuses a pickle that is no model', async () => {
    const error = await openCheckpoint(memoryFiles({ 'pytorch_model.bin': '' })).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(TorchFileError);
    expect(String(error)).toContain('memory/pytorch_model.bin: ');
  });

  test('says what it looked for', async () => {
    const error = await openCheckpoint(memoryFiles({})).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(MissingModelFileError);
    expect(error).toMatchObject({
      looked: [
        'model.safetensors',
        'model.safetensors.index.json',
        'pytorch_model.bin',
        'pytorch_model.bin.index.json',
      ],
    });
  });
});

describe('a sharded BERT', () => {
  const folder = recordedPath('formats/sharded-bert');

  test('is read whole', async () => {
    const reader = await openCheckpoint(await localFolder(folder));
    expect(reader.entries.size).toBe(39);
    let bytes = 0;
    for (const name of reader.entries.keys()) bytes += (await reader.readBytes(name)).length;
    expect(bytes).toBe(6144);
    expect(reader.entries.get('bert.embeddings.word_embeddings.weight')).toMatchObject({
      dtype: 'F32',
      shape: [30, 8],
    });
  });

  const refused = recordedJson<Record<string, unknown>>('formats/sharded-bert/refused-indexes.json');

  test.each(Object.keys(refused))('%s is refused', async (name) => {
    const files = await localFolder(folder);
    const replaced: ModelFiles = {
      describe: () => files.describe(),
      has: (file) => files.has(file),
      source: (file) => files.source(file),
      text: async () => JSON.stringify(refused[name]),
    };
    await expect(openCheckpoint(replaced)).rejects.toMatchObject({
      name: 'SafetensorsError',
      reason: expect.stringMatching(/^(index|shard-path|shard-absent|tensor-not-in-shard)$/),
    });
  });
});
