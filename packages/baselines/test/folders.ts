import {
  type FileSet,
  type Method,
  ModelFileError,
  type NamedTensor,
  ReferenceDevice,
  readSnapshot,
  TrainedModel,
  type TrainingTask,
  type TrainSettings,
  train,
} from '@scalearn/core';
import { parseSafetensors, writeSafetensors } from '@scalearn/core/files';
import type { MethodReader, ReadTarget } from '@scalearn/core/methods';
import { expect } from 'vitest';
import { memoryFolder } from '../../core/test/training/memory-folder.ts';
import { tinyEncoder, tinyTask } from '../../core/test/training/tiny.ts';

const device = new ReferenceDevice();
export const encoder: Awaited<ReturnType<typeof tinyEncoder>> = await tinyEncoder(device, {
  modelType: 'roberta',
});
export const target: ReadTarget & { readonly modelName: string } = {
  encoder: encoder.architecture,
  encoderFingerprint: encoder.fingerprint,
  modelName: encoder.name,
};

/** Trains a method for an epoch. The model is the caller's to dispose of. */
export function trained(
  method: Method,
  task: TrainingTask = tinyTask(),
  options: Partial<TrainSettings> = {},
): Promise<TrainedModel> {
  return train({ encoder, task, method, batchSize: 8, epochs: 1, learningRate: 1e-2, ...options });
}

/**
 * Trains a method, writes its folder, reads it and checks that it gives the same logits, bit for bit, is the same method,
 * and is written as the same files again.
 *
 * @returns the folder's files
 */
export async function checkFolder(method: Method, reader: MethodReader): Promise<FileSet> {
  const task = tinyTask();
  using model = await trained(method, task);
  const before = device.memory().total;
  const files = await model.files();
  const snapshot = await readSnapshot(memoryFolder(files), target, [reader]);
  {
    using again = await TrainedModel.fromSnapshot(encoder, snapshot, task);
    const { logits } = await again.predict(task.validation);
    expect(logits).toEqual((await model.predict(task.validation)).logits);
    const { name, kind, headLayout, settings } = snapshot.method;
    expect({ name, kind, headLayout, settings }).toEqual({
      ...{ name: method.name, kind: method.kind, headLayout: method.headLayout },
      settings: method.settings,
    });
    expect(await again.files()).toEqual(files);
  }
  await checkTargets(files, reader);
  expect(device.memory().total).toBe(before);
  return files;
}

/** Checks that no file of a folder may say that it is for another encoder. */
async function checkTargets(files: FileSet, reader: MethodReader): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const json = path.endsWith('.json') ? JSON.parse(content as string) : {};
    if (json.hidden_size === undefined) continue;
    for (const changes of [{ hidden_size: 768 }, { model_type: 'bert', model_class: 'BertAdapterModel' }]) {
      const changed = { ...files, [path]: JSON.stringify({ ...json, ...changes }) };
      const error = await readSnapshot(memoryFolder(changed), target, [reader]).catch((e: unknown) => e);
      expect(error, `${path} with ${Object.keys(changes)}`).toBeInstanceOf(ModelFileError);
      expect((error as Error).message).toMatch(/hidden size|architecture/);
    }
  }
}

/** Sets keys in `config` of a folder's `adapter_config.json`; undefined takes them away. */
export function withConfig(files: FileSet, changes: Readonly<Record<string, unknown>>): FileSet {
  const path = 'adapter_config.json';
  const json = JSON.parse(files[path] as string);
  return { ...files, [path]: JSON.stringify({ ...json, config: { ...json.config, ...changes } }) };
}

type Tensors = ReadonlyMap<string, NamedTensor>;

/** The tensors of one of a folder's files. */
export function tensorsOf(files: FileSet, path = 'adapter.safetensors'): Tensors {
  const file = parseSafetensors(files[path] as Uint8Array, path);
  return new Map([...file.entries].map(([name, { shape }]) => [name, { shape, data: file.float32(name) }]));
}

/** A folder whose tensors in one file are others. */
export function withTensors(
  files: FileSet,
  change: (tensors: Tensors) => Iterable<readonly [string, NamedTensor]>,
  path = 'adapter.safetensors',
): FileSet {
  return { ...files, [path]: writeSafetensors(change(tensorsOf(files, path))) };
}

export function shapesOf(files: FileSet, path?: string): Record<string, readonly number[]> {
  return Object.fromEntries([...tensorsOf(files, path)].map(([name, { shape }]) => [name, shape]));
}
