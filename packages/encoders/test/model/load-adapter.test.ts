import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Adapter, adapterFiles, ModelFileError } from '@scalearn/core';
import { RandomStream } from '@scalearn/core/graph';
import { expect, test } from 'vitest';
import { architecture } from '../../../core/test/methods/architecture.ts';
import { loadAdapter } from '../../src/model/load-adapter.ts';
import { memoryFiles } from '../folder/memory-files.ts';

const normal = (name: string, size: number): Float32Array => new RandomStream(0, name).normal(size, 0, 1);
const adapter: Adapter = {
  name: 'rte',
  hiddenSize: 8,
  width: 2,
  nonLinearity: 'relu',
  encoderFingerprint: 'abc',
  layers: [0, 1].map((layer) => ({
    down: normal(`down ${layer}`, 16),
    downBias: normal(`down bias ${layer}`, 2),
    up: normal(`up ${layer}`, 16),
    upBias: normal(`up bias ${layer}`, 8),
  })),
};
const files = adapterFiles(adapter, { encoder: architecture('bert'), modelName: 'tiny' });

test('an adapter loads from a folder, from its URL and from opened files', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scalearn-adapter-'));
  try {
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    for (const source of [folder, pathToFileURL(`${folder}/`), memoryFiles(files)])
      expect(await loadAdapter(source)).toEqual({
        ...adapter,
        modelType: 'bert',
        place: 'bert.encoder.layer.*.output',
      });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('an adapter loads from torch files alone, which do not say of which encoder it is', async () => {
  const { 'adapter.safetensors': _, ...rest } = files;
  const { encoderFingerprint: __, ...plain } = adapter;
  expect(await loadAdapter(memoryFiles(rest))).toEqual({
    ...plain,
    modelType: 'bert',
    place: 'bert.encoder.layer.*.output',
  });
});

test('a folder without its tensors is refused', async () => {
  const { 'adapter.safetensors': _, 'pytorch_adapter.bin': __, ...rest } = files;
  await expect(loadAdapter(memoryFiles(rest))).rejects.toThrow(ModelFileError);
  await expect(loadAdapter(memoryFiles(rest))).rejects.toThrow(
    'memory has no adapter.safetensors and no pytorch_adapter.bin',
  );
});
