import { expect, test } from 'vitest';
import { bytesSource, openTensorFile, type TensorToWrite, writeTorchFile } from '../../src/files.ts';
import {
  adapterFiles,
  ModelFileError,
  readSnapshot,
  SafetensorsError,
  ScalearnError,
  snapshotFiles,
  TorchFileError,
  TrainedModel,
} from '../../src/index.ts';
import { randomAdapter } from '../methods/random-adapter.ts';
import { memoryFolder } from '../training/memory-folder.ts';
import { tinyEncoder, tinyTask } from '../training/tiny.ts';
import { device, edited, encoder, read, trainedFolders, without } from './folders.ts';

const { adapter, transfer } = await trainedFolders();

/** The other one of two files that hold the same tensors. */
function twin(path: string): string | undefined {
  const [, within = '', torch, name, kind] = /^(.*\/)?(pytorch_)?(\w+)\.(safetensors|bin)$/.exec(path) ?? [];
  if (kind === 'safetensors') return `${within}pytorch_${name}.bin`;
  return torch && `${within}${name}.safetensors`;
}

/** The adapter's folder with other tensors in one of its torch files, and without the safetensors file. */
async function withTensors(
  name: 'adapter' | 'model_head',
  change: (key: string, shape: readonly number[], data: Float32Array) => [string, TensorToWrite],
) {
  const path = `pytorch_${name}.bin`;
  const reader = await openTensorFile(bytesSource(adapter[path] as Uint8Array), path);
  const tensors: [string, TensorToWrite][] = [];
  for (const [key, { shape }] of reader.entries)
    tensors.push(change(key, shape, await reader.readFloat32(key)));
  return { ...without(adapter, `${name}.safetensors`), [path]: writeTorchFile(tensors) };
}

test('a folder is refused where any file is missing', async () => {
  for (const whole of [adapter, transfer])
    for (const missing of Object.keys(whole)) {
      const error = await read(without(whole, missing, twin(missing))).catch((thrown: unknown) => thrown);
      expect(error, missing).toBeInstanceOf(ModelFileError);
      if (missing !== 'scalearn_config.json') expect((error as Error).message).toContain(missing);
    }
});

test('one of two files with the same tensors may be missing', async () => {
  for (const whole of [adapter, transfer]) {
    const names = Object.keys(whole).filter(twin);
    expect(names.length).toBeGreaterThan(0);
    for (const missing of names) expect(snapshotFiles(await read(without(whole, missing)))).toEqual(whole);
  }
});

test('a folder is refused where any file is cut off', async () => {
  for (const whole of [adapter, transfer])
    for (const [name, content] of Object.entries(whole)) {
      const half = { ...without(whole, twin(name)), [name]: content.slice(0, content.length / 2) };
      const error = await read(half).catch((thrown: unknown) => thrown);
      const kinds = [ModelFileError, SafetensorsError, TorchFileError];
      expect(
        kinds.some((kind) => error instanceof kind),
        `${name}: ${error}`,
      ).toBe(true);
    }
});

test("a torch file may have the names of AdapterHub's first adapters", async () => {
  for (const old of ['layer_text_task_adapters', 'layer_text_lang_adapters']) {
    const first = await withTensors('adapter', (key, shape, data) => [
      key.replace('.output.adapters.', `.output.${old}.`),
      { shape, data },
    ]);
    expect(snapshotFiles(await read(first))).toEqual(adapter);
  }
});

test('tensors that are missing, unexpected or of another shape are all listed', async () => {
  const blue = { ...randomAdapter('red', encoder.architecture, 4), name: 'blue' };
  const other = adapterFiles(blue, { encoder: encoder.architecture, modelName: 'tiny' });
  const mixed = { ...adapter, 'adapter.safetensors': other['adapter.safetensors'] as Uint8Array };
  const error = (await read(mixed).catch((thrown: unknown) => thrown)) as Error;
  expect(error).toBeInstanceOf(ModelFileError);
  for (const part of [
    'unexpected bert.encoder.layer.0.output.adapters.blue.adapter_down.0.bias',
    'layer.1',
    "no tensors of the adapter 'red'",
  ])
    expect(error.message).toContain(part);
});

test('a folder is refused where it belongs to another encoder, or to more of its layers', async () => {
  using other = await tinyEncoder(device, { seed: 1 });
  using shallow = await tinyEncoder(device, { layers: 1 });
  const targetOf = (at: typeof other) => ({
    encoder: at.architecture,
    encoderFingerprint: at.fingerprint,
    modelName: 'tiny',
  });
  for (const [at, message] of [
    [other, 'another encoder'],
    [shallow, 'was trained on 2 layers, not 1'],
  ] as const)
    await expect(readSnapshot(memoryFolder(adapter), targetOf(at))).rejects.toThrow(message);
  const attempt = readSnapshot(memoryFolder(transfer), targetOf(shallow)).then((snapshot) =>
    TrainedModel.fromSnapshot(shallow, snapshot, tinyTask()),
  );
  await expect(attempt).rejects.toThrow(ScalearnError);
});

test('a head is refused where it has the hidden size of another encoder', async () => {
  const wide = await withTensors('model_head', (key, shape) => {
    const other = shape.map((size) => (size === 8 ? 16 : size));
    return [key, { shape: other, data: new Float32Array(other.reduce((a, b) => a * b)) }];
  });
  await expect(read(wide)).rejects.toThrow('heads.red.1.weight is [16,16], not [8,8]');
});

test('a head is refused where it has another size than its configuration says, before memory is taken', async () => {
  const before = device.memory().total;
  for (const size of [3, 2 ** 31]) {
    const claimed = edited(adapter, 'head_config.json', { 'config.num_labels': size });
    await expect(read(claimed)).rejects.toThrow(`heads.red.4.weight is [2,8], not [${size},8]`);
  }
  expect(device.memory().total).toBe(before);
});
