import {
  type FileSet,
  type Method,
  type ModelSnapshot,
  readSnapshot,
  TrainedModel,
  type TrainingTask,
  type TrainSettings,
  train,
} from '@scalearn/core';
import type { MethodReader } from '@scalearn/core/methods';
import { expect } from 'vitest';
import { memoryFolder } from '../../core/test/training/memory-folder.ts';
import { tinyTask } from '../../core/test/training/tiny.ts';
import { encoder, target } from './folders.ts';

/** Two tasks of different kinds and sizes. */
export const tasks: readonly TrainingTask[] = [
  tinyTask({ id: 'tiny/red', rows: 40 }),
  tinyTask({ id: 'tiny/score', problem: 'regression', rows: 24, seed: 1 }),
];

/** Trains a joint method for an epoch. The model is the caller's to dispose of. */
export function trainedJointly(method: Method, options: Partial<TrainSettings> = {}): Promise<TrainedModel> {
  return train({ encoder, tasks, method, batchSize: 8, epochs: 1, learningRate: 1e-2, ...options });
}

export function readJoint(files: FileSet, reader: MethodReader): Promise<ModelSnapshot> {
  return readSnapshot(memoryFolder(files), target, [reader]);
}

/**
 * Trains a joint method, writes its folder, reads it and checks that it gives the same logits for each task, bit for bit,
 * is of the same method, and is written as the same files again.
 *
 * @returns the folder's files, and what was read
 */
export async function checkJointFolder(
  method: Method,
  reader: MethodReader,
): Promise<{ readonly files: FileSet; readonly snapshot: ModelSnapshot }> {
  using model = await trainedJointly(method);
  const files = await model.files();
  const snapshot = await readJoint(files, reader);
  using again = await TrainedModel.fromSnapshot(encoder, snapshot, tasks);
  for (const { id, validation } of tasks)
    expect((await again.for(id).predict(validation)).logits).toEqual(
      (await model.for(id).predict(validation)).logits,
    );
  const { name, kind, headLayout } = method;
  expect(snapshot.method).toMatchObject({ name, kind, headLayout });
  expect(await again.files()).toEqual(files);
  return { files, snapshot };
}

/** Checks that a joint method learns both tasks. */
export async function checkLearns(method: Method): Promise<void> {
  using before = await trainedJointly(method, { learningRate: 1e-9 });
  using after = await trainedJointly(method, { epochs: 8 });
  for (const { id, validation } of tasks)
    expect((await after.for(id).predict(validation)).loss).toBeLessThan(
      0.7 * (await before.for(id).predict(validation)).loss,
    );
}
